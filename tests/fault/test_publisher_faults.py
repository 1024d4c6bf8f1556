"""The publisher's fault table: each write point fails before and after; the view never shows too much."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.errors import UnavailableError
from breakseal.log import statements
from breakseal.log.database import StorePoisonedError
from breakseal.log.publisher import DAY, PublicView, Publisher
from breakseal.log.sequencer import Sequencer
from breakseal.log.store import LogStore
from tests.support.faults import Fault, Plan
from tests.support.logoracle import check_log
from tests.support.logs import Log, entry

POINTS = ("BEGIN", statements.ADD_PUBLISHED, "COMMIT")


class Table:
    """A log with 30 entries of yesterday, a publisher whose store can fail, and the public's view."""

    def __init__(self, folder: Path) -> None:
        self.log = Log(folder / "log.db")
        self.log.clock.time -= self.log.clock.time % DAY
        self.plan = Plan()
        self.sequencer: Sequencer = self.log.create()
        self.publisher = self.opened()
        assert self.publisher.tick() == 0
        self.log.clock.time += DAY // 2
        self.sequencer.append([entry(number) for number in range(30)])
        self.log.clock.time += DAY // 2
        self.view = PublicView(LogStore.open_reader(self.log.path))

    def opened(self) -> Publisher:
        return Publisher(LogStore.open(self.log.path, connect=self.plan.connect), self.log.clock)

    def check(self) -> None:
        check_log(self.log.path, self.log.signer.key, {entry(number): number for number in range(30)})


@pytest.mark.parametrize("faults", [1, 2], ids=["once", "twice in a row"])
@pytest.mark.parametrize("after", [False, True], ids=["not persisted", "persisted"])
@pytest.mark.parametrize("point", POINTS)
def test_a_failed_publication_shows_the_old_view_or_the_new_one(
    tmp_path: Path, point: str, after: bool, faults: int
) -> None:
    table = Table(tmp_path)
    table.plan.faults = [Fault(point, after=False)] * (faults - 1) + [Fault(point, after)]
    for _ in range(faults):
        with pytest.raises(UnavailableError):
            table.publisher.tick()
        table.check()
    persisted = after and point == "COMMIT"
    assert table.view.size() == (30 if persisted else 0)
    assert table.publisher.tick() == 30
    assert table.view.size() == 30
    table.check()


@pytest.mark.parametrize("after", [False, True], ids=["not persisted", "persisted"])
@pytest.mark.parametrize("point", POINTS)
def test_a_disk_error_stops_the_publisher_until_the_store_is_opened_again(
    tmp_path: Path, point: str, after: bool
) -> None:
    table = Table(tmp_path)
    table.plan.faults = [Fault(point, after, "SQLITE_IOERR_FSYNC")]
    for _ in range(2):
        with pytest.raises(StorePoisonedError):
            table.publisher.tick()
    table.check()
    assert table.opened().tick() == 30
    table.check()


def test_the_clock_going_back_never_takes_the_view_back(tmp_path: Path) -> None:
    table = Table(tmp_path)
    assert table.publisher.tick() == 30
    table.log.clock.time -= 5 * DAY
    assert table.publisher.tick() == 30
    assert table.view.size() == 30
    table.check()
