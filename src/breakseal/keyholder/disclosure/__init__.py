"""One opening, in the fixed order: decide, prepare, record, open, tell."""
