"""The log's own store file: entries, full tiles, checkpoints and what was published.

Not trusted: every open recomputes the tree's edge from it and compares it with the last signed
checkpoint, and whoever reads the served log checks every tile. What it must do is keep: a committed
batch survives the process and the machine.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breakseal.kernel.errors import ConfigError
from breakseal.kernel.tlog.edge import FullTile
from breakseal.kernel.tlog.note import VerifierKey, parse_vkey
from breakseal.log import database, statements
from breakseal.log.database import settle, transaction, translated


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint as it was signed, at Unix time `time`."""

    size: int
    root: bytes
    note: bytes
    time: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What one commit adds: consecutive entries with their leaf hashes, full tiles, the new checkpoint."""

    start: int
    entries: Sequence[bytes]
    leaf_hashes: Sequence[bytes]
    tiles: Sequence[FullTile]
    checkpoint: StoredCheckpoint


class LogStore:
    """One connection to a log's store file, for one thread at a time."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take an open connection; use `create` or `open`."""
        self._connection = connection

    @classmethod
    def create(
        cls, path: Path, key: VerifierKey, *, connect: database.Connect = database.connect
    ) -> LogStore:
        """Make the store file of a new log whose origin is the name of `key`.

        Raises:
            ConfigError: the file exists already; a log is made once, so that a typo cannot fork it.
        """
        if path.exists():
            raise ConfigError("the log's store exists already: open it, or choose another file")
        store = cls(connect(path))
        with translated():
            store.initialise(key)
            database.sync_folder(path)
        return store

    @classmethod
    def open(cls, path: Path, *, connect: database.Connect = database.connect) -> LogStore:
        """Open the store file of an existing log for the one process that appends to it.

        Raises:
            ConfigError: there is no such log, or its schema is not known.
            UnavailableError: the file cannot be read or made safe now.
        """
        store = cls._existing(path, connect)
        with translated():
            store.prepare()
        return store

    @classmethod
    def open_reader(cls, path: Path, *, connect: database.Connect = database.connect) -> LogStore:
        """Open the store file for reading beside the process that appends; errors as in `open`."""
        store = cls._existing(path, connect)
        with translated():
            store.refuse_writes()
        return store

    @classmethod
    def _existing(cls, path: Path, connect: database.Connect) -> LogStore:
        if not path.is_file():
            raise ConfigError("there is no log at this path: make it with `breakseal init`")
        with translated():
            return cls(connect(path))

    def prepare(self) -> None:
        """Make what is in the file safe and bring its schema to this version."""
        database.heal(self._connection)
        database.migrate(self._connection, "breakseal.log")

    def initialise(self, key: VerifierKey) -> None:
        """Write the schema and whose log this is."""
        self.prepare()
        with transaction(self._connection):
            self._connection.execute(statements.ADD_IDENTITY, (key.name, key.encode()))

    def refuse_writes(self) -> None:
        """Let this connection read only."""
        self._connection.execute("PRAGMA query_only = ON")

    def close(self) -> None:
        """Close the connection; a transaction under way is undone."""
        self._connection.close()

    def identity(self) -> VerifierKey:
        """Return the log's verifier key; its name is the origin."""
        row = self._row(statements.GET_IDENTITY, ())
        if row is None:
            raise ConfigError("the log's store was never finished: make the log again")
        return parse_vkey(row[1])

    def commit(self, batch: Batch) -> None:
        """Store a batch durably, whole or not at all.

        Raises:
            StoreFailedError: it is not known whether it was stored; read the store again.
            StorePoisonedError: the disk failed; open the store again.
        """
        point = batch.checkpoint
        rows = zip(range(batch.start, point.size), batch.leaf_hashes, batch.entries, strict=True)
        with translated(), transaction(self._connection):
            self._connection.executemany(statements.ADD_ENTRY, rows)
            self._connection.executemany(statements.ADD_TILE, _tile_rows(batch.tiles))
            self._connection.execute(
                statements.ADD_CHECKPOINT, (point.size, point.root, point.note, point.time)
            )

    def publish(self, size: int, time: int) -> None:
        """Store that the view of `size` entries was published at `time`; errors as in `commit`."""
        with translated(), transaction(self._connection):
            self._connection.execute(statements.ADD_PUBLISHED, (size, time))

    def published(self) -> tuple[int, int] | None:
        """Return size and time of the last publication."""
        row = self._row(statements.LAST_PUBLISHED, ())
        return None if row is None else (row[0], row[1])

    def find(self, leaf: bytes) -> int | None:
        """Return the index of the entry with leaf hash `leaf`."""
        row = self._row(statements.FIND_ENTRY, (leaf,))
        return None if row is None else int(row[0])

    def find_all(self, leaves: Sequence[bytes]) -> dict[bytes, int]:
        """Return the indexes of those of `leaves` (leaf hashes) that the log has."""
        if len(leaves) < statements.FIND_AT_ONCE // 4:
            found = ((leaf, self.find(leaf)) for leaf in leaves)
            return {leaf: index for leaf, index in found if index is not None}
        there: dict[bytes, int] = {}
        with translated():
            settle(self._connection)
            for at in range(0, len(leaves), statements.FIND_AT_ONCE):
                some = leaves[at : at + statements.FIND_AT_ONCE]
                values = [*some, *[b""] * (statements.FIND_AT_ONCE - len(some))]
                there.update(self._connection.execute(statements.FIND_ENTRIES, values))
        return there

    def entries(self, start: int, end: int) -> list[bytes]:
        """Return the entries from `start` up to, not including, `end`; fewer where the log ends."""
        return self._column(statements.GET_ENTRIES, (start, end))

    def leaf_hashes(self, start: int, end: int) -> list[bytes]:
        """Return the leaf hashes from `start` up to, not including, `end`."""
        return self._column(statements.GET_LEAF_HASHES, (start, end))

    def tile_roots(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the hashes of the full tiles of `level` from number `start` up to, not including, `end`."""
        return self._column(statements.GET_TILE_ROOTS, (level, start, end))

    def full_tile(self, level: int, number: int) -> bytes | None:
        """Return the bytes of a full tile."""
        row = self._row(statements.GET_TILE, (level, number))
        return None if row is None else row[0]

    def count_from(self, start: int) -> int:
        """Return how many entries there are from `start` on."""
        row = self._row(statements.COUNT_FROM, (start,))
        return 0 if row is None else int(row[0])

    def checkpoint(self, size: int | None = None) -> StoredCheckpoint | None:
        """Return the checkpoint of `size`, or the last one."""
        if size is None:
            return _checkpoint(self._row(statements.LAST_CHECKPOINT, ()))
        return _checkpoint(self._row(statements.GET_CHECKPOINT, (size,)))

    def first_checkpoint(self) -> StoredCheckpoint | None:
        """Return the smallest checkpoint, that of the empty tree."""
        return _checkpoint(self._row(statements.FIRST_CHECKPOINT, ()))

    def checkpoint_before(self, time: int) -> StoredCheckpoint | None:
        """Return the last checkpoint signed before `time`."""
        return _checkpoint(self._row(statements.CHECKPOINT_BEFORE, (time,)))

    def _row(self, statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None
        with translated():
            settle(self._connection)
            row = self._connection.execute(statement, values).fetchone()
        return row

    def _column(self, statement: str, values: tuple[object, ...]) -> list[bytes]:
        with translated():
            settle(self._connection)
            return [row[0] for row in self._connection.execute(statement, values)]


def _tile_rows(tiles: Sequence[FullTile]) -> Iterable[tuple[int, int, bytes, bytes]]:
    return [(one.level, one.number, one.nodes.rows[-1][0], one.nodes.data()) for one in tiles]


def _checkpoint(row: tuple[Any, ...] | None) -> StoredCheckpoint | None:
    return None if row is None else StoredCheckpoint(*row)
