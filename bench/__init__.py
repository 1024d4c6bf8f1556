"""Measures what the issue asks for: `python -m bench`."""
