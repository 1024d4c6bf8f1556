"""The log's fault table: each write point fails before and after it took effect; one oracle after each."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.errors import UnavailableError
from breakseal.log import statements
from breakseal.log.database import StorePoisonedError
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore
from tests.support.faults import Fault, Plan
from tests.support.logoracle import check_log
from tests.support.logs import Log, entry

POINTS = ("BEGIN", statements.ADD_ENTRY, statements.ADD_TILE, statements.ADD_CHECKPOINT, "COMMIT")
PASSING = ("SQLITE_BUSY", "SQLITE_FULL")
POISONING = ("SQLITE_IOERR_FSYNC", "SQLITE_IOERR_WRITE", "SQLITE_CORRUPT_VTAB")


class Table:
    """A log under test and what it has acknowledged."""

    def __init__(self, folder: Path) -> None:
        self.plan = Plan()
        self.log = Log(folder / "log.db")
        self.acknowledged: dict[bytes, int] = {}
        self.next = 0
        self.sequencer = self.log.create(self.plan.connect)
        self.append(self.batch(250))

    def batch(self, count: int) -> list[bytes]:
        """Return `count` new entries."""
        self.next += count
        return [entry(number) for number in range(self.next - count, self.next)]

    def append(self, batch: list[bytes]) -> None:
        placed = self.sequencer.append(batch)
        self.acknowledged.update(zip(batch, [one.index for one in placed], strict=True))

    def fail(self, batch: list[bytes], *faults: Fault) -> None:
        """Append with faults to come: each must fail the append."""
        self.plan.faults = list(faults)
        while self.plan.faults:
            left = len(self.plan.faults)
            with pytest.raises(UnavailableError):
                self.sequencer.append(batch)
            assert len(self.plan.faults) < left or self.plan.fired[-1].error.startswith(POISONING)
        self.check()

    def check(self) -> None:
        check_log(self.log.path, self.log.signer.key, self.acknowledged)

    def reopen(self) -> Sequencer:
        self.sequencer.close()
        self.sequencer = self.log.open(self.plan.connect)
        return self.sequencer


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return Table(tmp_path)


@pytest.mark.parametrize("error", PASSING)
@pytest.mark.parametrize("after", [False, True], ids=["not persisted", "persisted"])
@pytest.mark.parametrize("point", POINTS)
def test_a_failed_write_point_loses_nothing_and_the_log_goes_on(
    table: Table, point: str, after: bool, error: str
) -> None:
    batch = table.batch(10)  # it fills a tile
    table.fail(batch, Fault(point, after, error))
    table.append(batch)
    table.append(table.batch(300))
    table.check()
    assert table.sequencer.last.size == 560


@pytest.mark.parametrize("error", POISONING)
@pytest.mark.parametrize("after", [False, True], ids=["not persisted", "persisted"])
@pytest.mark.parametrize("point", POINTS)
def test_a_disk_error_stops_the_sequencer_until_the_store_is_opened_again(
    table: Table, point: str, after: bool, error: str
) -> None:
    batch = table.batch(10)
    table.fail(batch, Fault(point, after, error))
    with pytest.raises(StorePoisonedError):
        table.append(batch)
    table.reopen()
    table.append(batch)
    table.check()
    assert table.sequencer.last.size == 260


@pytest.mark.parametrize("second", POINTS)
@pytest.mark.parametrize("after", [(False, False), (False, True), (True, False), (True, True)])
@pytest.mark.parametrize("first", ["COMMIT", statements.ADD_CHECKPOINT])
def test_two_failures_in_a_row_lose_nothing(
    table: Table, first: str, second: str, after: tuple[bool, bool]
) -> None:
    batch = table.batch(10)
    if (first, after[0]) == ("COMMIT", True):
        table.fail(batch, Fault(first, after=True))
        batch += table.batch(4)  # the first batch is there: only new entries write again
        table.fail(batch, Fault(second, after[1]))
    else:
        table.fail(batch, Fault(first, after[0]), Fault(second, after[1]))
    table.append(batch)
    table.append(table.batch(300))
    table.check()


@pytest.mark.parametrize(
    "point", [statements.LAST_CHECKPOINT, statements.GET_LEAF_HASHES, statements.COUNT_FROM]
)
def test_a_failure_while_reading_the_state_back_after_a_failed_commit(table: Table, point: str) -> None:
    batch = table.batch(10)
    table.fail(batch, Fault("COMMIT", after=True), Fault(point, after=False))
    table.append(batch)
    table.check()
    assert table.sequencer.last.size == 260


def test_a_failed_rollback_after_a_failed_statement(table: Table) -> None:
    batch = table.batch(10)
    table.plan.faults = [Fault(statements.ADD_TILE, after=True), Fault("ROLLBACK", after=False)]
    with pytest.raises(UnavailableError):
        table.append(batch)
    assert table.plan.faults == []
    assert table.sequencer._store._connection.in_transaction  # uncommitted rows can be read on it
    assert table.sequencer.reader.stored_checkpoint().size == 250
    table.append(batch)
    table.check()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("point", POINTS)
def test_a_failure_while_the_first_checkpoint_is_made(tmp_path: Path, point: str, after: bool) -> None:
    log = Log(tmp_path / "log.db")
    plan = Plan()
    LogStore.create(log.path, log.signer.key).close()
    plan.faults = [Fault(point, after)]
    with pytest.raises(UnavailableError):
        log.open(plan.connect)
    check_log(log.path, log.signer.key, {})
    sequencer = log.open()
    placed = sequencer.append([entry(0)])
    assert check_log(log.path, log.signer.key, {entry(0): placed[0].index}) == 1


def test_a_full_disk_refuses_and_room_lets_the_log_go_on(tmp_path: Path) -> None:
    table = Table(tmp_path)
    connection = table.sequencer._store._connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    batch = table.batch(2000)
    for _ in range(3):
        with pytest.raises(UnavailableError) as caught:
            table.sequencer.append(batch)
        assert caught.value.reason == "disk-full"
        table.check()
    connection.execute("PRAGMA max_page_count = 1000000")
    table.append(batch)
    table.check()
    assert table.sequencer.last.size == 2250


def test_the_clock_going_back_stops_the_log_also_after_a_restart(table: Table) -> None:
    table.log.clock.time += 1000
    table.append(table.batch(5))
    table.log.clock.time -= 1
    batch = table.batch(5)
    for _ in range(2):
        with pytest.raises(UnavailableError) as caught:
            table.append(batch)
        assert caught.value.reason == "clock-back"
        table.check()
        table.reopen()
    table.log.clock.time += 1
    table.append(batch)
    table.check()
