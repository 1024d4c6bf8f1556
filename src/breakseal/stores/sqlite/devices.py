"""Devices and their sealed fixes in the main store.

Fixes come one at a time from many phones: those that come while the disk is busy are committed together, so that
each waits for two commits at most and the disk makes thousands durable a second.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from breakseal.stores.sqlite import statements
from breakseal.web.ingest.ports import MOST_FIXES, Device, DeviceStore, SealedFix

T = TypeVar("T")
SWEPT_AT_ONCE = 2_000


class Writes(Protocol):
    """The store's one writer: does a step in a transaction of its own, durable on return."""

    def __call__(self, step: Callable[[sqlite3.Connection], T]) -> Awaitable[T]:
        """Return what `step` returned."""
        ...


class SqliteDevices(DeviceStore):
    """The tables `devices` and `fixes`, read by `reader` and written by `write`."""

    def __init__(self, reader: sqlite3.Connection, write: Writes) -> None:
        self._reader = reader
        self._write = write
        self._waiting: list[tuple[Sequence[SealedFix], int, asyncio.Future[None]]] = []
        self._committing: asyncio.Task[None] | None = None

    async def add(self, device: Device, most: int) -> bool:
        """Keep a device, durably; False if the record has `most` already."""
        row = (device.device, device.handle, device.key_hash, device.point, device.label, device.made, most)
        return await self._write(lambda db: db.execute(statements.ADD_DEVICE, row).rowcount) == 1

    async def find(self, device: str) -> Device | None:
        """Return a device; the hot read."""
        row = self._reader.execute(statements.DEVICE, (device,)).fetchone()
        return None if row is None else Device(*row)

    async def of(self, handle: str) -> list[Device]:
        """Return the devices of a record, oldest first."""
        return [Device(*row) for row in self._reader.execute(statements.DEVICES, (handle,))]

    async def end(self, handle: str, device: str) -> bool:
        """Drop a device of this record and what it reported, durably; False if there is no such device."""

        def step(db: sqlite3.Connection) -> bool:
            if db.execute(statements.END_DEVICE, (handle, device)).rowcount == 0:
                return False
            db.execute(statements.DROP_FIXES, (device,))
            return True

        return await self._write(step)

    async def keep_fixes(self, fixes: Sequence[SealedFix], most: int) -> None:
        """Keep fixes, durably, all or none; of each device at most the `most` newest, and one of each time."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((fixes, most, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_all())
        await done

    async def fixes(self, handle: str, since: int, most: int = MOST_FIXES) -> list[SealedFix]:
        """Return the `most` newest fixes of a record's devices that are later than `since`, newest first."""
        return [SealedFix(*row) for row in self._reader.execute(statements.FIXES, (handle, since, most))]

    async def newest(self, handle: str, since: int) -> SealedFix | None:
        """Return the newest fix of a record's devices, if it is later than `since`; read at each look."""
        row = self._reader.execute(statements.NEWEST_FIX, (handle, since)).fetchone()
        return None if row is None else SealedFix(*row)

    async def sweep(self, until: int) -> int:
        """Drop the fixes that are not later than `until`, some at a time, so that reports go on; return how many."""
        gone, some = 0, SWEPT_AT_ONCE
        while some == SWEPT_AT_ONCE:
            row = (until, SWEPT_AT_ONCE)
            some = await self._write(lambda db, row=row: db.execute(statements.SWEEP_FIXES, row).rowcount)  # type: ignore[misc] # binds this round's
            gone += some
        return gone

    async def _commit_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await self._write(lambda db, batch=batch: _keep(db, batch))  # type: ignore[misc] # binds this round's
            except Exception as error:  # noqa: BLE001 # each who waits gets it
                _finish(batch, error)
            else:
                _finish(batch, None)
        self._committing = None


def _keep(
    db: sqlite3.Connection, batch: Sequence[tuple[Sequence[SealedFix], int, asyncio.Future[None]]]
) -> None:
    rows = [(fix.device, fix.at, fix.sealed) for fixes, _, _ in batch for fix in fixes]
    db.executemany(statements.KEEP_FIX, rows)
    limits = {fix.device: most for fixes, most, _ in batch for fix in fixes}
    db.executemany(statements.TRIM_FIXES, list(limits.items()))


def _finish(
    batch: Sequence[tuple[Sequence[SealedFix], int, asyncio.Future[None]]], error: Exception | None
) -> None:
    for _, _, done in batch:
        if done.done():  # whoever waited was cancelled
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
