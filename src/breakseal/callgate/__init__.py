"""The call centre's side: turns what its phone system says of a call into signed call events."""
