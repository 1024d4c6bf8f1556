"""Breakseal: sealed records that open only for a lawful reason, leaving a mark the subject can check."""

__version__ = "0.1.0"
