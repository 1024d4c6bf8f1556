"""The keyholder's write points failing before and after they persisted; one oracle after each, then on."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from itertools import count, product
from pathlib import Path
from typing import Any

import pytest

from breakseal.kernel.errors import BreaksealError, UnavailableError
from breakseal.kernel.model import statements as s
from breakseal.kernel.tlog.proof import TlogProof, parse_proof
from breakseal.keyholder import protocol as p
from breakseal.keyholder.store import StoreFailedError
from tests.support.faults import Fault, Plan
from tests.support.keyholderfaults import make_faulty, restarted
from tests.support.keyholderoracle import check_keyholder
from tests.support.world import NUMBER, Person, World

POINTS = ("BEGIN", "INSERT INTO entries", "INSERT INTO bodies", "UPDATE trails", "UPDATE entries SET idx", "SAVEPOINT",
          "RELEASE", "COMMIT", "append", "publish", "create", "wrap", "unwrap", "set_anchor", "PRAGMA wal")  # fmt: skip
WHEN = (False, True)


@pytest.fixture
def lived(tmp_path: Path) -> tuple[World, Person, Person]:
    world = World(tmp_path / "kh")
    world.found()
    return world, world.resident(), world.officer("7")


class Work:
    """A day's work, asked for again and again; keeps what was acknowledged."""

    def __init__(self, world: World, rosa: Person, kim: Person) -> None:
        self.world, self.rosa, self.kim = world, rosa, kim
        self.acknowledged: set[bytes] = set()
        self.opened = 0
        self.turn = count()

    def day(self) -> None:
        for act in (self.look, self.freeze, self.look, self.thaw, self.sign_up, self.look, self.sweep):
            restarted(self.world, act)

    def ask(self, *questions: p.Message) -> list[p.Message]:
        answers = self.world.engine.answer(questions)
        for answer in answers:
            if isinstance(answer, p.Submitted):
                self.acknowledged.update(answer.leaves)
            elif isinstance(answer, p.Disclosed):
                self.acknowledged.add(answer.leaf)
                self.opened += 1
        return answers

    def look(self) -> None:
        event = self.event()
        if event:
            self.ask(p.Disclose(request=self.world.request(self.kim, event), basis=event))

    def event(self) -> bytes:
        try:
            return self.world.call(NUMBER, call=f"c{next(self.turn)}")
        except UnavailableError as error:
            if isinstance(error, StoreFailedError):
                raise
            return b""

    def freeze(self) -> None:
        self.ask(p.Submit(statements=(self.world.sign(s.Freeze, self.rosa.session, leaf=""),)))

    def thaw(self) -> None:
        self.ask(p.Submit(statements=(self.world.sign(s.Unfreeze, self.rosa.own),)))

    def sign_up(self) -> None:
        new = Person()
        statement = self.world.sign(s.EnrolSubject, new.own, key=new.own.key, session=new.session.key)
        self.ask(p.Submit(statements=(statement,)), p.Submit(statements=(b"{}",)))

    def sweep(self) -> None:
        self.world.engine.sweep()


@pytest.mark.parametrize(("point", "after"), list(product(POINTS, WHEN)))
def test_one_write_point_fails(lived: tuple[World, Person, Person], point: str, after: bool) -> None:
    work = Work(*lived)
    plan = Plan([Fault(point, after, "SQLITE_IOERR")])
    make_faulty(work.world, plan)
    work.day()
    assert plan.fired, "the fault never came: the test shows nothing"
    check_keyholder(work.world, work.acknowledged)
    work.day()
    check_keyholder(work.world, work.acknowledged)
    assert work.opened >= 2


@pytest.mark.parametrize(
    ("first", "second"),
    list(product(("INSERT INTO entries", "COMMIT", "append"), ("COMMIT", "append", "wrap"))),
)
@pytest.mark.parametrize("after", WHEN)
def test_two_write_points_fail_in_a_row(
    lived: tuple[World, Person, Person], first: str, second: str, after: bool
) -> None:
    work = Work(*lived)
    plan = Plan([Fault(first, after, "SQLITE_IOERR"), Fault(second, not after, "SQLITE_IOERR")])
    make_faulty(work.world, plan)
    work.day()
    if plan.faults:
        make_faulty(work.world, plan)
        work.day()
    assert len(plan.fired) == 2
    check_keyholder(work.world, work.acknowledged)


def test_while_the_log_is_down_nothing_opens_and_nothing_is_lost(lived: tuple[World, Person, Person]) -> None:
    """Entries stored meanwhile are logged by the keyholder itself when the log is up again."""
    world, rosa, kim = lived
    work = Work(*lived)
    plan = Plan([Fault("append", False)] * 50)
    make_faulty(world, plan)
    event = world.call()
    question = p.Disclose(request=world.request(kim, event), basis=event)
    for _ in range(3):
        (answer,) = work.ask(question)
        assert isinstance(answer, p.Problem)
        assert answer.family == "UnavailableError"
    work.freeze()
    work.thaw()
    stored = world.engine.core.store.many("SELECT hash FROM entries WHERE idx IS NULL")
    assert len(stored) >= 3
    assert work.opened == 0
    plan.faults.clear()
    (facts,) = work.ask(p.AskFacts())
    assert isinstance(facts, p.Facts)
    size = world.log.size()
    bodies = check_keyholder(world)
    assert world.log.size() >= size
    results = [body.result for body in bodies[rosa.handle]]
    assert results.count("opened") == 1
    assert results[-2:] == ["frozen", "unfrozen"]
    (answer,) = work.ask(question)
    assert isinstance(answer, p.Disclosed)
    check_keyholder(world, work.acknowledged)


