"""The door: the keyholder's own small origin, where people see what they sign and their passkeys sign it."""
