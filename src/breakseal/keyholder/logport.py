"""The keyholder's view of its log: a port to write to, and the eyes that check what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.merkle import leaf_hash, verify_consistency, verify_inclusion
from breakseal.kernel.tlog.proof import TlogProof
from breakseal.keyholder.roots import Roots
from breakseal.keyholder.store import Store

_SEEN = "log-seen"


class LogPort(Protocol):
    """A transparency log that this keyholder writes to."""

    def append(self, leaves: Sequence[bytes]) -> list[TlogProof]:
        """Give each leaf a place, durably, and return a proof for each; a known leaf keeps its place.

        Raises UnavailableError if it cannot now; then nothing of it counts before it was appended again.
        """
        ...

    def proof(self, index: int) -> bytes:
        """Return a tlog-proof of an entry under the latest checkpoint."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency proof between two sizes."""
        ...

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the leaves from `start` up to, not including, `end`; fewer where the log ends."""
        ...

    def size(self) -> int:
        """Return the size of the latest checkpoint."""
        ...

    def checkpoint(self) -> bytes:
        """Return the latest signed checkpoint."""
        ...

    def backup(self, path: str) -> None:
        """Write a consistent copy of the log's store to a file that does not exist."""
        ...

    def published(self) -> bytes:
        """Return the published checkpoint."""
        ...

    def close(self) -> None:
        """Close the store, so that its file holds everything."""
        ...

    def publish(self) -> None:
        """Move the public view if it is time."""
        ...


class LogEyes:
    """Believes the log nothing that is not proved, by the witness policy of the root in force.

    INVARIANT: the last checkpoint accepted only ever grows, each consistent with the one before; it
    is persisted, so a log that forgot or forked is noticed after a restart too.
    """

    def __init__(self, roots: Roots, log: LogPort, store: Store) -> None:
        self._roots = roots
        self._log = log
        self._store = store
        self._note = b""
        self._seen = _load(store)

    @property
    def seen(self) -> tuple[int, bytes]:
        """Size and root hash of the last checkpoint accepted."""
        return self._seen

    def check(self, proof: TlogProof, leaf: bytes) -> int:
        """Return the index at which `leaf` is proved to be in the log.

        Raises:
            VerificationError: it is not proved, or the log contradicts what it said before.
        """
        size, root = self._accept(proof.checkpoint)
        verify_inclusion(proof.index, size, leaf_hash(leaf), proof.hashes, root)
        return proof.index

    def check_size(self, size: int) -> bytes:
        """Return the root hash of the log's latest checkpoint, which must have `size` and be believable."""
        point = self._roots.witnesses.check(self._log.checkpoint()).checkpoint
        if point.size != size:
            raise VerificationError("the log moved meanwhile", reason="log-moved")
        return point.root

    def keep(self) -> None:
        """Persist the last checkpoint accepted, inside the caller's transaction."""
        self._store.set_meta(_SEEN, self._seen[0].to_bytes(8, "big") + self._seen[1])

    def _accept(self, note: bytes) -> tuple[int, bytes]:
        if note == self._note:
            return self._seen
        checkpoint = self._roots.witnesses.check(note).checkpoint
        self._check_growth(checkpoint)
        self._note, self._seen = note, (checkpoint.size, checkpoint.root)
        return self._seen

    def _check_growth(self, new: Checkpoint) -> None:
        size, root = self._seen
        if new.size < size:
            raise VerificationError("the log is shorter than it was", reason="log-rollback")
        if size:
            verify_consistency(size, new.size, self._log.consistency(size, new.size), root, new.root)


def _load(store: Store) -> tuple[int, bytes]:
    kept = store.meta(_SEEN)
    return (0, b"") if kept is None else (int.from_bytes(kept[:8], "big"), kept[8:])
