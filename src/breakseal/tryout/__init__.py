"""Try it on your own phone: a page apart, with a client's key of its own, that asks one phone once."""
