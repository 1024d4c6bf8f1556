"""A WebAuthn assertion as the signature of a statement (W3C Web Authentication Level 3, section 7.2).

The challenge is SHA-256 of the domain-separated statement, so the assertion signs the statement. No
CBOR is read: the key was enrolled as SPKI and proved itself by an assertion. The signature counter is
not used: synced passkeys always send zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model.canonical import digest, unb64
from breakseal.kernel.model.keys import DOMAIN, VerifyingKey

_USER_PRESENT = 0x01
_USER_VERIFIED = 0x04
_MAX_CLIENT_DATA = 4096
_MAX_AUTH_DATA = 1024


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The door's name: `id` is its host name, `origin` the only page that may ask for its passkeys."""

    id: str
    origin: str


class _ClientData(msgspec.Struct):
    """The members of collected client data that are checked; browsers may add others (section 5.8.1)."""

    type: str
    challenge: str
    origin: str
    crossOrigin: bool = False  # noqa: N815 # the standard's own spelling


def verify_assertion(
    key: VerifyingKey,
    payload: bytes,
    *,
    signature: bytes,
    auth_data: bytes,
    client_data: bytes,
    party: RelyingParty,
) -> None:
    """Check that a passkey signed `payload` at the door, with the person verified.

    Raises:
        VerificationError: another key, statement, page or relying party, or the person was not verified.
    """
    _check_client_data(client_data, digest(DOMAIN + payload), party.origin)
    _check_auth_data(auth_data, party.id)
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise VerificationError("a passkey is a p256 key")
    try:
        key.verify(signature, auth_data + digest(client_data), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise VerificationError("the passkey's signature does not hold") from error


def _check_client_data(data: bytes, challenge: bytes, origin: str) -> None:
    if len(data) > _MAX_CLIENT_DATA:
        raise VerificationError("the client data is too long")
    try:
        client = msgspec.json.decode(data, type=_ClientData)
        signed = unb64(client.challenge)
    except Exception as error:  # whatever cannot be read was not signed at the door
        raise VerificationError("the client data cannot be read") from error
    if client.type != "webauthn.get":
        raise VerificationError("not an assertion")
    if signed != challenge:
        raise VerificationError("the passkey signed another statement")
    if client.origin != origin or client.crossOrigin:
        raise VerificationError("the passkey was asked by another page than the door")


def _check_auth_data(data: bytes, rp_id: str) -> None:
    if not 37 <= len(data) <= _MAX_AUTH_DATA or data[:32] != digest(rp_id.encode("ascii")):
        raise VerificationError("the passkey belongs to another relying party")
    flags = data[32]
    if not flags & _USER_PRESENT or not flags & _USER_VERIFIED:
        raise VerificationError("the passkey did not verify the person")
