"""Which position has a call does not depend on the order, or on how often, its events arrive."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breakseal.kernel.model.statements import CallEvent
from breakseal.programmes.emergency.calls import VIEW_SECONDS, Call, Delivery, route

POSITIONS = ("1", "2", "3")


@st.composite
def calls(draw: st.DrawFn) -> list[CallEvent]:
    """Draw the events of one call as its callgate numbers them: the end last, if there is one."""
    positions = draw(st.lists(st.sampled_from(POSITIONS), min_size=1, max_size=6))
    kinds = ["answered", *("transferred" for _ in positions[1:])]
    if draw(st.booleans()):
        positions, kinds = [*positions, positions[-1]], [*kinds, "ended"]
    return [
        _event(seq, kind, position)
        for seq, (kind, position) in enumerate(zip(kinds, positions, strict=True), 1)
    ]


def _event(seq: int, kind: str, position: str) -> CallEvent:
    return CallEvent(
        issued=1000 + seq, expires=2000, nonce="n", org="o", call="c", seq=seq, event=kind, caller="x",
        position=position, officer="",
    )  # type: ignore[arg-type] # fmt: skip


def _after(events: list[CallEvent]) -> tuple[Call | None, list[Delivery]]:
    call: Call | None = None
    told: list[Delivery] = []
    for event in events:
        routed = route(call, event, f"envelope {event.seq}".encode())
        call = routed.call
        told += routed.deliveries
    return call, told


@given(calls(), st.data())
def test_any_order_and_repeats_end_in_the_same_state(events: list[CallEvent], data: st.DataObject) -> None:
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeats]))
    assert _after(shuffled)[0] == _after(events)[0]


@given(calls(), st.data())
def test_only_the_last_position_holds_the_call(events: list[CallEvent], data: st.DataObject) -> None:
    call, told = _after(data.draw(st.permutations(events)))
    assert call is not None
    holding = dict.fromkeys(POSITIONS, False)
    for one in told:
        holding[one.position] = one.kind != "moved"
    assert [position for position, holds in holding.items() if holds] == [call.position]


@given(calls(), st.data())
def test_an_end_is_told_and_never_taken_back(events: list[CallEvent], data: st.DataObject) -> None:
    call, told = _after(data.draw(st.permutations(events)))
    ends = [event for event in events if event.event == "ended"]
    assert call is not None
    assert call.ended == (ends[0].issued if ends else 0)
    assert bool(ends) == any(one.kind == "ended" and one.position == call.position for one in told)
    if ends:
        assert call.until == ends[0].issued + VIEW_SECONDS


def test_ending_twice_gives_no_more_time() -> None:
    first, again = _event(2, "ended", "1"), _event(3, "ended", "1")
    call, _ = _after([_event(1, "answered", "1"), first, again])
    assert call is not None
    assert call.ended == first.issued


@given(calls())
def test_the_basis_is_the_last_event_that_says_who_answers(events: list[CallEvent]) -> None:
    call, _ = _after(events)
    answering = [event for event in events if event.event != "ended"]
    assert call is not None
    assert call.event == f"envelope {answering[-1].seq}".encode()
