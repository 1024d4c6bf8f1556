"""Logs for tests: real stores and sequencers with a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breakseal.kernel.ports import Clock
from breakseal.kernel.tlog.note import ED25519
from breakseal.kernel.tlog.signature import Ed25519Signer
from breakseal.log import database
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore

ORIGIN = "log.breakseal.example/test"
START = 1_790_000_000


class MovedClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, time: int = START) -> None:
        self.time = time

    def now(self) -> int:
        return self.time


def signer(name: str = ORIGIN, kind: int = ED25519) -> Ed25519Signer:
    """Return the test key of `name`: always the same one."""
    return Ed25519Signer(name, Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest()), kind)


def entry(number: int, size: int = 24) -> bytes:
    """Return the test entry `number`, `size` bytes long."""
    return f"entry {number} ".encode().ljust(size, b".")


def admit_all(leaf: bytes) -> None:
    """Take every entry."""


@dataclass
class Log:
    """A log's file with what opens it."""

    path: Path
    clock: MovedClock = field(default_factory=MovedClock)
    signer: Ed25519Signer = field(default_factory=signer)

    def create(self, connect: database.Connect = database.connect) -> Sequencer:
        return self._sequencer(LogStore.create(self.path, self.signer.key, connect=connect))

    def open(self, connect: database.Connect = database.connect) -> Sequencer:
        return self._sequencer(LogStore.open(self.path, connect=connect))

    def _sequencer(self, store: LogStore) -> Sequencer:
        return Sequencer(store, self.signer, self.clock, admit=admit_all)


def filled(path: Path, count: int, size: int = 24, batch: int = 1000) -> Sequencer:
    """Return the sequencer of a new log that holds the entries 0 to `count` - 1."""
    sequencer = Log(path).create()
    for start in range(0, count, batch):
        sequencer.append([entry(number, size) for number in range(start, min(count, start + batch))])
    return sequencer
