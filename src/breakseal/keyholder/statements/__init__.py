"""What each kind of statement does, one module a signer's concern."""
