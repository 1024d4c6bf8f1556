"""The only composition root: one module a process, so that no process loads another's code.

The keyholder's process never imports the web tier, and the other way round.
"""
