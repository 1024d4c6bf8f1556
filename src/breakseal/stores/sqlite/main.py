"""The main store in one SQLite file: write-ahead log, every commit on the disk before it is answered.

Reads are single indexed rows and run where they are asked (some microseconds). Writes wait for the
disk, so one thread of the store's own makes them one after another.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from breakseal.kernel.errors import RequestError, UnavailableError
from breakseal.kernel.model.fixes import CATEGORY, KEPT_SECONDS
from breakseal.stores import schema
from breakseal.stores.sqlite import statements
from breakseal.stores.sqlite.devices import SqliteDevices
from breakseal.web.ingest.ports import DeviceStore
from breakseal.web.ports import MainStore, RecordLine, SealedRecord, Session

BUSY_MS = 5000
T = TypeVar("T")


class SqliteMainStore(MainStore):
    """Sealed records and sessions in the file at `path`; made and brought up to date where needed."""

    def __init__(self, path: Path) -> None:
        schema.upgrade(f"sqlite:///{path}")
        self._reader = _connect(path, read_only=True)
        self._writer = _connect(path, read_only=False)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="main-store")
        self.devices: DeviceStore = SqliteDevices(self._reader, self._write)

    async def add_session(self, token_hash: bytes, session: Session) -> None:
        """Keep a session under the SHA-256 of its cookie."""
        row = (
            token_hash, session.kind, session.handle, session.key, session.until, session.org, session.role,
            session.position,
        )  # fmt: skip
        await self._write(lambda db: db.execute(statements.ADD_SESSION, row))

    async def session(self, token_hash: bytes, now: int) -> Session | None:
        """Return the session of a cookie, if it is not over at `now`."""
        row = self._reader.execute(statements.SESSION, (token_hash, now)).fetchone()
        return None if row is None else Session(*row)

    async def end_session(self, token_hash: bytes) -> None:
        """Forget the session of a cookie."""
        await self._write(lambda db: db.execute(statements.END_SESSION, (token_hash,)))

    async def stage(self, handle: str, category: str, version: int, ciphertext: bytes, now: int) -> bool:
        """Store a version durably as pending; return whether it was not there before."""
        row = (handle, category, version, now, ciphertext)
        if await self._write(lambda db: db.execute(statements.STAGE, row).rowcount) == 1:
            return True
        same = self._reader.execute(statements.STAGED, (ciphertext, handle, category, version)).fetchone()
        if same is None or not same[0]:
            raise RequestError("this version is already there; read the record again", reason="version-taken")
        return False

    async def promote(self, handle: str, category: str, version: int) -> None:
        """Make a version the current one and drop the others, in one step."""

        def step(db: sqlite3.Connection) -> None:
            db.execute(statements.PROMOTE, (handle, category, version))
            db.execute(statements.DROP_OTHERS, (handle, category, version))

        await self._write(step)

    async def unstage(self, handle: str, category: str, version: int) -> None:
        """Drop a pending version that the keyholder refused."""
        await self._write(lambda db: db.execute(statements.UNSTAGE, (handle, category, version)))

    async def records(self, handle: str, categories: tuple[str, ...]) -> list[SealedRecord]:
        """Return the current and pending versions of these categories; the hot read."""
        rows = self._reader.execute(statements.RECORDS, (handle,))
        return [
            SealedRecord(category=category, version=version, pending=bool(pending), ciphertext=ciphertext)
            for category, version, pending, ciphertext in rows
            if category in categories
        ]

    async def record_lines(self, handle: str) -> list[RecordLine]:
        """Return the current versions of all categories, without the ciphertexts."""
        return [RecordLine(*row) for row in self._reader.execute(statements.LINES, (handle,))]

    async def forget(self, handle: str, categories: tuple[str, ...]) -> None:
        """Drop the ciphertexts of categories (all, if empty) whose keys were erased."""

        def step(db: sqlite3.Connection) -> None:
            if not categories:
                db.execute(statements.FORGET_ALL, (handle,))
            if not categories or CATEGORY in categories:
                db.execute(statements.FORGET_FIXES, (handle,))
                db.execute(statements.FORGET_DEVICES, (handle,))
            db.executemany(statements.FORGET, [(handle, category) for category in categories])

        await self._write(step)

    async def sweep(self, now: int) -> int:
        """Drop sessions that are over and fixes past their day; return how many."""
        over = await self._write(lambda db: db.execute(statements.SWEEP_SESSIONS, (now,)).rowcount)
        return over + await self.devices.sweep(now - KEPT_SECONDS)

    async def close(self) -> None:
        """Finish what is being written and close the file."""
        await asyncio.to_thread(self._thread.shutdown)
        self._reader.close()
        self._writer.close()

    async def _write(self, step: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._commit, step)

    def _commit(self, step: Callable[[sqlite3.Connection], T]) -> T:
        try:
            with self._writer:
                return step(self._writer)
        except sqlite3.OperationalError as error:  # locked for too long, disk full, file gone
            raise UnavailableError("the store cannot be written now", reason="store-unavailable") from error


def _connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """Return a connection; the calls of each come one after another, so it may change threads."""
    db = sqlite3.connect(path, check_same_thread=False, timeout=BUSY_MS / 1000)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    if read_only:
        db.execute("PRAGMA query_only = ON")
    return db
