"""The keyholder's SQLite store: one writer, every transaction synced to disk before it counts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, LiteralString

from breakseal.kernel.errors import ConfigError, UnavailableError

SCHEMA_VERSION = 12

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "cache_size=-65536",  # KiB, negated
)

Row = tuple[Any, ...]


class StoreFailedError(UnavailableError):
    """The disk failed, so what is in memory may not be what is stored: the keyholder must start again."""

    reason = "store-failed"


class Store:
    """Named values and rows; for one thread at a time.

    INVARIANT: after a transaction whose commit failed, nothing more is read or written through this
    object, because SQLite cannot tell what reached the disk.
    """

    def __init__(self, path: Path) -> None:
        """Open the store at `path`, making it if it is not there.

        Raises:
            ConfigError: it was written by a version that is not known here.
        """
        self.path = path
        self._failed = False
        self._meta: dict[str, bytes | None] = {}
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        for pragma in _PRAGMAS:
            self._db.execute(f"PRAGMA {pragma}")
        self._migrate()

    def one(self, sql: LiteralString, *values: object) -> Row | None:
        """Return the first row, or None."""
        row: Row | None = self._run(sql, values).fetchone()
        return row

    def many(self, sql: LiteralString, *values: object) -> list[Row]:
        """Return all rows."""
        return self._run(sql, values).fetchall()

    def run(self, sql: LiteralString, *values: object) -> int:
        """Carry out a statement; return how many rows it changed."""
        return self._run(sql, values).rowcount

    def insert(self, sql: LiteralString, *values: object) -> int:
        """Insert a row; return its number."""
        return int(self._run(sql, values).lastrowid)  # type: ignore[arg-type] # None before the first insert only

    def meta(self, name: str) -> bytes | None:
        """Return a named value, or None; inside a transaction it is read once."""
        if name in self._meta:
            return self._meta[name]
        row = self.one("SELECT value FROM meta WHERE name = ?", name)
        value = None if row is None else bytes(row[0])
        if self._db.in_transaction:
            self._meta[name] = value
        return value

    def set_meta(self, name: str, value: bytes) -> None:
        """Keep a named value."""
        self._meta.pop(name, None)
        self.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", name, value
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make what is done inside durable as a whole, or not at all.

        Raises:
            StoreFailedError: the commit failed; the store refuses from then on.
        """
        self._run("BEGIN IMMEDIATE", ())
        self._meta.clear()
        try:
            yield
        except BaseException:
            self._end("ROLLBACK")
            raise
        self._end("COMMIT")

    def _end(self, how: LiteralString) -> None:
        self._meta.clear()
        try:
            # A full or failing disk makes SQLite undo the transaction by itself, in the middle of it.
            if how == "COMMIT" or self._db.in_transaction:
                self._db.execute(how)
        except sqlite3.Error as error:
            self._failed = True
            raise StoreFailedError(
                "the store could not be written: check the disk, then start again"
            ) from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction: undo what is done here if it raises, and keep the rest.

        Raises:
            StoreFailedError: the transaction is gone, and with it what was done before.
        """
        if not self._db.in_transaction:
            self._failed = True
            raise StoreFailedError("the store could not be written: check the disk, then start again")
        self._run("SAVEPOINT one", ())
        try:
            yield
        except BaseException:
            self._meta.clear()
            self._run("ROLLBACK TO one", ())
            self._run("RELEASE one", ())
            raise
        self._run("RELEASE one", ())

    def backup(self, path: Path, name: str, value: bytes) -> None:
        """Write a consistent copy to `path` (which must not exist), in which the value `name` is `value`."""
        try:
            with closing(sqlite3.connect(path)) as target, target:
                self._db.backup(target)
                target.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
        except sqlite3.Error as error:
            raise UnavailableError("the copy cannot be written there", reason="backup-failed") from error

    def truncate_journal(self) -> None:
        """Fold the write-ahead log into the file, so that no overwritten row lives on in it."""
        self._run("PRAGMA wal_checkpoint(TRUNCATE)", ())

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _run(self, sql: LiteralString, values: tuple[object, ...]) -> sqlite3.Cursor:
        if self._failed:
            raise StoreFailedError("the store failed earlier: check the disk, then start the keyholder again")
        try:
            return self._db.execute(sql, values)
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise UnavailableError(
                "the store cannot be read or written now", reason="store-failed"
            ) from error

    def _migrate(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA_VERSION:
            raise ConfigError("the keyholder's store was written by a newer version: use that version")
        for number in range(version + 1, SCHEMA_VERSION + 1):
            script = (
                resources.files("breakseal.keyholder").joinpath(f"schema/{number:04}.sql").read_text("utf-8")
            )
            self._db.executescript(f"BEGIN;{script};PRAGMA user_version = {number};COMMIT;")
