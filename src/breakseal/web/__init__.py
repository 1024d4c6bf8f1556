"""The untrusted pages and interfaces; no rule lives here, and no plaintext of a profile passes but photos."""
