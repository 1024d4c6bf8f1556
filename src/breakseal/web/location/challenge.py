"""The challenge of RFC 9449 section 7.1: only a DPoP proof by the token's key opens anything."""

from __future__ import annotations

ALGORITHMS = ("ES256", "EdDSA")
"""Of proofs and assertions: P-256 and Ed25519 keys are what the register knows."""


def of(error: str) -> str:
    """Return the value of `WWW-Authenticate`, with the machine word of what is wrong if there is one."""
    value = f'DPoP algs="{" ".join(ALGORITHMS)}"'
    return f'{value}, error="{error}"' if error else value
