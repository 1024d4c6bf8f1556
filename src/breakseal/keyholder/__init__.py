"""The process that holds the keys: register, trail, disclosure, and the socket by which others ask."""
