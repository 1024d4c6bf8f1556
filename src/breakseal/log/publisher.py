"""The public view: moves once a day, so that the minute of a disclosure is not a public fact.

At a time t the view is the last checkpoint signed before the last turn of the period (midnight UTC
for a day). It depends on t only through that turn: a publisher that runs late shows nothing more.
With a period of 0 (the demo) the view is the last checkpoint.
"""

from __future__ import annotations

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.ports import Clock
from breakseal.kernel.tlog.tilepath import TilePath
from breakseal.log.database import StorePoisonedError
from breakseal.log.reader import LogReader
from breakseal.log.store import LogStore, StoredCheckpoint

DAY = 86_400
"""Seconds."""


class Publisher:
    """Moves the public view of one log; call `tick` at least a few times in each period."""

    def __init__(self, store: LogStore, clock: Clock, *, period: int = DAY) -> None:
        """Take a store of its own connection, open for writing; `period` in seconds."""
        self._store = store
        self._clock = clock
        self._period = period
        self._poisoned = False

    def tick(self) -> int:
        """Publish what is due, durably; return the size of the public view.

        The view never goes back, whatever the clock does.

        Raises:
            UnavailableError: the log has no checkpoint yet, or the store failed (call again; after a
                `StorePoisonedError` only with the store opened again).
        """
        if self._poisoned:
            raise StorePoisonedError(
                "the log's store failed earlier: close it, check the disk and open it again"
            )
        now = self._clock.now()
        last = self._store.published()
        due = self._due(now, first=last is None)
        if due is None or (last is not None and due.size <= last[0]):
            return 0 if last is None else last[0]
        try:
            self._store.publish(due.size, now)
        except StorePoisonedError:
            self._poisoned = True
            raise
        return due.size

    def _due(self, now: int, *, first: bool) -> StoredCheckpoint | None:
        if self._period <= 0:
            return self._store.checkpoint()
        due = self._store.checkpoint_before(now - now % self._period)
        # Before the first turn the public sees the empty tree, which gives no minute away.
        return self._store.first_checkpoint() if due is None and first else due


class PublicView:
    """What the public may read: the published checkpoint and the tiles of its tree, nothing beyond."""

    def __init__(self, store: LogStore) -> None:
        """Take a store of its own connection; a reading one is enough."""
        self._store = store
        self._reader = LogReader(store)

    def size(self) -> int:
        """Return the published tree size.

        Raises:
            UnavailableError: nothing has been published yet.
        """
        last = self._store.published()
        if last is None:
            raise UnavailableError("nothing has been published yet", reason="not-published")
        return last[0]

    def checkpoint(self) -> bytes:
        """Return the published checkpoint; errors as in `size`."""
        return self._reader.stored_checkpoint(self.size()).note

    def tile(self, path: TilePath) -> bytes:
        """Return a tile or entry bundle of the published tree.

        Raises:
            UnavailableError: the published tree has no such tile.
        """
        return self._reader.tile(path, self.size())
