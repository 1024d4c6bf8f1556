"""Standard base64 and decimals as the C2SP formats write them: one spelling each."""

from __future__ import annotations

import base64
import binascii
import re

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.merkle import MAX_SIZE

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def to_base64(data: bytes) -> str:
    """Return padded standard base64 (RFC 4648 section 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str, size: int | None = None) -> bytes:
    """Return the bytes of canonical base64, of exactly `size` bytes if given.

    Raises:
        FormatError: another alphabet, padding, stray bits or length.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FormatError("not base64") from error
    if to_base64(data) != text:
        raise FormatError("not canonical base64")
    if size is not None and len(data) != size:
        raise FormatError(f"not the base64 of {size} bytes")
    return data


def from_decimal(text: str) -> int:
    """Return the whole number from 0 to 2^63 - 1 that `text` writes without leading zeros.

    Raises:
        FormatError: anything else.
    """
    if _DECIMAL.fullmatch(text) is None or int(text) > MAX_SIZE:
        raise FormatError("not a decimal number in range")
    return int(text)
