"""What a witness remembers: for each log, the largest tree it has cosigned. It must never go back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, LiteralString

from breakseal.kernel.tlog.merkle import EMPTY_ROOT
from breakseal.log import database
from breakseal.log.database import StorePoisonedError, transaction, translated

GET_SEEN: Final[LiteralString] = "SELECT size, root, time FROM seen WHERE origin = ?"
PUT_SEEN: Final[LiteralString] = (
    "INSERT INTO seen (origin, size, root, time) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, time = excluded.time"
)


@dataclass(frozen=True, slots=True)
class Seen:
    """The largest tree of one log that was cosigned, and when (Unix seconds; 0 for never)."""

    size: int
    root: bytes
    time: int


class WitnessStore:
    """A witness's SQLite file; for one thread at a time."""

    def __init__(self, path: Path, *, connect: database.Connect = database.connect) -> None:
        """Open the file, made if absent.

        Raises:
            ConfigError: its schema is not known.
            UnavailableError: it cannot be read.
        """
        self._poisoned = False
        with translated():
            self._connection = connect(path)
            database.heal(self._connection)
            database.migrate(self._connection, "breakseal.log.witness")
            database.sync_folder(path)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def seen(self, origin: str) -> Seen:
        """Return what was last cosigned for the log `origin`; the empty tree if nothing was."""
        row = self._connection.execute(GET_SEEN, (origin,)).fetchone()
        return Seen(0, EMPTY_ROOT, 0) if row is None else Seen(*row)

    def remember(self, origin: str, seen: Seen) -> None:
        """Store what is about to be cosigned; inside `exclusive`."""
        self._connection.execute(PUT_SEEN, (origin, seen.size, seen.root, seen.time))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Make check and remember one step: no other request comes between, and all of it is durable after.

        Raises:
            UnavailableError: the store failed; nothing may be answered. After a failed disk it stays so
                until the store is opened again.
        """
        if self._poisoned:
            raise StorePoisonedError(
                "the witness's store failed earlier: close it, check the disk, open it again"
            )
        try:
            with translated(), transaction(self._connection):
                yield
        except StorePoisonedError:
            self._poisoned = True
            raise
