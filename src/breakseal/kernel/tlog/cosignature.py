"""Cosignatures: what a witness signs over a checkpoint, and when (C2SP tlog-cosignature).

A cosignature says: at this time, this was the largest tree consistent with all I had seen of this log.
"""

from __future__ import annotations

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.merkle import MAX_SIZE
from breakseal.kernel.tlog.note import COSIGNATURE_V1, MLDSA44, VerifierKey

TIMESTAMPED = (COSIGNATURE_V1, MLDSA44)
"""The signature types that carry a time."""


def message(key: VerifierKey, time: int, text: str) -> bytes:
    """Return the bytes that `key` signs to cosign the checkpoint `text` at `time` (Unix seconds).

    Raises:
        FormatError: the text is no checkpoint, the time is out of range, or the key is no cosigner's.
    """
    if not 0 <= time <= MAX_SIZE:
        raise FormatError("not a cosignature time", reason="bad-cosignature")
    if key.kind == COSIGNATURE_V1:
        parse_checkpoint(text)
        return f"cosignature/v1\ntime {time}\n{text}".encode()
    if key.kind == MLDSA44:
        return _subtree_message(key.name, time, text)
    raise FormatError("not a cosigner's key", reason="bad-cosignature")


def _subtree_message(name: str, time: int, text: str) -> bytes:
    """Return the `cosigned_message` structure for a whole tree; extension lines are not in it."""
    point = parse_checkpoint(text)
    origin = point.origin.encode()
    if len(origin) > 255:
        raise FormatError("the origin is too long to cosign", reason="bad-cosignature")
    cosigner = name.encode()
    return b"".join(
        (
            b"subtree/v1\n\0",
            bytes([len(cosigner)]) + cosigner,
            time.to_bytes(8, "big"),
            bytes([len(origin)]) + origin,
            bytes(8),
            point.size.to_bytes(8, "big"),
            point.root,
        )
    )


def split_blob(blob: bytes) -> tuple[int, bytes]:
    """Return the time and raw signature of a timestamped signature's bytes.

    Raises:
        FormatError: too short, or a time above 2^63 - 1.
    """
    time = int.from_bytes(blob[:8], "big")
    if len(blob) <= 8 or time > MAX_SIZE:
        raise FormatError("not a timestamped signature", reason="bad-cosignature")
    return time, blob[8:]


def join_blob(time: int, raw: bytes) -> bytes:
    """Return a timestamped signature's bytes."""
    return time.to_bytes(8, "big") + raw
