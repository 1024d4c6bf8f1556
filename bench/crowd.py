"""A crowd in the real stores, written in bulk: subscribers with phone, list and consent, and what their phones told.

What is sealed has the right size and form and opens for nobody; leaves have the form of real ones and stand in the
real log. The people whom a bench looks at are enrolled beside them in the ordinary way.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.town import Town, close
from breakseal.ambient import SystemClock
from breakseal.bootstrap import keyholder
from breakseal.kernel.model.canonical import b64, digest, encode
from breakseal.kernel.model.fixes import CATEGORY
from breakseal.kernel.model.leaf import Leaf, seal_leaf
from breakseal.kernel.model.location import Fix
from breakseal.keyholder.vault import DAY
from breakseal.log.local import LocalLog
from breakseal.oversight import keyfile
from breakseal.stores.sqlite.main import SqliteMainStore

CHUNK = 10_000
BODY = 1_100
"""Bytes of a sealed body, as those of looks have."""
SEALED_FIX = 65 + 96 + 16
"""Bytes of a sealed fix: HPKE's encapsulated point, the padded fix, the tag."""
WRAPPED, LABEL, CLIENT = 60, 120, "B" * 43
Rows = list[tuple[object, ...]]


def fill(town: Town, subscribers: int, fixes: int) -> dict[str, float]:
    """Write everybody into the stores of a town whose processes do not run; return seconds and sizes."""
    began = time.perf_counter()
    _fill_register(town, subscribers)
    registered = time.perf_counter()
    _fill_records(town.config.records, subscribers, fixes)
    ended = time.perf_counter()
    files = [path for path in town.folder.rglob("*.sqlite*") if path.is_file()]
    return {
        "fill_register_s": registered - began,
        "fill_fixes_s": ended - registered,
        "stores_gb": sum(path.stat().st_size for path in files) / 1e9,
    }


def _random(size: int, count: int) -> Iterator[bytes]:
    """Yield `count` random pieces of `size` bytes."""
    data = os.urandom(size * count)
    return (data[at : at + size] for at in range(0, size * count, size))


def _text(size: int, count: int) -> list[str]:
    return [b64(piece) for piece in _random(size, count)]


