"""Record: the log takes the entries, and proves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breakseal.keyholder.logport import LogEyes, LogPort
from breakseal.keyholder.trails import NewEntry


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry proved to be in the log. INVARIANT: only `record` makes one, and `open_` takes nothing else."""

    entry: NewEntry
    index: int


def record(log: LogPort, eyes: LogEyes, entries: Sequence[NewEntry]) -> dict[bytes, Recorded]:
    """Have `entries` logged, check each proof, and return them by hash.

    Raises:
        UnavailableError: the log cannot take them now; they stay stored and are handed in again.
        VerificationError: the log's proof does not hold.
    """
    proofs = log.append([entry.leaf for entry in entries])
    recorded = {}
    for entry, proof in zip(entries, proofs, strict=True):
        recorded[entry.hash] = Recorded(entry, eyes.check(proof, entry.leaf))
    return recorded
