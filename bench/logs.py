"""Logs to measure: a real store on a real disk, leaves as long as ours are."""

from __future__ import annotations

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from breakseal.ambient import SystemClock
from breakseal.kernel.tlog.signature import Ed25519Signer
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore

LEAF_BYTES = 1024


def leaves(first: int, count: int, size: int = LEAF_BYTES) -> list[bytes]:
    """Return `count` different leaves of `size` bytes, numbered from `first`."""
    return [
        number.to_bytes(8, "big").hex().encode().ljust(size, b"x") for number in range(first, first + count)
    ]


def new_log(path: Path) -> Sequencer:
    """Return the sequencer of a new log at `path`, with synchronous=FULL as in production."""
    signer = Ed25519Signer("log.breakseal.example/bench", Ed25519PrivateKey.generate())
    return Sequencer(LogStore.create(path, signer.key), signer, SystemClock(), admit=_admit)


def append_times(sequencer: Sequencer, batches: list[list[bytes]]) -> list[float]:
    """Append each batch, with a proof for each of its leaves; return the seconds that each took."""
    samples = []
    for batch in batches:
        began = time.perf_counter()
        for placed in sequencer.append(batch):
            placed.proof()
        samples.append(time.perf_counter() - began)
    return samples


def _admit(leaf: bytes) -> None:
    """Take every leaf: the keyholder's check is measured with the openings."""