def test_the_log_is_down_and_the_process_dies(lived: tuple[World, Person, Person]) -> None:
    world, rosa, kim = lived
    plan = Plan([Fault("append", False)] * 50)
    make_faulty(world, plan)
    event = world.call()
    with pytest.raises(UnavailableError):
        world.disclose(kim, event)
    world.close()
    world.engine = world.open()
    bodies = check_keyholder(world)
    assert [body.result for body in bodies[rosa.handle]][-1] == "opened"


def test_a_log_that_proves_something_else_opens_nothing(lived: tuple[World, Person, Person]) -> None:
    """The log answers with the proof of an older entry: no key leaves, and the entry is handed in again."""
    world, rosa, kim = lived
    real = world.engine.log

    class Lying:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def append(self, leaves: list[bytes]) -> list[TlogProof]:
            return [parse_proof(real.proof(0)) for _ in leaves]

    world.engine.log = Lying()  # type: ignore[assignment]
    event = world.call()
    with pytest.raises(BreaksealError):
        world.disclose(kim, event)
    world.engine.log = real
    assert world.disclose(kim, event).handle == rosa.handle
    check_keyholder(world)


def test_the_clock_goes_back(lived: tuple[World, Person, Person]) -> None:
    """What has expired stays expired, before and after a new start."""
    world, _rosa, kim = lived
    event = world.call()
    request = world.request(kim, event)
    world.clock.time += 4 * 3600 + 100
    world.ask(p.AskFacts(), p.Facts)
    world.clock.time -= 4 * 3600
    for _ in range(2):
        with pytest.raises(BreaksealError):
            world.ask(p.Disclose(request=request, basis=event), p.Disclosed)
        world.close()
        world.engine = world.open()
    world.clock.time += 5 * 3600
    check_keyholder(world)


def test_a_full_disk_stops_the_keyholder_and_loses_nothing(lived: tuple[World, Person, Person]) -> None:
    """SQLite may take no more pages: the process must end; with room again everything goes on."""
    work = Work(*lived)
    world = work.world
    db = world.engine.core.store._db
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages}")
    stopped = 0
    for _ in range(40):
        try:
            work.look()
            work.sign_up()
        except UnavailableError:
            stopped += 1
            break
    assert stopped
    world.close()
    world.engine = world.open()
    check_keyholder(world, work.acknowledged)
    before = work.opened
    work.look()
    assert work.opened == before + 1
    check_keyholder(world, work.acknowledged)


# -- real processes ----------------------------------------------------------------------------------


def child(work: Work, limit: int, pipe: int) -> None:
    """Work until killed or refused by the system; say each acknowledged leaf only after it was acknowledged."""
    world = work.world
    world.engine = world.open()
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    told: set[bytes] = set()
    for turn in count():
        events = [world.call(NUMBER, call=f"{os.getpid()}-{turn}-{n}") for n in range(turn % 5 + 1)]
        work.ask(*(p.Disclose(request=world.request(work.kim, one), basis=one) for one in events))
        work.sign_up()
        if turn % 7 == 0:
            work.sweep()
        new, told = work.acknowledged - told, set(work.acknowledged)
        os.write(pipe, b"".join(one.hex().encode() + b"\n" for one in new))


def forked(act: Callable[[int], None]) -> tuple[int, int]:
    """Run `act` in a real process of its own; return its id and where it writes."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return pid, out
    os.close(out)
    try:
        act(into)
    except BaseException:  # noqa: BLE001 # a forked test must never go back into pytest
        os._exit(3)
    os._exit(0)


def lines(out: int) -> Iterator[bytes]:
    """Yield whole lines; what a killed process cut is no acknowledgement."""
    with os.fdopen(out, "rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                yield line.strip()


@pytest.mark.parametrize("after", [1, 20, 75])
def test_kill_9_under_load(lived: tuple[World, Person, Person], after: int) -> None:
    work = Work(*lived)
    work.world.close()
    for _ in range(2):
        pid, out = forked(lambda pipe: child(work, 0, pipe))
        for heard, line in enumerate(lines(out), start=1):
            work.acknowledged.add(bytes.fromhex(line.decode()))
            if heard == after:
                os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        assert len(work.acknowledged) >= after
        work.world.engine = work.world.open()
        check_keyholder(work.world, work.acknowledged)
        work.day()
        check_keyholder(work.world, work.acknowledged)
        work.world.close()


def test_a_system_that_refuses_writes(lived: tuple[World, Person, Person]) -> None:
    """Files may not grow beyond what they are and a little: the process ends by itself, and nothing is lost."""
    work = Work(*lived)
    work.world.close()
    pid, out = forked(lambda pipe: child(work, 900_000, pipe))
    heard = [bytes.fromhex(line.decode()) for line in lines(out)]
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3
    assert heard
    work.world.engine = work.world.open()
    check_keyholder(work.world, heard)
    work.day()
    check_keyholder(work.world, [*heard, *work.acknowledged])
