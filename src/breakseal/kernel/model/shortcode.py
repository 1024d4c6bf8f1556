"""The short code by which a sponsor and an officer compare the officer's public key, aloud."""

from __future__ import annotations

import hashlib

from breakseal.kernel.model.canonical import unb64
from breakseal.kernel.model.keys import PublicKey

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ROUNDS = 100_000


def short_code(key: PublicKey) -> str:
    """Return ten characters ("7H2KM-QX94T") that stand for `key`.

    50 bits of PBKDF2-HMAC-SHA-256 with 100,000 rounds (RFC 8018): finding another key with the same code
    costs about 2^66 hash calls, and whoever searches must know the code first, which is shown in the newcomer's
    browser only and waits an hour. Of 1,000 offered keys that were not made for it, one has a given code with
    probability 2^-40, so a sponsor may look the code up among all of them instead of comparing it with a
    chosen one. Letters are Crockford's, without I, L, O and U.
    """
    raw = hashlib.pbkdf2_hmac("sha256", unb64(key.spki), b"breakseal/short-code/v1", _ROUNDS, 7)
    bits = int.from_bytes(raw, "big") >> 6
    text = "".join(_ALPHABET[(bits >> (45 - 5 * i)) & 31] for i in range(10))
    return f"{text[:5]}-{text[5:]}"
