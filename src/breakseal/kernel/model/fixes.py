"""Fixes of a person's own phone: how one is sealed to the record, and how it is handed on for one look.

A phone's app reports to the web tier, which seals each fix at once to the point that the record's data key makes
(`seal.fixkeys`); the person's browser opens it, and the keyholder for a look that is logged. All are of one length,
so that the length tells nothing of the place.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import Fix
from breakseal.kernel.seal import hpke
from breakseal.kernel.seal.aead import context

CATEGORY = "location.fix"
KEPT_SECONDS = 86_400
"""How long a fix is kept, and how old one may come."""
PADDED = 96
"""Bytes of a fix before sealing: its canonical form, filled up with spaces."""


def fix_info(handle: str, device: str) -> bytes:
    """Return the HPKE info of a fix: the record that it belongs to, and the device that reported it."""
    return context("breakseal/fix/v1", handle, device)


def handed_info(permit: str) -> bytes:
    """Return the HPKE info of a fix handed to the courier: the permit's id."""
    return context("breakseal/handed-fix/v1", permit)


def seal_fix(key: ec.EllipticCurvePublicKey, fix: Fix, info: bytes) -> bytes:
    """Return `fix` sealed to the holder of `key` under `info`."""
    return hpke.seal_to_key(key, canonical.encode(fix).ljust(PADDED), info)


def open_fix(private: ec.EllipticCurvePrivateKey, sealed: bytes, info: bytes) -> Fix:
    """Return the fix that was sealed to `private` under `info`.

    Raises:
        VerificationError: sealed to another key, for another record, device or permit, or changed.
        FormatError: what was sealed is no fix.
    """
    plain = hpke.open_from(private, sealed, info)
    if len(plain) != PADDED:
        raise FormatError(f"a fix is filled up to {PADDED} bytes")
    return canonical.decode(plain.rstrip(b" "), Fix)
