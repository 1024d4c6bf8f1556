"""Checkpoints: the text that commits to a log's tree (C2SP tlog-checkpoint)."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.base64text import from_base64, from_decimal, to_base64
from breakseal.kernel.tlog.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE
from breakseal.kernel.tlog.note import check_text


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The size and root (32 bytes) of the tree of the log named `origin`; extension lines if any."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse values that have no checkpoint text."""
        lines = (self.origin, *self.extensions)
        if any(not line or "\n" in line for line in lines):
            raise FormatError("a checkpoint line is empty", reason="bad-checkpoint")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise FormatError("not a tree size and root", reason="bad-checkpoint")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise FormatError("not the root of the empty tree", reason="bad-empty-root")

    def text(self) -> str:
        """Return the note text."""
        return "".join(
            f"{line}\n" for line in (self.origin, self.size, to_base64(self.root), *self.extensions)
        )


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that a note text spells.

    Raises:
        FormatError: not a checkpoint.
    """
    lines = check_text(text).split("\n")[:-1]
    if len(lines) < 3:
        raise FormatError("a checkpoint has three lines", reason="bad-checkpoint")
    return Checkpoint(lines[0], from_decimal(lines[1]), from_base64(lines[2], HASH_SIZE), tuple(lines[3:]))
