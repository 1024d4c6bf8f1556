"""Location at the courier: the conversation by text message that is a consent, and the sources of a fix."""
