"""The key pair that a record's data key makes: DeriveKeyPair of DHKEM(P-256, HKDF-SHA256), RFC 9180 section 7.1.3.

So whoever may open the record (the person, or the keyholder for a look) can open what was sealed to the pair's
point, and whoever only carries the point (the web tier) can seal and not open.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import FormatError

_SUITE = b"HPKE-v1" + b"KEM" + (0x0010).to_bytes(2, "big")
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of P-256's base point (SEC 2 section 2.4.2)."""
_SIZE = 32


def derive_pair(ikm: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the private key that `ikm` (at least 32 bytes) makes; the same for the same bytes.

    Raises:
        FormatError: too few bytes, or no candidate is a key (chance: 2^-8192).
    """
    if len(ikm) < _SIZE:
        raise FormatError(f"a key pair is made from at least {_SIZE} bytes")
    prk = hmac.digest(b"", _SUITE + b"dkp_prk" + ikm, hashlib.sha256)
    for counter in range(256):
        scalar = int.from_bytes(_candidate(prk, counter), "big")
        if 0 < scalar < _ORDER:
            return ec.derive_private_key(scalar, ec.SECP256R1())
    raise FormatError("no key pair comes of these bytes")


def _candidate(prk: bytes, counter: int) -> bytes:
    """Return LabeledExpand of one candidate: one block of HKDF-Expand (RFC 5869); P-256 has no bits to mask."""
    info = _SIZE.to_bytes(2, "big") + _SUITE + b"candidate" + bytes([counter])
    return hmac.digest(prk, info + b"\x01", hashlib.sha256)
