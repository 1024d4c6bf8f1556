"""A company's clients prove themselves each quarter: the overseers sign their enrolment anew, or they locate nobody."""

from __future__ import annotations

import pytest

from breakseal.keyholder import protocol as p
from breakseal.keyholder.register.organisations import PROOF_LIFE
from tests.support.locating import ORG, SECRET, Locating
from tests.support.world import Person, World, refused

DAY = 86_400


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()


def proved_until(world: World, org: str = ORG) -> int:
    found = world.ask(p.AskFacts(), p.Facts).organisations
    return next(one.proved_until for one in found if one.org == org)


def quarter(places: Locating, seconds: int) -> None:
    """Let time pass to `seconds` of the proof's life, with every roster signed."""
    places.world.clock.time += seconds
    places.roster()


def test_after_a_quarter_a_client_neither_asks_nor_looks_until_it_is_signed_again(
    places: Locating, rosa: Person, world: World
) -> None:
    given = places.agree_by_key(rosa)
    assert proved_until(world) == world.clock.now() + PROOF_LIFE
    name = given.consent
    quarter(places, PROOF_LIFE - 1)
    given = places.take(name, verifier=SECRET)
    places.locate(given)
    world.clock.time += 1
    places.refused(places.looking(given), "not-permitted")
    places.refused(places.asking(), "not-permitted")
    world.sign_in(rosa)
    refused("not-permitted", lambda: world.submit(places.consent(rosa)))
    places.enrol()
    assert proved_until(world) == world.clock.now() + PROOF_LIFE
    places.locate(given)
    places.ask()


def test_the_company_s_own_roster_does_not_prove_it(places: Locating, world: World) -> None:
    for _ in range(14):
        quarter(places, 7 * DAY - 1)
    places.refused(places.asking(), "not-permitted")


def test_an_emergency_asks_for_no_proof(world: World) -> None:
    rosa = world.resident()
    kim = world.officer()
    world.clock.time += PROOF_LIFE + DAY
    world.shift(kim, "7")
    world.engine.sweep()
    assert world.disclose(kim, world.call()).handle == rosa.handle


def test_neither_a_start_nor_a_sweep_renews_it(places: Locating, world: World) -> None:
    before = proved_until(world)
    world.clock.time += 50 * DAY
    world.engine.sweep()
    world.close()
    world.engine = world.open()
    world.engine.start()
    assert proved_until(world) == before


def test_another_company_s_proof_is_its_own(places: Locating, world: World) -> None:
    world.clock.time += 60 * DAY
    other = Locating(world, org="pine-towing", recipient="Pine Towing")
    quarter(places, 40 * DAY)
    other.roster()
    places.refused(places.asking(), "not-permitted")
    other.ask()


def test_a_store_from_before_learns_it_from_the_enrolments(places: Locating, world: World) -> None:
    before = proved_until(world)
    world.engine.core.store.run("UPDATE organisations SET proved_until = 0")
    world.engine.core.forget()
    places.refused(places.asking(), "not-permitted")
    world.engine.sweep()
    assert proved_until(world) == before
    places.ask()
