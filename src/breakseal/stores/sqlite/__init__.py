"""The main store in one SQLite file."""
