"""The one writer of a log: gives each entry its place, durably, and proves it.

A returned proof proves *sequenced* and *integrated*: the entry has its index and is in the tree of a
signed checkpoint, and both were synced to disk in one transaction before `append` returned. It does
not prove *published*: the public view moves later (`publisher.py`). Nothing that was not acknowledged
is ever half there: a batch is stored whole or not at all.

What may be lost: a batch whose `append` raised or never returned. Submit it again: an entry that is
already there gets the index that it has. What is never lost: an entry whose `append` returned.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from breakseal.kernel.errors import ConfigError, FormatError, UnavailableError, VerificationError
from breakseal.kernel.ports import Clock
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.edge import Edge, FullTile
from breakseal.kernel.tlog.merkle import leaf_hash
from breakseal.kernel.tlog.note import VerifierKey
from breakseal.kernel.tlog.proof import TlogProof
from breakseal.kernel.tlog.signature import Signer, open_note, sign_note
from breakseal.log.database import StorePoisonedError
from breakseal.log.reader import LogReader, load_edge
from breakseal.log.store import Batch, LogStore, StoredCheckpoint

MAX_LEAF = 4096
"""Bytes of an entry; a leaf of the trail is at most this long (design section 5)."""

Admit = Callable[[bytes], None]
"""Looks at an entry and raises if the log must not take it."""


@dataclass(frozen=True, slots=True)
class Sequenced:
    """An entry's place, and the checkpoint under which it was acknowledged."""

    index: int
    under: StoredCheckpoint
    _reader: LogReader

    def proof(self) -> bytes:
        """Return the tlog-proof under that checkpoint; in the sequencer's thread, at any later time."""
        return self._reader.proof_under(self.index, self.under).encode()

    def parts(self) -> TlogProof:
        """Return the same proof, not yet written as text."""
        return self._reader.proof_under(self.index, self.under)


