"""HPKE (RFC 9180, base mode) with DHKEM(P-256), HKDF-SHA-256, AES-256-GCM: what browsers can do too.

The encapsulated key (65 bytes) precedes the ciphertext, as `cryptography` gives it. There is no
associated data in the single-shot form, so the context goes into `info`.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import FormatError, VerificationError

_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


@lru_cache(maxsize=1024)
def parse_recipient(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the P-256 public key of an uncompressed point (65 bytes, SEC 1 section 2.3.3); a board asks with one.

    Raises:
        FormatError: not a point on the curve.
    """
    if len(point) != 65:
        raise FormatError("a recipient key is an uncompressed p256 point of 65 bytes")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise FormatError("the recipient key is not on the curve") from error


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the uncompressed point of `key` (65 bytes)."""
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def seal_to(point: bytes, plaintext: bytes, info: bytes) -> bytes:
    """Return `plaintext` sealed to the holder of `point`: encapsulated key || ciphertext.

    Raises:
        FormatError: `point` is no key.
    """
    return seal_to_key(parse_recipient(point), plaintext, info)


def seal_to_key(key: ec.EllipticCurvePublicKey, plaintext: bytes, info: bytes) -> bytes:
    """Return `plaintext` sealed to the holder of the parsed `key`."""
    return _SUITE.encrypt(plaintext, key, info)


def open_from(private: ec.EllipticCurvePrivateKey, sealed: bytes, info: bytes) -> bytes:
    """Return the plaintext sealed to `private` under `info`.

    Raises:
        VerificationError: sealed to another key or for another purpose, or changed.
    """
    try:
        return _SUITE.decrypt(sealed, private, info)
    except (InvalidTag, ValueError) as error:
        raise VerificationError("not sealed to this key for this purpose") from error
