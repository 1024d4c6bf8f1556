"""The keys that make erasure real: each wrapped under an epoch key that this store's backup does not hold.

A key's row is re-wrapped under the new day's epoch key each day. Destroying a key removes its row;
a copy of the row in a backup can be opened only while its epoch key lives: `EPOCH_DAYS` days.
"""

from __future__ import annotations

from typing import Protocol

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.ports import Entropy
from breakseal.keyholder.store import Store

DAY = 86_400
EPOCH_DAYS = 35
_MAX_CACHED = 10_000


class RootBackend(Protocol):
    """Where epoch keys live: a folder of files, a PKCS#11 token, OpenBao. Epochs are numbered by day since 1970.

    `anchor` is a small value kept beside the keys and outside the store's backup.
    """

    def create(self, epoch: int) -> None:
        """Make the key of `epoch`, durably; nothing if it is there."""
        ...

    def wrap(self, epoch: int, key: bytes, associated: bytes) -> bytes:
        """Return `key` under the key of `epoch`."""
        ...

    def unwrap(self, epoch: int, wrapped: bytes, associated: bytes) -> bytes:
        """Return the key. Raises VerificationError if it was changed, RefusedError if the epoch's key is gone."""
        ...

    def destroy(self, epoch: int) -> None:
        """Destroy the key of `epoch`, durably."""
        ...

    def epochs(self) -> tuple[int, ...]:
        """Return the epochs whose keys live, in order."""
        ...

    def anchor(self) -> bytes:
        """Return the kept value, empty if none was set."""
        ...

    def set_anchor(self, value: bytes) -> None:
        """Keep `value`, durably, in place of the last."""
        ...


class Vault:
    """Named 32-byte keys; which names there are is the callers' part."""

    def __init__(self, store: Store, backend: RootBackend, entropy: Entropy) -> None:
        self._store = store
        self._backend = backend
        self._entropy = entropy
        self._open: dict[str, bytes] = {}

    def make(self, name: str, now: int) -> bytes:
        """Make a random key called `name` and return it; inside the caller's transaction."""
        return self.keep(name, self._entropy.token(32), now)

    def keep(self, name: str, key: bytes, now: int) -> bytes:
        """Keep `key` as `name`, and return it."""
        epoch = now // DAY
        self._backend.create(epoch)
        wrapped = self._backend.wrap(epoch, key, name.encode())
        self._store.run("INSERT INTO vault VALUES (?, ?, ?)", name, epoch, wrapped)
        return key

    def get(self, name: str) -> bytes:
        """Return the key called `name`.

        Raises:
            RefusedError: it was destroyed, or the epoch key that it is under was.
        """
        key = self._open.get(name)
        if key is None:
            row = self._store.one("SELECT epoch, wrapped FROM vault WHERE name = ?", name)
            if row is None:
                raise RefusedError("the key was erased", reason="erased")
            key = self._backend.unwrap(row[0], row[1], name.encode())
            if len(self._open) >= _MAX_CACHED:
                self._open.clear()
            self._open[name] = key
        return key

    def has(self, name: str) -> bool:
        """Tell whether there is a key called `name`."""
        return self._store.one("SELECT 1 FROM vault WHERE name = ?", name) is not None

    def forget(self) -> None:
        """Drop the copies in memory, after a transaction that did not commit."""
        self._open.clear()

    def destroy(self, name: str) -> None:
        """Destroy the key called `name`; inside the caller's transaction."""
        self._open.pop(name, None)
        self._store.run("DELETE FROM vault WHERE name = ?", name)

    def rotate(self, now: int, limit: int = 5_000) -> int:
        """Re-wrap up to `limit` keys under today's epoch key; return how many. Inside a transaction."""
        epoch = now // DAY
        self._backend.create(epoch)
        rows = self._store.many(
            "SELECT name, epoch, wrapped FROM vault WHERE epoch < ? LIMIT ?", epoch, limit
        )
        for name, old, wrapped in rows:
            key = self._backend.unwrap(old, wrapped, name.encode())
            fresh = self._backend.wrap(epoch, key, name.encode())
            self._store.run("UPDATE vault SET epoch = ?, wrapped = ? WHERE name = ?", epoch, fresh, name)
        return len(rows)

    def retire(self, now: int) -> tuple[int, ...]:
        """Destroy the epoch keys that are past their time and wrap nothing; return their numbers."""
        oldest = self._store.one("SELECT min(epoch) FROM vault")
        used = now // DAY if oldest is None or oldest[0] is None else int(oldest[0])
        dead = tuple(e for e in self._backend.epochs() if e <= now // DAY - EPOCH_DAYS and e < used)
        for epoch in dead:
            self._backend.destroy(epoch)
        return dead


def gone_for_good(now: int) -> int:
    """Return the Unix time from which no backup of the store can bring back a key destroyed at `now`."""
    return (now // DAY + EPOCH_DAYS + 1) * DAY
