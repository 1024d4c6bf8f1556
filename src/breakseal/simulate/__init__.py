"""The other side of the outer world's protocols, each a program of its own: for the demo, for tests, for trying out."""
