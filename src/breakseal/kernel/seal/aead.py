"""AES-256-GCM for records and for keys under keys (NIST SP 800-38D), with random 96-bit nonces.

Each data key seals one version of one category, so a nonce never repeats under it; a wrapping key
wraps fewer than 2^32 keys in its life of one day (SP 800-38D section 8.3).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.ports import Entropy

KEY_SIZE = 32
NONCE_SIZE = 12


def record_context(subject: str, category: str, version: int) -> bytes:
    """Return the associated data that binds a sealed record to its subject, category and version.

    The browser builds the same bytes (`seal.js`): a fixed label, then each part length-prefixed.
    """
    return context("breakseal/record/v1", subject, category, str(version))


def context(*parts: str) -> bytes:
    """Return the parts as bytes, each preceded by its length as a 32-bit big-endian number."""
    return b"".join(len(data).to_bytes(4, "big") + data for data in map(str.encode, parts))


def seal(key: bytes, plaintext: bytes, associated: bytes, entropy: Entropy) -> bytes:
    """Return nonce || ciphertext || tag."""
    nonce = entropy.token(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def open_sealed(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Return the plaintext of `sealed`.

    Raises:
        VerificationError: another key, another place, or changed bytes.
    """
    if len(key) != KEY_SIZE or len(sealed) < NONCE_SIZE + 16:
        raise VerificationError("not a sealed value")
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], associated)
    except InvalidTag as error:
        raise VerificationError("the seal does not open with this key in this place") from error
