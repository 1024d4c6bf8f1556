"""A client of the location interfaces, written as anybody outside could write one: over HTTP, with a key of its own."""
