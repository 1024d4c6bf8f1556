"""The process that sends, asks and attests: it alone holds messaging credentials, and acts only on a permit."""
