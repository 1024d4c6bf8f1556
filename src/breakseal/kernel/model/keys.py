"""Public keys as the register knows them, and how each kind signs.

A signature is always over `DOMAIN + payload`, where payload is the canonical statement:

- `ed25519` keys (services, recovery sheets) sign it directly (RFC 8032);
- `p256` keys of use `session` or `demo` sign it directly (ECDSA with SHA-256, raw r||s as Web Crypto gives it);
- `p256` keys of use `passkey` sign SHA-256 of it as a WebAuthn challenge (`passkey.py`).

What is not covered here: whose key it is and whether it is active; that is the register's part.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model.canonical import b64, digest, unb64

DOMAIN = b"breakseal/statement/v1\n"

KeyUse = Literal["passkey", "session", "recovery", "service", "demo"]

VerifyingKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

_ECDSA = ec.ECDSA(hashes.SHA256())


class PublicKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A public key in a statement.

    `id` names it: SHA-256 of the SPKI, or for a passkey SHA-256 of its credential id, so that a
    browser can name the key that it used without asking. `spki` is DER, base64url.
    """

    alg: Literal["ed25519", "p256"]
    use: KeyUse
    id: str
    spki: str

    def check(self) -> VerifyingKey:
        """Return the parsed key.

        Raises:
            FormatError: not such a key, or its id is not derived from it.
        """
        return _checked(self)


@lru_cache(maxsize=4096)
def _checked(key: PublicKey) -> VerifyingKey:
    unb64(key.id, 32)
    der = unb64(key.spki)
    parsed = parse_spki(der)
    if isinstance(parsed, ed25519.Ed25519PublicKey) != (key.alg == "ed25519"):
        raise FormatError("the key is not of the algorithm that it names")
    if key.use in ("passkey", "session", "demo") and key.alg != "p256":
        raise FormatError("passkey, session and demo keys are p256")
    if key.use != "passkey" and key.id != b64(digest(der)):
        raise FormatError("the key's id is not the hash of the key")
    return parsed


def parse_spki(der: bytes) -> VerifyingKey:
    """Return the Ed25519 or P-256 key in DER SubjectPublicKeyInfo `der` (RFC 5280).

    Raises:
        FormatError: another kind of key, or no key.
    """
    try:
        key = serialization.load_der_public_key(der)
    except Exception as error:  # the parser raises several kinds; all mean "no key"
        raise FormatError("not a public key") from error
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise FormatError("only ed25519 and p256 keys are known")


def spki_of(key: VerifyingKey) -> bytes:
    """Return `key` as DER SubjectPublicKeyInfo."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def describe_key(key: VerifyingKey, use: KeyUse) -> PublicKey:
    """Return the `PublicKey` of a key that is not a passkey."""
    der = spki_of(key)
    alg: Literal["ed25519", "p256"] = "ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else "p256"
    return PublicKey(alg=alg, use=use, id=b64(digest(der)), spki=b64(der))


def verify_raw(key: VerifyingKey, signature: bytes, message: bytes) -> None:
    """Check a raw signature: 64 bytes, Ed25519 or ECDSA r||s (IEEE P1363).

    Raises:
        VerificationError: it does not hold.
    """
    if len(signature) != 64:
        raise VerificationError("a signature is 64 bytes")
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        else:
            key.verify(_der_signature(signature), message, _ECDSA)
    except InvalidSignature as error:
        raise VerificationError("the signature does not hold") from error


def _der_signature(raw: bytes) -> bytes:
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    return encode_dss_signature(r, s)