class Sequencer:
    """Appends to one log; for one thread, and the only process that appends to the store."""

    def __init__(
        self, store: LogStore, signer: Signer, clock: Clock, *, admit: Admit, max_leaf: int = MAX_LEAF
    ) -> None:
        """Take up the log where it stands.

        Raises:
            ConfigError: `signer` is not this log's.
            VerificationError: the store does not agree with the last checkpoint.
            UnavailableError: the store fails.
        """
        if store.identity() != signer.key:
            raise ConfigError("the log's store was made for another log key: use that key or another store")
        self._store = store
        self._signer = signer
        self._clock = clock
        self._admit = admit
        self._max_leaf = max_leaf
        self._poisoned = False
        self.reader = LogReader(store)
        self._last = self._load(None)
        self._fresh = True

    @property
    def last(self) -> StoredCheckpoint:
        """The last checkpoint that was committed."""
        return self._last

    @property
    def key(self) -> VerifierKey:
        """The log's verifier key; its name is the origin."""
        return self._signer.key

    def close(self) -> None:
        """Close the store; nothing works afterwards."""
        self._poisoned = True
        self._store.close()

    def append(self, entries: Sequence[bytes]) -> list[Sequenced]:
        """Give each of `entries` a place, all in one durable transaction; return the places in order.

        An entry that the log has already, or that stands in `entries` twice, keeps its one place.

        Raises:
            FormatError: an entry is empty or too long.
            UnavailableError: the clock went back, or the store failed; nothing of the batch counts
                before it has been appended again.
            BreaksealError: whatever `admit` raises; nothing of the batch is stored.
        """
        for entry in entries:
            if not 0 < len(entry) <= self._max_leaf:
                raise FormatError(f"a log entry has 1 to {self._max_leaf} bytes", reason="bad-entry")
            self._admit(entry)
        self._refresh()
        places, hashes, new = self._place(entries)
        if new:
            self._commit(hashes, new)
        return [Sequenced(place, self._last, self.reader) for place in places]

    def _place(self, entries: Sequence[bytes]) -> tuple[list[int], list[bytes], list[bytes]]:
        """Return each entry's index, and leaf hashes and bytes of those that are new."""
        size = self._last.size
        leaves = [leaf_hash(entry) for entry in entries]
        known = self._store.find_all(leaves)
        places: list[int] = []
        new: list[bytes] = []
        hashes: list[bytes] = []
        for leaf, entry in zip(leaves, entries, strict=True):
            index = known.get(leaf)
            if index is None:
                index = known[leaf] = size + len(new)
                new.append(entry)
                hashes.append(leaf)
            places.append(index)
        return places, hashes, new

    def _commit(self, hashes: list[bytes], new: list[bytes]) -> None:
        """Integrate and store new entries; on any failure the state is read from the store again."""
        now = self._now()
        self._fresh = False
        try:
            edge = self._edge
            start = edge.size
            filled: list[FullTile] = []
            for leaf in hashes:
                filled += edge.append(leaf)
            point = self._sign(edge, now)
            self._store.commit(Batch(start, new, hashes, filled, point))
        except StorePoisonedError:
            self._poisoned = True
            raise
        for tile in filled:
            self.reader.keep(tile.level, tile.number, tile.nodes)
        self._last = point
        self._fresh = True

    def _now(self) -> int:
        now = self._clock.now()
        if now < self._last.time:
            raise UnavailableError("the clock went back: set it right, the log waits", reason="clock-back")
        return now

    def _sign(self, edge: Edge, now: int) -> StoredCheckpoint:
        """Return the signed checkpoint of `edge`.

        INVARIANT: its tree extends the tree of the last committed checkpoint, because an edge only
        appends, and a signature that was not committed is never handed out.
        """
        point = Checkpoint(self._signer.key.name, edge.size, edge.root())
        return StoredCheckpoint(point.size, point.root, sign_note(point.text(), [self._signer]).encode(), now)

    @property
    def _edge(self) -> Edge:
        edge = self.reader.edge
        if edge is None:
            raise UnavailableError("the log is not loaded", reason="log-not-loaded")
        return edge

    def _refresh(self) -> None:
        """Make sure that the state in memory is that of the store."""
        if self._poisoned:
            raise StorePoisonedError(
                "the log's store failed earlier: close it, check the disk and open it again"
            )
        if not self._fresh:
            self._last = self._load(self._last)
            self._fresh = True

    def _load(self, known: StoredCheckpoint | None) -> StoredCheckpoint:
        """Read the log's state from the store, check it, and return its last checkpoint."""
        point = self._store.checkpoint()
        if point is None:
            point = self._inception()
        self._check_signed(point)
        edge = load_edge(self._store, point.size)
        if edge.root() != point.root or self._store.count_from(point.size):
            raise VerificationError(
                "the log's store does not agree with its last checkpoint", reason="log-inconsistent"
            )
        if known is not None and not _extends(point, known, self._store):
            self._poisoned = True
            raise StorePoisonedError("the log's store lost what it had committed: restore it")
        self.reader.edge = edge
        return point

    def _inception(self) -> StoredCheckpoint:
        """Sign the checkpoint of the empty tree, before which nothing is served."""
        point = self._sign(Edge(), self._clock.now())
        self._store.commit(Batch(0, (), (), (), point))
        return point

    def _check_signed(self, point: StoredCheckpoint) -> None:
        opened = open_note(point.note, [self._signer.key])
        stated = parse_checkpoint(opened.note.text)
        if (stated.origin, stated.size, stated.root) != (self._signer.key.name, point.size, point.root):
            raise VerificationError("the stored checkpoint is not the signed one", reason="log-inconsistent")


def _extends(point: StoredCheckpoint, known: StoredCheckpoint, store: LogStore) -> bool:
    """Tell whether the store still has the checkpoint that was acknowledged."""
    return point.size >= known.size and store.checkpoint(known.size) == known
