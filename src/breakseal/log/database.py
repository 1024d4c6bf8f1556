"""Opening SQLite files so that what is committed stays, and bringing their schema to this version."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from breakseal.kernel.errors import ConfigError, UnavailableError

Connect = Callable[[Path], sqlite3.Connection]
"""Opens a database file; a test hands in one whose connection fails on demand."""

_POISONOUS = (
    "SQLITE_IOERR",
    "SQLITE_CORRUPT",
    "SQLITE_NOTADB",
    "SQLITE_READONLY",
    "SQLITE_CANTOPEN",
    "SQLITE_NOMEM",
)


class StoreFailedError(UnavailableError):
    """The store failed while writing; whether the write persisted is not known before it is read again."""

    reason = "store-failed"


class StorePoisonedError(UnavailableError):
    """The disk or the file failed in a way after which what is read back cannot be trusted.

    After a failed fsync the system may show data that is not on the disk, so nothing goes on before
    the store has been closed and opened again.
    """

    reason = "store-poisoned"


def connect(path: Path) -> sqlite3.Connection:
    """Open `path` (made if absent) with explicit transactions and commits that survive a power cut."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10.0)
    return tune(connection)


def tune(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Set what durable and fast commits need; see SQLite's pragma page."""
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # INVARIANT: one fsync of the write-ahead log before every commit returns
        "foreign_keys = ON",
        "temp_store = MEMORY",
        "cache_size = -65536",
        "wal_autocheckpoint = 8000",
        "journal_size_limit = 134217728",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def heal(connection: sqlite3.Connection) -> None:
    """Move the write-ahead log into the database file with fsync, and start the log anew.

    A log whose last fsync failed may be readable and yet not be on the disk; commits added behind it
    would be lost with it. Written again into the database and synced, it is safe.

    Raises:
        UnavailableError: another process reads for too long.
    """
    busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if busy:
        raise UnavailableError("another process holds the store open in a long read", reason="store-busy")


def migrate(connection: sqlite3.Connection, package: str) -> None:
    """Bring the schema to the newest numbered file in `package`'s `schema` folder, one transaction each.

    Raises:
        ConfigError: the file was written by a version of Breakseal that this one does not know.
    """
    folder = resources.files(package) / "schema"
    steps = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if not 0 <= version <= len(steps):
        raise ConfigError(
            f"the store has schema {version}, this program knows up to {len(steps)}: use a newer one"
        )
    for number, step in enumerate(steps[version:], start=version + 1):
        script = step.read_text(encoding="utf-8")
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")


def settle(connection: sqlite3.Connection) -> None:
    """Undo a transaction that a failure left open; call it before anything is read or begun.

    INVARIANT: nothing is read or begun while one is open, so uncommitted rows are never taken for
    stored ones, even where the undoing itself failed the first time.
    """
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block as one transaction; whatever is raised inside undoes it."""
    settle(connection)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException:
        settle(connection)
        raise


@contextmanager
def translated() -> Iterator[None]:
    """Let only errors of ours out of a block that talks to SQLite."""
    try:
        yield
    except sqlite3.Error as error:
        raise translate(error) from error


def sync_folder(path: Path) -> None:
    """Make the creation of a file in `path`'s folder durable."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def translate(error: sqlite3.Error) -> UnavailableError:
    """Return the error of ours for a failed statement: poisoned, or failed with outcome unknown."""
    name = str(getattr(error, "sqlite_errorname", ""))
    if name.startswith(_POISONOUS):
        return StorePoisonedError("the store failed: close it, check the disk and open it again")
    if name.startswith("SQLITE_FULL"):
        return StoreFailedError("the store's disk is full: make room", reason="disk-full")
    return StoreFailedError("the store did not take the write: try again")
