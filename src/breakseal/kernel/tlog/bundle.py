"""Entry bundles: log entries, each after its length as a big-endian uint16 (C2SP tlog-tiles)."""

from __future__ import annotations

from collections.abc import Sequence

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.tilepath import TILE_WIDTH

MAX_ENTRY = 65_535
"""Bytes; the length is two bytes."""


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bundle of 1 to 256 entries.

    Raises:
        FormatError: none, too many, or one of them too long.
    """
    if not 1 <= len(entries) <= TILE_WIDTH:
        raise FormatError("an entry bundle has 1 to 256 entries", reason="bad-bundle")
    if max(map(len, entries)) > MAX_ENTRY:
        raise FormatError(f"an entry is longer than {MAX_ENTRY} bytes", reason="too-large")
    return b"".join([part for entry in entries for part in (len(entry).to_bytes(2, "big"), entry)])


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """Return the `width` entries of a bundle.

    Raises:
        FormatError: cut short, bytes left over, or another number of entries.
    """
    entries: list[bytes] = []
    offset, end = 0, len(data)
    while offset < end and len(entries) < width:
        start = offset + 2
        offset = start + int.from_bytes(data[offset:start], "big")
        entries.append(data[start:offset])
    if offset != end or len(entries) != width:
        raise FormatError(f"not a bundle of {width} entries", reason="bad-bundle")
    return entries
