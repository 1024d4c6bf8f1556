"""The board hub: who is told, what a new or returning board may hold, and what a slow board loses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model.statements import CallEvent
from breakseal.keyholder.protocol import Facts
from breakseal.programmes.emergency.calls import CALL_SECONDS, VIEW_SECONDS
from breakseal.stores.sqlite.calls import SqliteCallKeep
from breakseal.web.board.hub import QUEUE, BoardHub, Subscription
from breakseal.web.board.pulse import KeyholderPulse
from breakseal.web.board.stream import board_stream
from breakseal.web.ports import Session
from tests.support.world import START, TestClock


def event(call: str, seq: int, kind: str, position: str, *, org: str = "cedar", at: int = START) -> CallEvent:
    return CallEvent(
        issued=at, expires=at + 900, nonce="n", org=org, call=call, seq=seq, event=kind, caller="x",
        position=position, officer="",
    )  # type: ignore[arg-type] # fmt: skip


def hub_at(folder: Path, clock: TestClock, epoch: str = "e1") -> BoardHub:
    return BoardHub(clock, SqliteCallKeep(folder / "calls.db"), epoch)


def waiting(board: Subscription) -> list[tuple[str, str]]:
    found = []
    while (numbered := asyncio.run(board.get(0.001))) is not None:
        found.append((numbered.delivery.kind, numbered.delivery.call.call))
    return found


def test_only_the_position_that_answers_is_told(tmp_path: Path) -> None:
    hub = hub_at(tmp_path, TestClock())
    one, two, foreign = hub.subscribe("cedar", "1"), hub.subscribe("cedar", "2"), hub.subscribe("harbor", "1")
    hub.take(event("a", 1, "answered", "1"), b"e1")
    assert (waiting(one), waiting(two), waiting(foreign)) == ([("answered", "a")], [], [])


def test_two_boards_answer_one_call_and_the_last_wins(tmp_path: Path) -> None:
    hub = hub_at(tmp_path, TestClock())
    one, two = hub.subscribe("cedar", "1"), hub.subscribe("cedar", "2")
    hub.take(event("a", 1, "answered", "1"), b"e1")
    hub.take(event("a", 2, "answered", "2"), b"e2")
    assert (waiting(one), waiting(two)) == ([("answered", "a"), ("moved", "a")], [("answered", "a")])
    assert [call.position for call in hub.live("cedar")] == ["2"]


def test_a_call_leaves_45_minutes_after_its_end_and_an_unended_one_after_four_hours(tmp_path: Path) -> None:
    clock = TestClock()
    hub = hub_at(tmp_path, clock)
    hub.take(event("a", 1, "answered", "1"), b"e1")
    hub.take(event("a", 2, "ended", "1"), b"e2")
    hub.take(event("b", 1, "answered", "1"), b"e3")
    clock.time += VIEW_SECONDS
    assert [call.call for call in hub.live("cedar", "1")] == ["b"]
    clock.time = START + CALL_SECONDS
    assert hub.live("cedar") == []
    assert hub_at(tmp_path, clock).live("cedar") == []


def test_a_restart_of_the_web_forgets_no_live_call(tmp_path: Path) -> None:
    clock = TestClock()
    hub_at(tmp_path, clock).take(event("a", 1, "answered", "1"), b"e1")
    again = hub_at(tmp_path, clock, "e2")
    assert [(call.call, call.event) for call in again.live("cedar", "1")] == [("a", b"e1")]
    assert again.knows(event("a", 1, "answered", "1"))


def test_a_board_that_is_too_slow_starts_again(tmp_path: Path) -> None:
    hub = hub_at(tmp_path, TestClock())
    board = hub.subscribe("cedar", "1")
    for at in range(QUEUE + 1):
        hub.take(event(f"c{at}", 1, "answered", "1"), b"e")
    assert board.over


def test_no_file_is_kept_for_a_call_that_is_over(tmp_path: Path) -> None:
    clock = TestClock()
    keep = SqliteCallKeep(tmp_path / "calls.db")
    hub = BoardHub(clock, keep, "e")
    hub.take(event("a", 1, "answered", "1"), b"e1")
    clock.time += CALL_SECONDS
    hub.live("cedar")
    assert list(keep.load()) == []


class _Down:
    async def ask(self, _question: object, _answer: object) -> Facts:
        raise UnavailableError("down")


def frames(
    hub: BoardHub, clock: TestClock, last: str = "", count: int = 4
) -> list[tuple[str, dict[str, object]]]:
    session = Session("officer", "h", "k", clock.now() + 60, "cedar", "call-taker", "1")

    async def some() -> list[bytes]:
        stream = board_stream(hub, session, KeyholderPulse(_Down(), clock), clock, last)  # type: ignore[arg-type] # asks nothing else
        found = [await anext(stream) for _ in range(count)]
        await stream.aclose()  # type: ignore[attr-defined] # an async generator
        return found

    parsed = []
    for frame in asyncio.run(some()):
        lines = dict(line.partition(": ")[::2] for line in frame.decode().splitlines() if line)
        if "event" in lines:
            parsed.append((lines["event"], json.loads(lines["data"]) | {"id": lines.get("id", "")}))
    return parsed


def test_a_stream_begins_with_all_that_the_board_may_hold_and_says_that_the_keyholder_is_down(
    tmp_path: Path,
) -> None:
    clock = TestClock()
    hub = hub_at(tmp_path, clock)
    hub.take(event("a", 1, "answered", "1"), b"e1")
    hub.take(event("b", 1, "answered", "2"), b"e2")
    (snapshot, all_), (pulse, health) = frames(hub, clock, count=3)
    assert (snapshot, [news["call"] for news in all_["calls"]]) == ("calls", ["a"])  # type: ignore[attr-defined,index] # JSON
    assert (pulse, health["profiles"]) == ("pulse", False)


def test_a_returning_board_learns_what_it_missed_of_live_calls(tmp_path: Path) -> None:
    clock = TestClock()
    hub = hub_at(tmp_path, clock)
    hub.take(event("a", 1, "answered", "1"), b"e1")
    last = f"{hub.epoch}-{hub.number()}"
    hub.take(event("a", 2, "transferred", "2"), b"e2")
    (kind, news), (snapshot, all_) = frames(hub, clock, last, count=3)
    assert (kind, news["kind"], news["position"], news["event"]) == ("call", "moved", "2", "")
    assert (snapshot, all_["calls"]) == ("calls", [])
    assert [name for name, _ in frames(hub, clock, "other-life-1", count=3)] == ["calls", "pulse"]
    assert [name for name, _ in frames(hub, clock, "e1-junk", count=3)] == ["calls", "pulse"]
