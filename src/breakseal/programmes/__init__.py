"""One folder a programme; none imports another."""
