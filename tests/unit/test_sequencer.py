"""The sequencer: places, proofs, retries, what it refuses, and stores that it refuses to start on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from breakseal.kernel.errors import ConfigError, FormatError, RefusedError, VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.merkle import verify_consistency
from breakseal.kernel.tlog.note import parse_note
from breakseal.kernel.tlog.proof import verify
from breakseal.kernel.tlog.tilepath import tiles_of
from breakseal.kernel.tlog.tiles import TileReader
from breakseal.kernel.tlog.witnesspolicy import single_log
from breakseal.log.audit import audit
from breakseal.log.reader import LogReader
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore
from tests.support.logoracle import check_log
from tests.support.logs import Log, MovedClock, admit_all, entry, filled, signer

POLICY = single_log(signer().key)


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path / "log.db")


def point_of(note: bytes) -> Checkpoint:
    return parse_checkpoint(parse_note(note).text)


def test_entries_get_consecutive_places_and_proofs_under_their_batch_and_later(log: Log) -> None:
    sequencer = log.create()
    placed = {}
    for start, end in ((0, 1), (1, 255), (255, 258), (258, 700)):
        batch = [entry(number) for number in range(start, end)]
        for leaf, one in zip(batch, sequencer.append(batch), strict=True):
            placed[leaf] = one
            assert one.under.size == end
    assert [one.index for one in placed.values()] == list(range(700))
    for leaf, one in placed.items():
        assert verify(one.proof(), leaf, POLICY).index == one.index
        assert verify(sequencer.reader.proof(one.index), leaf, POLICY).checkpoint.checkpoint.size == 700


def test_the_same_entry_again_gets_the_same_place_and_makes_no_checkpoint(log: Log) -> None:
    sequencer = log.create()
    sequencer.append([entry(1), entry(2)])
    before = sequencer.last
    again = sequencer.append([entry(2), entry(1), entry(2)])
    assert [one.index for one in again] == [1, 0, 1]
    assert sequencer.last == before
    mixed = sequencer.append([entry(3), entry(1), entry(3), entry(4)])
    assert [one.index for one in mixed] == [2, 0, 2, 3]
    reopened = log.open()
    assert [one.index for one in reopened.append([entry(4), entry(5)])] == [3, 4]
    check_log(log.path, log.signer.key, {entry(5): 4})


def test_a_refused_entry_refuses_its_whole_batch(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.db")

    def admit(leaf: bytes) -> None:
        if leaf.startswith(b"bad"):
            raise RefusedError("not of a keyholder")

    sequencer = Sequencer(LogStore.create(log.path, log.signer.key), log.signer, log.clock, admit=admit)
    with pytest.raises(RefusedError):
        sequencer.append([b"good", b"bad"])
    assert sequencer.last.size == 0
    assert sequencer.append([b"good"])[0].index == 0


@pytest.mark.parametrize("wrong", [b"", b"x" * 4097])
def test_entries_have_a_size(log: Log, wrong: bytes) -> None:
    sequencer = log.create()
    with pytest.raises(FormatError):
        sequencer.append([b"right", wrong])
    assert sequencer.append([b"x" * 4096])[0].index == 0


def test_no_entries_make_no_checkpoint(log: Log) -> None:
    assert log.create().append([]) == []


def test_every_checkpoint_is_consistent_with_every_later_one(log: Log) -> None:
    sequencer = log.create()
    points = []
    for start in range(0, 600, 60):
        sequencer.append([entry(number) for number in range(start, start + 60)])
        points.append(sequencer.last)
    reader = LogReader(LogStore.open_reader(log.path))
    for at, old in enumerate(points):
        for new in points[at:]:
            for source in (sequencer.reader, reader):
                proof = source.consistency(old.size, new.size)
                verify_consistency(old.size, new.size, proof, old.root, new.root)
    with pytest.raises(FormatError):
        reader.consistency(10, 601)


@pytest.mark.parametrize("count", [1, 256, 257, 66_100])
def test_a_client_makes_the_same_proofs_from_authenticated_tiles(tmp_path: Path, count: int) -> None:
    sequencer = filled(tmp_path / "log.db", count, batch=5000)
    served = LogReader(LogStore.open_reader(tmp_path / "log.db"))
    client = TileReader(served.tile, point_of(served.checkpoint()))
    for index in {0, count // 2, count // 3, count - 1}:
        assert verify(sequencer.reader.proof(index), entry(index), POLICY).index == index
        assert sequencer.reader.proof(index) == served.proof(index)
        assert client.entries(index // 256)[index % 256] == entry(index)
        assert client.inclusion_proof(index) == TileReader(
            served.tile, point_of(served.checkpoint())
        ).inclusion_proof(index)
    report = audit(served, POLICY)
    assert (report.entries, report.tiles) == (count, len(list(tiles_of(count))))


def test_the_audit_shows_every_entry_and_its_progress(tmp_path: Path) -> None:
    sequencer = filled(tmp_path / "log.db", 600)
    seen: dict[int, bytes] = {}
    steps: list[tuple[int, int]] = []
    audit(sequencer.reader, POLICY, look=seen.__setitem__, progress=lambda done, of: steps.append((done, of)))
    assert seen == {number: entry(number) for number in range(600)}
    assert steps == [(256, 600), (512, 600), (600, 600)]


def test_a_log_is_made_once(log: Log) -> None:
    log.create()
    with pytest.raises(ConfigError):
        log.create()


def test_a_log_that_is_not_there_is_not_made_by_opening(log: Log) -> None:
    with pytest.raises(ConfigError):
        log.open()
    with pytest.raises(ConfigError):
        LogStore.open_reader(log.path)


def test_another_key_is_refused(log: Log) -> None:
    log.create()
    with pytest.raises(ConfigError):
        Sequencer(LogStore.open(log.path), signer("other.example"), MovedClock(), admit=admit_all)


def test_a_store_of_an_unknown_version_is_refused(log: Log) -> None:
    log.create()
    with sqlite3.connect(log.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigError):
        log.open()


def test_a_reader_cannot_write(log: Log) -> None:
    log.create()
    store = LogStore.open_reader(log.path)
    with pytest.raises(Exception, match="store"):
        store.publish(0, 1)


TAMPERINGS = {
    "the last entry's hash": "UPDATE entries SET leaf_hash = randomblob(32) WHERE idx = 299",
    "an entry taken out": "DELETE FROM entries WHERE idx = 298",
    "an entry put in": "INSERT INTO entries VALUES (300, randomblob(32), x'00')",
    "a tile's root": "UPDATE tiles SET root = randomblob(32) WHERE level = 0",
    "a checkpoint's root": "UPDATE checkpoints SET root = randomblob(32) WHERE size = 300",
    "a checkpoint rolled back": "DELETE FROM checkpoints WHERE size = 300",
    "a checkpoint's text": (
        "UPDATE checkpoints SET note = CAST(replace(CAST(note AS TEXT), '300', '301') AS BLOB) WHERE size = 300"
    ),
    "another time's checkpoint": (
        "UPDATE checkpoints SET note = (SELECT note FROM checkpoints WHERE size = 200) WHERE size = 300"
    ),
    "all checkpoints": "DELETE FROM checkpoints",
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_a_store_that_disagrees_with_its_checkpoint_is_refused(log: Log, what: str) -> None:
    sequencer = log.create()
    sequencer.append([entry(number) for number in range(200)])
    sequencer.append([entry(number) for number in range(200, 300)])
    sequencer.close()
    connection = sqlite3.connect(log.path)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    assert connection.execute(TAMPERINGS[what]).rowcount >= 1
    connection.commit()
    connection.close()
    with pytest.raises(VerificationError):
        log.open()


@pytest.mark.parametrize("table", ["identity", "entries", "tiles", "checkpoints"])
def test_rows_are_never_changed_or_removed_by_mistake(log: Log, table: str) -> None:
    log.create().append([entry(number) for number in range(256)])
    connection = sqlite3.connect(log.path)
    column = connection.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)


def test_commits_are_synced(log: Log) -> None:
    connection = log.create()._store._connection
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
