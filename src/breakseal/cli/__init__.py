"""The command line: one module a noun; commands translate and print, and hold no rules."""
