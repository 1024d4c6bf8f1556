"""A phone number goes to somebody else: what they agree to is about them, and never about who had it before."""

from __future__ import annotations

import pytest

from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from tests.support.dangers import listed
from tests.support.locating import Locating
from tests.support.world import NUMBER, World
from tests.unit.keyholder.test_handed_fixes import reporting


def test_the_new_holder_of_a_number_opens_the_old_holders_own_phone(places: Locating) -> None:
    """LocationSmart's worst day: a yes of one person shows another."""
    told = reporting(places.world)
    places.stop(why="moved")
    located = places.locate(places.agree())
    assert located.handle != told.person.handle
    places.refused(m.OpenFix(permit=located.permit, device="phone", fix=told.sealed()), "no-look")


def test_the_old_holder_of_a_number_reads_who_locates_the_new_one(places: Locating, world: World) -> None:
    rosa = world.resident()
    places.stop(why="moved")
    places.locate(places.agree())
    assert [one.result for one in listed(world, rosa)][-1:] == ["phone-moved-away"]
    desk = places.desk(rosa)
    assert (desk.consents, desk.numbers) == ((), ())


def test_whoever_kept_the_number_with_another_sim_proves_it_and_has_it_all_back(
    places: Locating, world: World
) -> None:
    rosa = world.resident()
    places.stop(why="moved")
    world.bind(rosa, NUMBER)
    located = places.locate(places.agree())
    assert located.handle == rosa.handle


@pytest.mark.parametrize("why", ["stopped", ""])
def test_a_stop_is_no_move(places: Locating, world: World, why: str) -> None:
    rosa = world.resident()
    if why:
        places.stop(why=why)
    assert places.locate(places.agree()).handle == rosa.handle


def test_a_second_move_makes_another_list(places: Locating, world: World) -> None:
    handles = set()
    for _ in range(3):
        handles.add(places.locate(places.agree()).handle)
        places.stop(why="moved")
    assert len(handles) == 3
    assert isinstance(world.engine.answer([p.TakePermits()])[0], p.Permits)
