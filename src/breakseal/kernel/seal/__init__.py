"""Sealing of data (AES-256-GCM), wrapping of keys, and HPKE to one recipient."""
