"""Location: who asked, who agreed, tokens, and one look at a time."""
