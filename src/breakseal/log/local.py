"""The log as a part of the keyholder's process: one object that appends, reads, publishes and copies."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.ports import Clock
from breakseal.kernel.tlog.proof import TlogProof
from breakseal.kernel.tlog.signature import Signer
from breakseal.log.publisher import DAY, PublicView, Publisher
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore


class LocalLog:
    """A sequencer, a publisher and a public view over one store file on this machine; for one thread."""

    def __init__(
        self, path: Path, signer: Signer, clock: Clock, *, admit: Callable[[bytes], None], period: int = DAY
    ) -> None:
        """Open the log at `path` and publish what is due, every `period` seconds (0: after each batch).

        Raises:
            ConfigError: there is no such log, or the key is not its.
            VerificationError: the store does not agree with its last checkpoint.
        """
        self._path = path
        self._period = period
        self._store = LogStore.open(path)
        self._sequencer = Sequencer(self._store, signer, clock, admit=admit)
        # One connection for one writer each: the publisher's commits never mix with the sequencer's.
        self._published = LogStore.open(path)
        self._publisher = Publisher(self._published, clock, period=period)
        self._view = PublicView(self._published)
        self.publish()

    def append(self, leaves: Sequence[bytes]) -> list[TlogProof]:
        """Give each leaf a place, durably, and return a proof for each; a known leaf keeps its place."""
        proofs = [sequenced.parts() for sequenced in self._sequencer.append(leaves)]
        if not self._period:
            self.publish()
        return proofs

    def proof(self, index: int) -> bytes:
        """Return a tlog-proof of an entry under the latest checkpoint."""
        return self._sequencer.reader.proof(index)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the consistency proof between two sizes."""
        return self._sequencer.reader.consistency(old, new)

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the leaves from `start` up to, not including, `end`; fewer where the log ends."""
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
        copy_store(self._path, Path(path))

    def close(self) -> None:
        """Close the store, its write-ahead log folded in even where a reader still has it open."""
        self._published.close()
        self._store.close()
        with closing(sqlite3.connect(self._path)) as last:
            last.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy_store(source: Path, target: Path) -> None:
    """Write a consistent copy of the SQLite file `source`, which may be in use, to the new file `target`.

    Raises:
        UnavailableError: it cannot be read or written.
    """
    try:
        uri = f"{source.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as origin, closing(sqlite3.connect(target)) as copy:
            origin.backup(copy)
    except sqlite3.Error as error:
        raise UnavailableError(f"cannot copy `{source}`: {error}") from error
    target.chmod(0o600)
