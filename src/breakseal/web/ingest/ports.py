"""What the entrance for phones needs of the store, beside its consumer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MOST_FIXES = 5_000
"""Fixes of one record at most: ten devices with 500 each."""


@dataclass(frozen=True, slots=True)
class Device:
    """A phone's app that may report for one record, until it is ended.

    `key_hash` is the SHA-256 of its key, `point` the record's point (65 bytes) to which its fixes are sealed; `label`
    is sealed to the same point by the person's browser. `made` is Unix seconds.
    """

    device: str
    handle: str
    key_hash: bytes
    point: bytes
    label: bytes
    made: int


@dataclass(frozen=True, slots=True)
class SealedFix:
    """A sealed fix; `at` (Unix seconds) is what the app said, kept in clear so that it can be dropped in time."""

    device: str
    at: int
    sealed: bytes


class DeviceStore(Protocol):
    """Devices and sealed fixes. Nothing in it says where anybody is, to whoever has no data key."""

    async def add(self, device: Device, most: int) -> bool:
        """Keep a device, durably; False if the record has `most` already."""
        ...

    async def find(self, device: str) -> Device | None:
        """Return a device; the hot read."""
        ...

    async def of(self, handle: str) -> list[Device]:
        """Return the devices of a record, oldest first."""
        ...

    async def end(self, handle: str, device: str) -> bool:
        """Drop a device of this record and what it reported, durably; False if there is no such device."""
        ...

    async def keep_fixes(self, fixes: Sequence[SealedFix], most: int) -> None:
        """Keep fixes, durably, all or none; of each device at most the `most` newest, and one of each time."""
        ...

    async def fixes(self, handle: str, since: int, most: int = MOST_FIXES) -> list[SealedFix]:
        """Return the `most` newest fixes of a record's devices that are later than `since`, newest first."""
        ...

    async def newest(self, handle: str, since: int) -> SealedFix | None:
        """Return the newest fix of a record's devices, if it is later than `since`; read at each look."""
        ...

    async def sweep(self, until: int) -> int:
        """Drop the fixes that are not later than `until`, some at a time, so that reports go on; return how many."""
        ...
