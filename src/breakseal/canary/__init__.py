"""The attacks on location, by name, against a running instance over HTTP; the tests use the same cases."""
