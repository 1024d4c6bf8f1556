"""Transparency-log formats and proofs: RFC 6962 trees, C2SP tiles, notes, checkpoints, cosignatures.

Pure: bytes in, values out. Nothing here does input or output, reads a clock or holds state beyond the
value in hand. Parsers raise `FormatError`, checks raise `VerificationError`; neither returns a bool.
"""
