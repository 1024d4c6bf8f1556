"""The one canonical encoding of everything that is signed, hashed or logged.

A subset of RFC 8785 (JSON Canonicalization Scheme): objects with ASCII names, strings, integers
within +/-(2^53 - 1), booleans, null and arrays; no fractions. In this subset sorting names by code
point equals sorting by UTF-16 unit, and msgspec's sorted encoding is the canonical one (the tests
compare it with an independent implementation).

INVARIANT: what `decode` accepts re-encodes to the same bytes, so no value has two spellings.
"""

from __future__ import annotations

import binascii
import hashlib
from typing import Annotated, TypeVar

import msgspec

from breakseal.kernel.errors import FormatError

T = TypeVar("T")

MAX_STATEMENT = 64 * 1024
"""Bytes; anything longer is refused before it is parsed."""

LARGEST = 2**53 - 1
"""The largest integer that every JSON reader keeps exactly (RFC 7493 section 2.2)."""

Number = Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]
"""A whole number that has a canonical spelling: the type of every number in a struct of ours."""

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/=", b"+/   ")
_URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_LAST = (_URL, "", _URL[::16], _URL[::4])
"""With which characters a text of this length, modulo 4, may end: the last of two uses 2 of its bits, of three 4."""
_encoder = msgspec.json.Encoder(order="sorted")
_decoders: dict[object, msgspec.json.Decoder[object]] = {}


def encode(value: object) -> bytes:
    """Return the canonical bytes of `value` (a struct of ours, or plain JSON values).

    Raises:
        FormatError: the value holds something that the canonical form does not have.
    """
    try:
        data = _encoder.encode(value)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise FormatError("value has no canonical encoding") from error
    if not isinstance(value, msgspec.Struct):
        _refuse_outside_subset(data)
    return data


def _refuse_outside_subset(data: bytes) -> None:
    """Refuse what msgspec writes and the subset lacks: fractions, wide integers, names beyond ASCII."""
    rest: list[object] = [msgspec.json.decode(data)]
    while rest:
        value = rest.pop()
        if isinstance(value, dict):
            if not all(name.isascii() for name in value):
                raise FormatError("name beyond ascii")
            rest.extend(value.values())
        elif isinstance(value, list):
            rest.extend(value)
        elif isinstance(value, float) or (isinstance(value, int) and abs(value) > LARGEST):
            raise FormatError("number outside the canonical integers")


def decode(data: bytes, kind: type[T], *, limit: int = MAX_STATEMENT) -> T:
    """Return the value of type `kind` that `data` spells canonically.

    Raises:
        FormatError: too long, not JSON, unknown or missing fields, or another spelling of the value.
    """
    if len(data) > limit:
        raise FormatError(f"longer than the {limit} bytes allowed", reason="too-large")
    decoder = _decoders.get(kind)
    if decoder is None:
        decoder = _decoders[kind] = msgspec.json.Decoder(kind, strict=True)
    try:
        value = decoder.decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise FormatError(f"not a canonical {getattr(kind, '__name__', 'value')}") from error
    if _encoder.encode(value) != data:
        raise FormatError("not in the canonical encoding")
    if not isinstance(value, msgspec.Struct):
        _refuse_outside_subset(data)
    return value  # type: ignore[return-value] # the decoder of `kind` returns a `kind`


def digest(data: bytes) -> bytes:
    """Return the SHA-256 of `data` (32 bytes)."""
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    """Return base64url without padding (RFC 4648 section 5)."""
    return binascii.b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def unb64(text: str, size: int | None = None) -> bytes:
    """Return the bytes of canonical unpadded base64url `text`, of exactly `size` bytes if given.

    Raises:
        FormatError: not base64url, padded, with stray bits, or of another length.
    """
    try:
        plain = text.encode("ascii").translate(_FROM_URL) + b"=" * (-len(text) % 4)
        data = binascii.a2b_base64(plain, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("not base64url") from error
    # Strict decoding leaves one freedom: the bits of the last character that no byte uses.
    if text and text[-1] not in _LAST[len(text) % 4]:
        raise FormatError("not canonical base64url")
    if size is not None and len(data) != size:
        raise FormatError(f"not {size} bytes")
    return data
