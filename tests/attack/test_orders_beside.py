"""What an agency could learn or do beside an order: whose number it is, whether one waits, who may ask, places."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.model import canonical, location, permit
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.orders import EndOrder, LookUnder, Order
from breakseal.keyholder import protocol as p
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support import courts
from tests.support.courts import AGENCY, DAY, Court
from tests.support.world import NUMBER, Person, World, software_key

OTHER = "+15555550118"  # one digit from NUMBER


@pytest.fixture
def court(world: World) -> Court:
    return Court(world)


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()


def permits_of(world: World) -> Iterator[permit.Permit]:
    for data in world.ask(p.TakePermits(), p.Permits).permits:
        yield permit.read_permit(data, world.keyholder.key)


# -- what the agency learns beside ---------------------------------------------------------------------


def shape(world: World, court: Court, number: str, **fields: object) -> tuple[object, ...]:
    """Return everything that an agency can compare of lodging, a look and a refusal about a number."""
    before = world.log.size()
    order = court.order(number, **fields)
    lodged = court.lodge(order)
    located = court.look(order, number)
    leaves = [read_leaf(one) for one in world.log.entries(before, world.log.size())]
    public = [(one.type, one.org, one.purpose, one.basis, one.notice, len(one.pad) > 0) for one in leaves]
    sizes = [len(one) for one in world.log.entries(before, world.log.size())]
    return (
        lodged.handle, len(lodged.leaves), lodged.permit, located.handle, len(located.permit), located.until,
        public, sizes, len(leaves),
    )  # fmt: skip


@pytest.mark.parametrize("days", [0, 30])
def test_a_number_of_nobody_looks_the_same(world: World, court: Court, rosa: Person, days: int) -> None:
    mine = shape(world, court, NUMBER, defer_days=days)
    nobodys = shape(world, court, OTHER, defer_days=days)
    assert mine == nobodys


def test_frozen_paused_and_erased_look_the_same(world: World, court: Court, rosa: Person) -> None:
    seen = [shape(world, court, NUMBER)]
    world.submit(world.sign(location.PauseLocation, rosa.own, paused=True))
    seen.append(shape(world, court, NUMBER))
    world.submit(world.sign(s.Freeze, rosa.own, leaf=canonical.b64(b"")))
    seen.append(shape(world, court, NUMBER))
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    seen.append(shape(world, court, NUMBER))
    assert all(one == seen[0] for one in seen)


def test_the_agencys_own_trail_does_not_tell_whose_number_it_is(
    world: World, court: Court, rosa: Person
) -> None:
    core = world.engine.core
    trail = core.trails.of("organisation", AGENCY)
    grown = []
    for number in (NUMBER, OTHER):
        before = core.trails.length(trail)
        order = court.order(number)
        court.lodge(order)
        court.look(order, number)
        grown.append(core.trails.length(trail) - before)
    assert grown == [1, 1]


def test_a_deferred_order_shows_nowhere_before_its_day(world: World, court: Court, rosa: Person) -> None:
    """Not in the list or its head, not on the person's desk, and no message is sent."""
    world.submit(world.channels(rosa, b"sealed", timing="at-once"))
    before = world.trail(rosa, rosa.own), world.desk(rosa)
    order = court.order(defer_days=30)
    court.lodge(order)
    court.look(order)
    after = world.trail(rosa, rosa.own), world.desk(rosa)
    assert [one.leaf for one in before[0].entries] == [one.leaf for one in after[0].entries]
    assert (after[0].head.n, after[0].head.link, after[0].head.deferred) == (
        before[0].head.n, before[0].head.link, 0,
    )  # fmt: skip
    known = [msgspec.to_builtins(one) | {"request": "", "sig": ""} for one in (before[1], after[1])]
    assert known[0] == known[1]
    assert list(permits_of(world)) == []


# -- who may ask -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role", ["supervising-officer", "duty-reviewer", "legal-reviewer", "field-responder"]
)
def test_another_role_of_the_agency_looks_under_no_order(court: Court, rosa: Person, role: str) -> None:
    order = court.order()
    court.lodge(order)
    other = court.let_in(role=role)
    court.refused(court.looking(order, who=other.own), "not-permitted")
    court.refused(court.lodging(court.order(), other.own), "not-permitted")


@pytest.mark.parametrize(
    "kind", ["call-centre", "company", "supervision", "research", "oversight-body", "court"]
)
def test_an_agency_that_is_no_police_looks_under_no_order(court: Court, rosa: Person, kind: str) -> None:
    court.enrol("other-agency", kind, software_key("service"))
    officer = court.let_in("other-agency")
    answer = court.world.engine.answer([court.lodging(court.order(agency="other-agency"), officer.own)])[0]
    assert isinstance(answer, p.Problem)
    assert answer.reason == "not-permitted"


