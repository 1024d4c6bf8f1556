"""Compact JSON Web Signatures (RFC 7515) of the two algorithms that our keys have: ES256 and EdDSA (RFC 7518, 8037).

What is not here cannot be switched on: no other algorithm, no `none`, no key from an address or certificate, no `crit`,
no JSON serialization, no encryption. Why the core has its own: docs/design/adr/0013-a-strict-jws-of-our-own.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model.canonical import digest, unb64
from breakseal.kernel.model.keys import PublicKey, VerifyingKey, spki_of, verify_raw

MAX_JWS = 8 * 1024
"""Characters; anything longer is refused before it is parsed."""
T = TypeVar("T")


class Jwk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A public key as RFC 7518 section 6.2 and RFC 8037 section 2 write it; a private member refuses the whole."""

    kty: Literal["EC", "OKP"]
    crv: Literal["P-256", "Ed25519"]
    x: str
    y: str = ""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The members of a header that are understood; any other, `crit` too, refuses. `kid` is a hint and is not used."""

    alg: Literal["ES256", "EdDSA"]
    typ: str = ""
    kid: str = ""
    jwk: Jwk | None = None


@dataclass(frozen=True, slots=True)
class Jws:
    """A JWS that was read and not yet verified; `signed` is the signing input (RFC 7515 section 5.1)."""

    header: Header
    payload: bytes
    signed: bytes
    signature: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of what was signed: an ECDSA signature has a second spelling, what it signs has none."""
        return digest(self.signed)


def parse(data: bytes) -> Jws:
    """Read a compact JWS; checks no signature.

    Raises:
        FormatError: too long, not three parts of canonical base64url, or a header that is not understood.
    """
    if len(data) > MAX_JWS:
        raise FormatError(f"a token has at most {MAX_JWS} characters", reason="too-large")
    if not data.isascii() or data.count(b".") != 2:
        raise FormatError("not a compact JWS")
    head, payload, signature = data.decode("ascii").split(".")
    return Jws(_decode(unb64(head), Header), unb64(payload), data[: -len(signature) - 1], unb64(signature))


def key_of(jwk: Jwk) -> VerifyingKey:
    """Return the key that `jwk` describes.

    Raises:
        FormatError: members that do not belong together, or no point on the curve.
    """
    try:
        if (jwk.kty, jwk.crv, bool(jwk.y)) == ("OKP", "Ed25519", False):
            return ed25519.Ed25519PublicKey.from_public_bytes(unb64(jwk.x, 32))
        if (jwk.kty, jwk.crv) == ("EC", "P-256"):
            x, y = (int.from_bytes(unb64(one, 32), "big") for one in (jwk.x, jwk.y))
            return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    except ValueError as error:
        raise FormatError("the key in the header is no key") from error
    raise FormatError("the key in the header is of no known kind")


@lru_cache(maxsize=1024)
def shown(jwk: Jwk) -> bytes:
    """Return the key that `jwk` describes, as DER SubjectPublicKeyInfo. A client shows the same one each time.

    Raises:
        FormatError: as `key_of`.
    """
    return spki_of(key_of(jwk))


def verify(jws: Jws, key: PublicKey) -> None:
    """Check that the holder of `key` signed `jws`.

    Raises:
        FormatError: the key in the header is no key.
        VerificationError: the algorithm is not the key's, the header shows another key, or the signature does not hold.
    """
    parsed = key.check()
    if jws.header.alg != ("EdDSA" if isinstance(parsed, ed25519.Ed25519PublicKey) else "ES256"):
        raise VerificationError("the token names an algorithm that is not its key's")
    if jws.header.jwk is not None and shown(jws.header.jwk) != spki_of(parsed):
        raise VerificationError("the token shows another key than the one that is enrolled")
    verify_raw(parsed, jws.signature, jws.signed)


def claims(jws: Jws, kind: type[T]) -> T:
    """Return the claims as a `kind`; others are ignored (RFC 7519 section 4), of a repeated one the last counts.

    Raises:
        FormatError: not JSON, or a claim is missing or of another type.
    """
    return _decode(jws.payload, kind)


def _decode(data: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind, strict=True)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FormatError(f"the token's {kind.__name__.lower()} cannot be read") from error
