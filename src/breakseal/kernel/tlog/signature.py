"""Signing notes and opening them: the only place where note signatures are made and verified.

Ed25519 (0x01) for a log's own signature, Ed25519 cosignature/v1 (0x04) for witnesses, and
verification of ML-DSA-44 cosignatures (0x06). Signatures of unknown keys are ignored; one bad
signature of a known key refuses the whole note (C2SP signed-note).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.tlog import cosignature
from breakseal.kernel.tlog.note import (
    COSIGNATURE_V1,
    ED25519,
    MLDSA44,
    Note,
    Signature,
    VerifierKey,
    check_text,
    parse_note,
)


class Signer(Protocol):
    """A private key that signs note texts; it may live in a file or in hardware."""

    @property
    def key(self) -> VerifierKey:
        """The public half, with name and signature type."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature over `message` (64 bytes for Ed25519).

        Raises:
            UnavailableError: the key cannot be reached now.
        """
        ...


class Ed25519Signer:
    """A signer whose private key is in this process's memory."""

    __slots__ = ("_private", "key")

    def __init__(self, name: str, private: Ed25519PrivateKey, kind: int = ED25519) -> None:
        """Take the key; `kind` is `ED25519` for a log and `COSIGNATURE_V1` for a witness."""
        self._private = private
        self.key = VerifierKey(name, kind, private.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature (64 bytes; RFC 8032)."""
        return self._private.sign(message)


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that held: whose, and when it was made if it says so (Unix seconds)."""

    key: VerifierKey
    time: int | None


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note with at least one verified signature."""

    note: Note
    verified: tuple[Verified, ...]

    def time_of(self, key: VerifierKey) -> int | None:
        """Return the newest time of `key`'s verified signatures, or none."""
        return max(
            (one.time for one in self.verified if one.key == key and one.time is not None), default=None
        )


def sign_text(text: str, signer: Signer, time: int | None = None) -> Signature:
    """Return `signer`'s signature line over `text`; a cosigner's needs the `time` (Unix seconds).

    Raises:
        FormatError: the text cannot be signed in this way.
    """
    key = signer.key
    if key.kind == ED25519:
        return Signature(key.name, key.key_id, signer.sign(check_text(text).encode()))
    if time is None:
        raise FormatError("a cosignature needs a time", reason="bad-cosignature")
    raw = signer.sign(cosignature.message(key, time, check_text(text)))
    return Signature(key.name, key.key_id, cosignature.join_blob(time, raw))


def sign_note(text: str, signers: Iterable[Signer], time: int | None = None) -> Note:
    """Return a note over `text` with the signature of each of `signers`."""
    return Note(text, tuple(sign_text(text, signer, time) for signer in signers))


def open_note(data: bytes, keys: Sequence[VerifierKey]) -> OpenedNote:
    """Return the note in `data` with those of its signatures that are of `keys`, all verified.

    Raises:
        FormatError: not a note.
        VerificationError: no signature is of a known key, or one of a known key does not hold.
    """
    note = parse_note(data)
    known = {(key.name, key.key_id): key for key in keys}
    verified = []
    for one in note.signatures:
        key = known.get((one.name, one.key_id))
        if key is not None:
            verified.append(Verified(key, _verify_line(key, one.blob, note.text)))
    if not verified:
        raise VerificationError("no signature of a known key", reason="unknown-signer")
    return OpenedNote(note, tuple(verified))


def _verify_line(key: VerifierKey, blob: bytes, text: str) -> int | None:
    """Check one signature of `key` over `text`; return its time if it carries one."""
    try:
        if key.kind == ED25519:
            _verify_raw(key, blob, text.encode())
            return None
        time, raw = cosignature.split_blob(blob)
        _verify_raw(key, raw, cosignature.message(key, time, text))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, FormatError) as error:
        raise VerificationError("a known key's signature does not hold", reason="bad-signature") from error
    return time


def _verify_raw(key: VerifierKey, raw: bytes, message: bytes) -> None:
    if key.kind == MLDSA44:
        _mldsa_key(key.public).verify(raw, message)
    elif key.kind in (ED25519, COSIGNATURE_V1):
        _ed25519_key(key.public).verify(raw, message)
    else:
        raise ValueError("signature type not understood")


@lru_cache(maxsize=128)
def _ed25519_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@lru_cache(maxsize=32)
def _mldsa_key(public: bytes) -> MLDSA44PublicKey:
    return MLDSA44PublicKey.from_public_bytes(public)
