"""Every byte of every current tile and entry bundle, flipped: our verifying reader and audit refuse it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from breakseal.kernel.errors import UnavailableError, VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.note import parse_note
from breakseal.kernel.tlog.tilepath import ENTRIES, TilePath, tiles_of
from breakseal.kernel.tlog.tiles import TileReader
from breakseal.kernel.tlog.witnesspolicy import single_log
from breakseal.log.audit import audit
from tests.support.logs import filled, signer


class Served:
    """A served log, held in memory, one of whose bytes can be wrong."""

    def __init__(self, path: Path, count: int) -> None:
        reader = filled(path, count).reader
        self.note = reader.checkpoint()
        self.point: Checkpoint = parse_checkpoint(parse_note(self.note).text)
        self.tiles = {one: reader.tile(one) for one in tiles_of(count)}

    def checkpoint(self) -> bytes:
        return self.note

    def tile(self, path: TilePath) -> bytes:
        if path not in self.tiles:
            raise UnavailableError("no such tile")
        return self.tiles[path]

    def flipped(self, path: TilePath, at: int, asked: TilePath) -> bytes:
        """Return tile `asked`, with the byte at `at` of tile `path` flipped."""
        data = self.tile(asked)
        if asked != path:
            return data
        return data[:at] + bytes([data[at] ^ (1 << at % 8)]) + data[at + 1 :]


def read(served: Served, path: TilePath, at: int | None) -> None:
    """Read tile `path` as a client does, its byte at `at` being wrong."""
    source = served.tile if at is None else partial(served.flipped, path, at)
    reader = TileReader(source, served.point)
    if path.level == ENTRIES:
        reader.entries(path.number)
    else:
        reader.tile(path.level, path.number)


def test_every_flipped_byte_of_every_tile_and_bundle_is_refused(tmp_path: Path) -> None:
    served = Served(tmp_path / "log.db", 300)
    flips = 0
    for path, data in served.tiles.items():
        for at in range(len(data)):
            with pytest.raises(VerificationError):
                read(served, path, at)
            flips += 1
    assert flips == 300 * 32 + 32 + 300 * (2 + 24)


def test_every_flipped_byte_is_refused_with_a_full_tile_at_each_level(tmp_path: Path) -> None:
    served = Served(tmp_path / "log.db", 65_536 + 2 * 256 + 5)
    assert {path.level for path in served.tiles} == {ENTRIES, 0, 1, 2}
    whole = [TilePath(1, 0), TilePath(1, 1, 2), TilePath(2, 0, 1), TilePath(0, 258, 5), TilePath(0, 200)]
    for path in whole:
        for at in range(len(served.tiles[path])):
            with pytest.raises(VerificationError):
                read(served, path, at)
    for number, (path, data) in enumerate(served.tiles.items()):  # and a byte of each of the others
        with pytest.raises(VerificationError):
            read(served, path, number * 37 % len(data))


def test_the_audit_refuses_a_flip_in_every_entry_and_hash(tmp_path: Path) -> None:
    served = Served(tmp_path / "log.db", 258)
    policy = single_log(signer().key)
    assert audit(served, policy).tiles == 5
    for path, data in list(served.tiles.items()):
        for at in range(0, len(data), 5):
            served.tiles[path] = served.flipped(path, at, path)
            with pytest.raises(VerificationError):
                audit(served, policy)
            served.tiles[path] = data


@pytest.mark.parametrize("change", ["cut", "longer", "empty", "swapped"])
def test_tiles_of_another_length_or_place_are_refused(tmp_path: Path, change: str) -> None:
    served = Served(tmp_path / "log.db", 700)
    for path, data in list(served.tiles.items()):
        other = TilePath(path.level, path.number ^ 1, path.width)
        wrong = {
            "cut": data[:-1],
            "longer": data + b"\0",
            "empty": b"",
            "swapped": served.tiles.get(other, b""),
        }
        served.tiles[path] = wrong[change]
        with pytest.raises(VerificationError):
            read(served, path, None)
        served.tiles[path] = data
