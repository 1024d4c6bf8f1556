"""The one oracle of the log's fault tests: recomputes everything from the file alone."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from breakseal.kernel.tlog.bundle import parse_bundle
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.merkle import leaf_hash, root
from breakseal.kernel.tlog.note import VerifierKey
from breakseal.kernel.tlog.proof import verify
from breakseal.kernel.tlog.signature import open_note
from breakseal.kernel.tlog.tilepath import ENTRIES, tiles_of
from breakseal.kernel.tlog.witnesspolicy import single_log
from breakseal.log.reader import LogReader
from breakseal.log.store import LogStore


def check_log(path: Path, key: VerifierKey, acknowledged: Mapping[bytes, int]) -> int:
    """Check the log in `path` wholly, and that each acknowledged entry has its index; return its size.

    Entries without gaps or doubles, leaf hashes, every full tile, every checkpoint ever signed against
    the root over its entries, times in order, publications among the checkpoints, and what a reader
    serves.
    """
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    rows = connection.execute("SELECT idx, leaf_hash, entry FROM entries ORDER BY idx").fetchall()
    assert [row[0] for row in rows] == list(range(len(rows)))
    hashes = [leaf_hash(row[2]) for row in rows]
    assert hashes == [row[1] for row in rows]
    assert len(set(hashes)) == len(hashes)
    for leaf, index in acknowledged.items():
        assert rows[index][2] == leaf
    _check_checkpoints(connection, key, hashes)
    _check_tiles(connection, hashes)
    connection.close()
    _check_served(path, key, hashes, acknowledged)
    return len(rows)


def _check_checkpoints(connection: sqlite3.Connection, key: VerifierKey, hashes: list[bytes]) -> None:
    rows = connection.execute("SELECT size, root, note, time FROM checkpoints ORDER BY size").fetchall()
    assert [row[3] for row in rows] == sorted(row[3] for row in rows)
    for size, stored, note, _ in rows:
        point = parse_checkpoint(open_note(note, [key]).note.text)
        assert (point.origin, point.size, point.root) == (key.name, size, stored)
        assert stored == root(hashes[:size])
    assert not rows or rows[-1][0] == len(hashes)
    shown = connection.execute("SELECT size FROM published ORDER BY size").fetchall()
    assert {row[0] for row in shown} <= {row[0] for row in rows}


def _check_tiles(connection: sqlite3.Connection, hashes: list[bytes]) -> None:
    below = hashes
    for level in range(8):
        rows = connection.execute(
            "SELECT number, root, hashes FROM tiles WHERE level = ? ORDER BY number", (level,)
        ).fetchall()
        groups = [below[at : at + 256] for at in range(0, len(below) - len(below) % 256, 256)]
        assert rows == [(at, root(group), b"".join(group)) for at, group in enumerate(groups)]
        below = [root(group) for group in groups]


def _check_served(
    path: Path, key: VerifierKey, hashes: list[bytes], acknowledged: Mapping[bytes, int]
) -> None:
    store = LogStore.open_reader(path)
    if store.checkpoint() is not None:
        reader = LogReader(store)
        for tile in tiles_of(len(hashes)):
            data = reader.tile(tile)
            if tile.level == ENTRIES:
                found = [leaf_hash(one) for one in parse_bundle(data, tile.width)]
                assert found == hashes[tile.start : tile.start + tile.width]
            if tile.level == 0:
                assert data == b"".join(hashes[tile.start : tile.start + tile.width])
        for leaf, index in list(acknowledged.items())[-50:]:
            assert verify(reader.proof(index), leaf, single_log(key)).index == index
    store.close()