def test_a_session_key_looks_under_no_order(world: World, court: Court, rosa: Person) -> None:
    """Malware in the officer's browser holds the shift's key; an order asks for the officer's own."""
    order = court.order()
    court.lodge(order)
    world.shift(court.officer, "")
    court.refused(court.looking(order, who=court.officer.session), "forbidden")
    court.refused(court.lodging(court.order(), court.officer.session), "forbidden")


def test_nobody_but_an_officer_lodges(world: World, court: Court, rosa: Person) -> None:
    for signer in (rosa.own, court.client, court.key, court.sponsors[AGENCY]):
        court.refused(court.lodging(court.order(), signer), "not-officer")


def test_a_stale_roster_stops_orders(world: World, court: Court, rosa: Person) -> None:
    order = court.order()
    court.lodge(order)
    world.clock.time += 7 * DAY
    court.refused(court.looking(order), "forbidden")
    court.renew()
    court.look(order)


def test_another_court_cannot_end_an_order(world: World, court: Court, rosa: Person) -> None:
    other = software_key("service")
    court.enrol("rock-court", "court", other)
    order = court.order()
    court.lodge(order)
    for signer in (other, court.client):
        ending = p.Submit(statements=(world.sign(EndOrder, signer, order=courts.digest(order)),))
        court.refused(ending, "order-unknown")
    assert court.look(order).permit


def test_an_order_ended_in_the_same_moment_gives_no_permit(world: World, court: Court, rosa: Person) -> None:
    order = court.order()
    court.lodge(order)
    ending = p.Submit(statements=(world.sign(EndOrder, court.key, order=courts.digest(order)),))
    looked, ended = world.engine.answer([court.looking(order), ending])
    assert isinstance(ended, p.Submitted)
    assert isinstance(looked, p.Problem)
    assert looked.reason == "order-over"


# -- questions that do not exist ---------------------------------------------------------------------------


def test_there_is_no_question_of_who_was_near_a_place(court: Court) -> None:
    """No member of an order, a request or a message takes a place, a tower, a radius or a second number."""
    for kind in (Order, LookUnder, LocateUnder):
        names = {field.name for field in msgspec.structs.fields(kind)}
        assert not names & {"area", "lat", "lon", "radius", "cell", "tower", "place", "places", "numbers"}
    now = court.world.clock.now()
    plain = msgspec.to_builtins(court.draft())
    for more in (
        {"area": {"lat": 43_100_000, "lon": -87_900_000, "radius": 500}},
        {"tower": "310-410-1234"},
        {"number": ["+15555550117", "+15555550118"]},
        {"number": "*"},
        {"number": "+1555555"},
        {"categories": ["location.area"]},
        {"precision": "yes-or-no"},
        {"until": now},
    ):
        payload = canonical.encode(plain | more)
        if more == {"number": "+1555555"}:
            court.lodge(court.compact(payload))  # seven digits are a number; a prefix is only that number
            continue
        court.refused(court.lodging(court.compact(payload)), "not-an-order")


def test_an_order_without_looks_extends_or_is_no_order(court: Court) -> None:
    payload = canonical.encode(court.draft(looks=0))
    court.refused(court.lodging(court.compact(payload)), "not-an-order")


def test_the_store_holds_no_ordered_number_in_clear(world: World, court: Court, tmp_path: Path) -> None:
    court.lodge(court.order("+15555550163"))
    world.engine.sweep()
    files = b"".join(path.read_bytes() for path in (tmp_path / "kh").glob("*.db*"))
    for form in (b"+15555550163", canonical.b64(b"+15555550163")[2:-2].encode()):
        assert form not in files
    assert hashlib.sha256(b"+15555550163").digest() not in files


def test_an_order_is_forgotten_when_it_is_over(world: World, court: Court) -> None:
    """Its text goes, by two sweeps an hour apart; that it was made stays with its entry and its docket."""
    order = court.order(until=world.clock.now() + DAY)
    court.lodge(order)
    vault = world.engine.core.vault
    name = f"order/{courts.digest(order)}"
    world.clock.time += DAY
    world.engine.sweep()
    assert vault.has(name)
    world.clock.time += 3600
    world.engine.sweep()
    assert not vault.has(name)
    assert world.engine.core.store.one("SELECT sealed FROM orders") == (b"",)
