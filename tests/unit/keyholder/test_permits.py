"""Notices to push: one for each call, offered until sent or for a week, and what is late is said."""

from __future__ import annotations

from itertools import pairwise

import pytest

from breakseal.kernel.model import canonical, permit
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.desk import SelfDesk
from breakseal.keyholder import protocol as p
from breakseal.keyholder.register.calls import CALL_LIFE
from tests.support.world import Person, World

ADDRESS = canonical.encode(s.Address(kind="sms", to="+12025550143"))
HOUR, DAY = 3600, 86_400


def told(world: World, **fields: str) -> Person:
    rosa = world.resident()
    world.submit(world.channels(rosa, ADDRESS, **fields))
    world.ask(p.TakePermits(), p.Permits)
    return rosa


def take(world: World) -> list[permit.Permit]:
    given = world.ask(p.TakePermits(), p.Permits).permits
    return [permit.read_permit(one, world.keyholder.key) for one in given]


def late(world: World, person: Person) -> int:
    desk = world.desk(person)
    assert isinstance(desk, SelfDesk)
    return desk.late


@pytest.mark.parametrize("timing", ["after-call", "at-once"])
def test_a_call_that_was_transferred_makes_one_message(world: World, timing: str) -> None:
    told(world, timing=timing)
    kim, lee = world.officer("7"), world.officer("8")
    world.disclose(kim, world.call())
    world.disclose(kim, world.call(seq=2))
    world.disclose(lee, world.call(seq=3, event="transferred", position="8"))
    world.submit(world.call(seq=4, event="ended", position="8"))
    given = take(world)
    assert len(given) == 1
    world.ask(p.PermitDone(permit=given[0].id, outcome="sent"), p.Done)
    world.disclose(lee, world.call(call="c2", position="8"))
    world.submit(world.call(call="c2", seq=2, event="ended", position="8"))
    assert len(take(world)) == 1


def test_two_people_of_one_call_are_both_told(world: World) -> None:
    """Somebody else's notice of the same call does not stand for one's own."""
    told(world)
    kim = world.officer("7")
    world.disclose(kim, world.call())
    maria = world.resident("+15555550118")
    world.submit(world.channels(maria, ADDRESS))
    world.disclose(kim, world.call("+15555550118", seq=2))
    world.submit(world.call(seq=3, event="ended"))
    assert len(take(world)) == 2


def test_a_courier_that_is_down_loses_nothing(world: World) -> None:
    """It asks for nothing, so nothing is used up: neither before nor after the call's end, for an hour or a month."""
    rosa = told(world)
    world.disclose(world.officer("7"), world.call())
    assert take(world) == []
    world.clock.time += CALL_LIFE + HOUR + 1
    assert late(world, rosa) == 1
    world.clock.time += 30 * DAY
    (given,) = take(world)
    assert given.expires > world.clock.now()


def test_a_notice_is_offered_for_seven_days_and_then_said_to_be_late(world: World) -> None:
    rosa = told(world)
    world.disclose(world.officer("7"), world.call())
    world.submit(world.call(seq=2, event="ended"))
    begun, offers = world.clock.now(), []
    assert late(world, rosa) == 0
    while (gone := world.clock.now() - begun) < 9 * DAY:
        offers += [gone for one in take(world) if one.expires > world.clock.now()]
        world.clock.time += 600
    assert 7 * DAY <= offers[-1] <= 7 * DAY + 3 * HOUR
    assert max(later - earlier for earlier, later in pairwise(offers)) <= HOUR
    assert late(world, rosa) == 1


def test_a_notice_that_is_sent_in_the_end_is_not_late_any_more(world: World) -> None:
    rosa = told(world)
    world.disclose(world.officer("7"), world.call())
    world.submit(world.call(seq=2, event="ended"))
    name = ""
    for _ in range(12):
        name = next((one.id for one in take(world)), name)
        world.clock.time += HOUR
    assert late(world, rosa) == 1
    world.ask(p.PermitDone(permit=name, outcome="sent"), p.Done)
    assert late(world, rosa) == 0


def test_who_switches_messages_off_gets_none_that_waits(world: World) -> None:
    rosa = told(world)
    world.disclose(world.officer("7"), world.call())
    world.submit(world.channels(rosa, ADDRESS, timing="none"))
    world.submit(world.call(seq=2, event="ended"))
    assert take(world) == []
    assert late(world, rosa) == 0
