"""The store's SQLite file: durable commits, one transaction a step, and only our own errors outwards."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from breakseal.kernel.errors import ConfigError, UnavailableError

Connect = Callable[[Path], sqlite3.Connection]
"""Opens the file; a test hands in one whose connection fails on demand."""


class StoreError(UnavailableError):
    """The store did not take a write; nothing of that step is kept."""

    reason = "courier-store-failed"


def connect(path: Path) -> sqlite3.Connection:
    """Open `path`, made if absent and readable by its owner only."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    return sqlite3.connect(path, isolation_level=None, timeout=10.0)


class Database:
    """One connection for the one thread of the courier."""

    def __init__(self, path: Path, *, connect: Connect = connect) -> None:
        """Open the store and bring its schema to this version.

        Raises:
            ConfigError: the file was written by a newer version.
            UnavailableError: it cannot be opened.
        """
        with translated():
            self._connection = connect(path)
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",  # INVARIANT: a commit that returned survives a power cut
                "secure_delete = ON",  # what is swept is overwritten in the file
            ):
                self._connection.execute(f"PRAGMA {pragma}")
            self._migrate()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction: all of it is kept, or nothing."""
        with translated():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself rolls back on some failures
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def direct(self) -> Iterator[sqlite3.Connection]:
        """Run the block's statements in the transaction around them, else each by itself."""
        with translated():
            yield self._connection

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _migrate(self) -> None:
        folder = resources.files("breakseal.courier.outbox") / "schema"
        steps = sorted(
            (one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name
        )
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if not 0 <= version <= len(steps):
            raise ConfigError(
                f"the courier's store has schema {version}, this program knows {len(steps)}: use a newer one"
            )
        for number, step in enumerate(steps[version:], start=version + 1):
            script = step.read_text(encoding="utf-8")
            self._connection.executescript(
                f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;"
            )


@contextmanager
def translated() -> Iterator[None]:
    """Turn SQLite's errors into ours, without their text."""
    try:
        yield
    except sqlite3.Error as error:
        if str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_FULL"):
            raise StoreError(
                "the disk of the courier's store is full: make room", reason="disk-full"
            ) from None
        raise StoreError("the courier's store failed: check its disk") from None
