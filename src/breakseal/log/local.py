"""The log as a part of the keyholder's process: one object that appends, reads, publishes and copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from breakseal.kernel.ports import Clock
from breakseal.kernel.tlog.signature import Signer
from breakseal.log.publisher import DAY, Publisher, PublicView
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore


class LocalLog:
    """A sequencer, a publisher and a public view over one store file; for one thread."""

    def __init__(
        self, path: Path, signer: Signer, clock: Clock, *, admit: Callable[[bytes], None], period: int = DAY
    ) -> None:
        """Open the log at `path`, making it if it is not there; `period` is how often it is published (seconds)."""
        self._path = path
        self._store = LogStore.open(path) if path.exists() else LogStore.create(path, signer.key)
        self._sequencer = Sequencer(self._store, signer, clock, admit=admit)
        self._publisher = Publisher(self._store, clock, period=period)
        self._view = PublicView(self._store)
        self._publisher.tick()

    def append(self, leaves: Sequence[bytes]) -> list[bytes]:
        """Give each leaf a place, durably, and return a tlog-proof for each."""
        return [sequenced.proof() for sequenced in self._sequencer.append(leaves)]

    def proof(self, index: int) -> bytes:
        """Return a tlog-proof of an entry under the latest checkpoint."""
        return self._sequencer.reader.proof(index)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency proof between two sizes."""
        return self._sequencer.reader.consistency(old, new)

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the leaves from `start` up to `end`, fewer where the log ends."""
        return self._sequencer.reader.entries(start, end)

    def size(self) -> int:
        """Return the size of the latest checkpoint."""
        return self._sequencer.last.size

    def checkpoint(self) -> bytes:
        """Return the latest signed checkpoint."""
        return self._sequencer.last.note

    def published(self) -> bytes:
        """Return the published checkpoint."""
        return self._view.checkpoint()

    def publish(self) -> None:
        """Move the public view if it is time."""
        self._publisher.tick()

    def backup(self, path: str) -> None:
        """Write a consistent copy of the store to `path`, which must not exist."""
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)

    def close(self) -> None:
        """Close the store."""
        self._store.close()
