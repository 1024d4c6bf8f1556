"""Adapters of the main store: sealed records and sessions; nothing here can be read without the keyholder."""
