"""Proofs that an entry is in a log, checkable offline (C2SP tlog-proof)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breakseal.kernel.errors import FormatError
from breakseal.kernel.tlog.base64text import from_base64, from_decimal, to_base64
from breakseal.kernel.tlog.merkle import HASH_SIZE, MAX_PROOF, leaf_hash, verify_inclusion
from breakseal.kernel.tlog.note import MAX_NOTE, parse_note
from breakseal.kernel.tlog.witnesspolicy import VerifiedCheckpoint, WitnessPolicy

HEADER = "c2sp.org/tlog-proof@v1"
MAX_EXTRA = 64 * 1024
"""Bytes of base64 in the extra line."""


@dataclass(frozen=True, slots=True)
class TlogProof:
    """An entry's index, its inclusion proof (leaf to root) and the signed checkpoint's bytes.

    `extra` is not authenticated by anything; nothing here looks at it.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """Return the proof file."""
        return encode_proof(self.index, self.hashes, self.checkpoint, self.extra)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An entry proved to be number `index` of the log under `checkpoint`."""

    index: int
    checkpoint: VerifiedCheckpoint


def encode_proof(index: int, hashes: Sequence[bytes], checkpoint: bytes, extra: bytes | None = None) -> bytes:
    """Return the proof file for entry `index`."""
    lines = [HEADER]
    if extra is not None:
        lines.append(f"extra {to_base64(extra)}")
    lines.append(f"index {index}")
    lines.extend(to_base64(one) for one in hashes)
    return ("\n".join(lines) + "\n\n").encode() + checkpoint


def parse_proof(data: bytes) -> TlogProof:
    """Return the parts of a proof file; the checkpoint in it is a well-formed note, not yet verified.

    Raises:
        FormatError: not a proof file.
    """
    if len(data) > MAX_NOTE + MAX_EXTRA + MAX_PROOF * 64:
        raise FormatError("a proof file this long is none", reason="too-large")
    head, gap, checkpoint = data.partition(b"\n\n")
    if not gap or not head.isascii():
        raise FormatError("not a proof file", reason="bad-proof")
    parse_note(checkpoint)
    lines = head.decode("ascii").split("\n")
    if lines.pop(0) != HEADER or not lines:
        raise FormatError("not a proof file", reason="bad-proof")
    extra = _extra(lines)
    if not lines or not lines[0].startswith("index ") or len(lines) > MAX_PROOF + 1:
        raise FormatError("not a proof file", reason="bad-proof")
    index = from_decimal(lines[0].removeprefix("index "))
    hashes = tuple(from_base64(line, HASH_SIZE) for line in lines[1:])
    return TlogProof(index, hashes, checkpoint, extra)


def _extra(lines: list[str]) -> bytes | None:
    """Take the extra line off `lines` if there is one."""
    if not lines[0].startswith("extra "):
        return None
    text = lines.pop(0).removeprefix("extra ")
    if len(text) > MAX_EXTRA:
        raise FormatError("too much extra data in a proof file", reason="too-large")
    return from_base64(text)


def verify(proof: bytes, entry: bytes, policy: WitnessPolicy) -> Inclusion:
    """Check that `entry` is in a log that `policy` names, under a checkpoint that it accepts.

    Raises:
        FormatError: not a proof file.
        VerificationError: a signature, the quorum or the inclusion does not hold.
    """
    parsed = parse_proof(proof)
    verified = policy.check(parsed.checkpoint)
    point = verified.checkpoint
    verify_inclusion(parsed.index, point.size, leaf_hash(entry), parsed.hashes, point.root)
    return Inclusion(parsed.index, verified)
