"""A company that asks where a phone is: a program apart, which knows of Breakseal what any client can read."""
