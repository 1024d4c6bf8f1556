"""The add-checkpoint request and its answers, as bytes (C2SP tlog-witness)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.base64text import from_base64, from_decimal, to_base64
from breakseal.kernel.tlog.merkle import HASH_SIZE
from breakseal.kernel.tlog.note import MAX_NOTE, parse_note

MAX_HASHES = 63
MAX_REQUEST = MAX_NOTE + 8 * 1024
SIZE_TYPE = "text/x.tlog.size"
TEXT_TYPE = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class AddCheckpoint:
    """A request: the size that the witness is believed to have seen, the proof from it, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def encode(self) -> bytes:
        """Return the request body."""
        return encode_request(self.old, self.proof, self.checkpoint)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers over HTTP."""

    status: int
    content_type: str
    body: bytes


def encode_request(old: int, proof: Sequence[bytes], checkpoint: bytes) -> bytes:
    """Return an add-checkpoint body."""
    lines = [f"old {old}\n", *(f"{to_base64(one)}\n" for one in proof), "\n"]
    return "".join(lines).encode() + checkpoint


def parse_request(data: bytes) -> AddCheckpoint:
    """Return the parts of an add-checkpoint body.

    Raises:
        FormatError: it is none.
    """
    head, gap, checkpoint = data.partition(b"\n\n")
    if len(data) > MAX_REQUEST or not gap or not head.isascii():
        raise FormatError("not an add-checkpoint request")
    first, *rest = head.decode("ascii").split("\n")
    if not first.startswith("old ") or len(rest) > MAX_HASHES:
        raise FormatError("not an add-checkpoint request")
    parse_note(checkpoint)
    proof = tuple(from_base64(line, HASH_SIZE) for line in rest)
    return AddCheckpoint(from_decimal(first.removeprefix("old ")), proof, checkpoint)
