"""The envelope of everything that is signed: a canonical statement and its signatures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import msgspec

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model import canonical, keys, passkey
from breakseal.kernel.model.statements import Statement

MAX_SIGNATURES = 8
MAX_ENVELOPE = 32 * 1024
"""Bytes; a body repeats the envelope in base64 and must stay readable, so nobody can sign a list unreadable."""


class Signature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One signature: `key` is the key's id; `auth` and `client` stand with a passkey's only (all base64url)."""

    key: str
    sig: str
    auth: str = ""
    client: str = ""


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A signed statement; `payload` is base64url of the canonical statement, so that the bytes signed travel."""

    v: Literal[1] = 1
    payload: str
    signatures: tuple[Signature, ...]

    def payload_bytes(self) -> bytes:
        """Return the canonical bytes that were signed."""
        return canonical.unb64(self.payload)


class Signer(Protocol):
    """Whatever can sign as one key of ours: a key in memory, in a file or in a hardware module."""

    key: keys.PublicKey

    def sign(self, message: bytes) -> bytes:
        """Return the 64 raw signature bytes over `message`."""
        ...


@dataclass(frozen=True, slots=True)
class Parsed:
    """An envelope that was read: its statement, and the canonical bytes of it that were signed."""

    signed: Signed
    statement: Statement
    payload: bytes

    def verify(
        self,
        find_key: Callable[[str], keys.PublicKey],
        party: passkey.RelyingParty,
        held: tuple[keys.PublicKey, ...] = (),
    ) -> tuple[keys.PublicKey, ...]:
        """Check every signature as `verify` does, but those of `held`, which were found to hold on this envelope."""
        return _verify_each(self.payload, self.signed.signatures, find_key, party, held)


def read(data: bytes) -> tuple[Signed, Statement]:
    """Parse an envelope and its statement; checks no signature.

    Raises:
        FormatError: not canonical, too many or too few signatures, or an unknown statement.
    """
    parsed = parse(data)
    return parsed.signed, parsed.statement


def parse(data: bytes) -> Parsed:
    """Parse an envelope as `read` does, and keep the bytes that were signed, so that nobody decodes them again."""
    signed = canonical.decode(data, Signed, limit=MAX_ENVELOPE)
    if not 1 <= len(signed.signatures) <= MAX_SIGNATURES:
        raise FormatError(f"needs 1 to {MAX_SIGNATURES} signatures")
    if len({s.key for s in signed.signatures}) != len(signed.signatures):
        raise FormatError("one key signed twice")
    payload = signed.payload_bytes()
    statement: Statement = canonical.decode(payload, Statement)  # type: ignore[arg-type] # a union is a type here
    return Parsed(signed, statement, payload)


def write(statement: Statement, *signers: Signer) -> bytes:
    """Return the canonical envelope of `statement` signed by `signers` (keys that sign directly)."""
    payload = canonical.encode(statement)
    signatures = tuple(
        Signature(key=s.key.id, sig=canonical.b64(s.sign(keys.DOMAIN + payload))) for s in signers
    )
    return canonical.encode(Signed(payload=canonical.b64(payload), signatures=signatures))


def verify(
    signed: Signed, find_key: Callable[[str], keys.PublicKey], party: passkey.RelyingParty
) -> tuple[keys.PublicKey, ...]:
    """Check every signature of `signed` and return the keys that made them, in order.

    `find_key` returns the enrolled, active key of an id, or raises.

    Raises:
        VerificationError: a signature does not hold. One false signature refuses the whole envelope.
    """
    return _verify_each(signed.payload_bytes(), signed.signatures, find_key, party)


def _verify_each(
    payload: bytes,
    signatures: tuple[Signature, ...],
    find_key: Callable[[str], keys.PublicKey],
    party: passkey.RelyingParty,
    held: tuple[keys.PublicKey, ...] = (),
) -> tuple[keys.PublicKey, ...]:
    signers = []
    for signature in signatures:
        key = find_key(signature.key)
        if key not in held or key.id != signature.key:
            verify_one(key, payload, signature, party)
        signers.append(key)
    return tuple(signers)


def verify_one(
    key: keys.PublicKey, payload: bytes, signature: Signature, party: passkey.RelyingParty
) -> None:
    """Check one signature over `payload` by `key`.

    Raises:
        VerificationError: it does not hold, or it is of another kind than the key makes.
    """
    if signature.key != key.id:
        raise VerificationError("the signature names another key")
    raw = canonical.unb64(signature.sig)
    if key.use == "passkey":
        passkey.verify_assertion(
            key.check(),
            payload,
            signature=raw,
            auth_data=canonical.unb64(signature.auth),
            client_data=canonical.unb64(signature.client),
            party=party,
        )
        return
    if signature.auth or signature.client:
        raise VerificationError("only a passkey's signature has client data")
    keys.verify_raw(key.check(), raw, keys.DOMAIN + payload)