@contextmanager
def _bulk(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that writes fast: the file is nobody else's, and made anew if the machine dies."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-4000000", "foreign_keys=OFF"):
        db.execute(f"PRAGMA {pragma}")
    try:
        yield db
        db.execute("PRAGMA journal_mode=WAL")
    finally:
        db.close()


# -- the keyholder's register and the log ------------------------------------------------------------------------


def _fill_register(town: Town, subscribers: int) -> None:
    engine = keyholder.build(town.config)
    close(engine)
    leaf = leaf_maker(town)
    log = keyholder.open_log(town.config)
    try:
        with _bulk(town.config.register) as db:
            trail = int(db.execute("SELECT max(id) FROM trails").fetchone()[0]) + 1
            spec = db.execute("SELECT spec FROM keys WHERE kind = 'subject' LIMIT 1").fetchone()[0]
            for first in range(0, subscribers, CHUNK):
                count = min(CHUNK, subscribers - first)
                _chunk(db, log, leaf, spec, trail + first, count)
    finally:
        log.close()


def leaf_maker(town: Town) -> Callable[[bytes], bytes]:
    """Return what makes a leaf of 32 random bytes: a real one in which tag, references and signature are others."""
    blank = b64(bytes(32))
    made = seal_leaf(
        Leaf(
            type="disclose", day="2026-11-22", org="bench-roadside", purpose="location-consented", basis="consent",
            notice="at-once", set="set-1", tag=blank, ref=blank, commitment=blank, by="",
        ),
        keyfile.read_signer(town.config.key("keyholder")),
    )  # fmt: skip
    head, *between, tail = made.split(blank.encode())
    assert len(between) == 2

    def leaf(seed: bytes) -> bytes:
        tag, ref, commitment = (b64(digest(seed + name)).encode() for name in (b"t", b"r", b"c"))
        return head + tag + between[0] + ref + between[1] + commitment + tail

    return leaf


def _chunk(
    db: sqlite3.Connection, log: LocalLog, leaf: Callable[[bytes], bytes], spec: bytes, trail: int, count: int
) -> None:
    """Write `count` people, whose trails are numbered from `trail`."""
    start = log.size()
    leaves = [leaf(seed) for seed in _random(32, count)]
    log._sequencer.append(leaves)  # noqa: SLF001 # without a proof for each, which nobody asks for
    handles = _text(16, count)
    db.execute("BEGIN")
    for tables in (_lists(leaves, handles, trail, start), _people(handles, spec)):
        for table, rows in tables.items():
            marks = ", ".join("?" * len(rows[0]))
            db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    db.execute("COMMIT")


def _lists(leaves: list[bytes], handles: list[str], trail: int, start: int) -> dict[str, Rows]:
    """Return the rows of each one's list, its key, and its one entry."""
    now, hashes, count = SystemClock().now(), [digest(one) for one in leaves], len(handles)
    each, wrapped = range(count), _random(WRAPPED, 2 * count)
    return {
        "trails": [(trail + at, "subject", handles[at], 1, b64(hashes[at]), 0) for at in each],
        "vault": [
            *((f"subject/{handle}", now // DAY, next(wrapped)) for handle in handles),
            *((f"trail/{trail + at}", now // DAY, next(wrapped)) for at in each),
        ],
        "entries": [
            (hashes[at], trail + at, 1, leaves[at], sealed, start + at)
            for at, sealed in enumerate(_random(BODY, count))
        ],
        "subjects": [(handles[at], trail + at, 0, 0, now) for at in each],
    }


def _people(handles: list[str], spec: bytes) -> dict[str, Rows]:
    """Return the rows of each one's key, phone, category and consent."""
    now, count = SystemClock().now(), len(handles)
    sealed, wrapped, idx = _random(40, count), _random(WRAPPED, count), _random(32, 2 * count)
    company = ("bench-roadside", "Bench Roadside", "Bench dispatch", "RequestedServiceProvision", "1km", 4)
    given = (now, now + DAY, -1, 0, "sms", b64(bytes(32)))
    return {
        "keys": [
            (name, "subject", handle, "", spec, "", "", "", now, 2**40, 0)
            for name, handle in zip(_text(32, count), handles, strict=True)
        ],
        "numbers": [
            (next(idx), handle, name, next(sealed), now)
            for handle, name in zip(handles, _text(16, count), strict=True)
        ],
        "records": [
            (handle, CATEGORY, 1, b64(bytes(32)), next(wrapped), CLIENT, now, 0, 0) for handle in handles
        ],
        "location_consents": [
            (name, handle, next(idx), CLIENT, *company, *given)
            for name, handle in zip(_text(16, count), handles, strict=True)
        ],
    }


# -- the web tier's records --------------------------------------------------------------------------------------


def _fill_records(path: Path, subscribers: int, fixes: int) -> None:
    """Write a device for each subscriber, and their fixes of the last day in equal parts."""
    asyncio.run(_made(path))
    assert len(encode(Fix(lat=-89_000_000, lon=-179_000_000, radius=1_000, at=2_000_000_000))) <= 96
    each = max(1, fixes // subscribers)
    with _bulk(path) as db:
        db.execute("DROP INDEX fixes_at")
        for first in range(0, subscribers, CHUNK):
            count = min(CHUNK, subscribers - first)
            db.execute("BEGIN")
            _chunk_of_fixes(db, first, count, each)
            db.execute("COMMIT")
        db.execute("CREATE INDEX fixes_at ON fixes (at)")


async def _made(path: Path) -> None:
    await SqliteMainStore(path).close()


def _chunk_of_fixes(db: sqlite3.Connection, first: int, count: int, each: int) -> None:
    now = SystemClock().now()
    names = [b64((first + at).to_bytes(4, "big") + tail) for at, tail in enumerate(_random(8, count))]
    db.executemany(
        "INSERT INTO devices (device, handle, key_hash, point, label, made) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (name, handle, key, point, label, now)
            for name, handle, key, point, label in zip(
                names,
                _text(16, count),
                _random(32, count),
                _random(65, count),
                _random(LABEL, count),
                strict=True,
            )
        ],
    )
    step = (DAY - 3_600) // each
    sealed = _random(SEALED_FIX, count * each)
    db.executemany(
        "INSERT INTO fixes (device, at, sealed) VALUES (?, ?, ?)",
        ((name, now - at * step - at % 7, next(sealed)) for name in names for at in range(each)),
    )
