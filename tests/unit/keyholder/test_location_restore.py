"""What a backup that was put back does to consents: all of them are over, and nothing that was ended comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import location
from breakseal.kernel.model import statements as s
from breakseal.keyholder.location import messages as m
from tests.support.locating import Locating
from tests.support.restoring import checkpoint, cold_copy, put_back, release, state
from tests.support.world import Person, World
from tests.unit.keyholder.test_location_asks import entries
from tests.unit.keyholder.test_location_consents import OTHER, desk


@pytest.fixture
def places(tmp_path: Path) -> Locating:
    world = World(tmp_path / "kh")
    world.found()
    return Locating(world)


@pytest.fixture
def rosa(places: Locating) -> Person:
    return places.world.resident()


def test_a_restore_ends_every_consent_and_token(places: Locating, rosa: Person, tmp_path: Path) -> None:
    """What was stopped after the copy was made must not come back; which it was, nobody can say: all are over."""
    world = places.world
    stopped = places.agree()
    asked = places.ask(OTHER)
    places.attest(places.answered(asked.ask, OTHER))
    other = places.take(asked.ask)
    copy = cold_copy(world, tmp_path / "copy")
    places.stop()
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    put_back(world, copy, "keyholder.db")
    assert state(world).startswith("quarantine")
    with pytest.raises(BreaksealError) as error:
        places.locate(other)
    assert error.value.reason == "quarantine"
    release(world, *checkpoint(world))
    assert state(world) == "open"
    for given in (stopped, other):
        places.refused(places.looking(given), "no-token")
    world.clock.time += 120
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "expired-token")
    assert desk(world, rosa).paused
    assert len(desk(world, rosa).numbers) == 1  # the harder reading of a STOP takes nothing else away
    assert world.engine.core.subjects.granted(rosa.handle, "emergency-response") is not None


def test_what_was_signed_before_a_restore_is_not_taken_after_it(places: Locating, tmp_path: Path) -> None:
    world = places.world
    question, answer, stop = places.asking(), places.answered(places.ask().ask), places.stopped()
    copy = cold_copy(world, tmp_path / "copy")
    places.agree(OTHER)
    put_back(world, copy, "keyholder.db")
    release(world, *checkpoint(world))
    places.refused(question, "invalid-client")
    for envelope in (answer, stop):
        places.refused(m.Attest(statement=envelope), "before-restore")
    undated = places.asking(assertion=places.assertion(iat=None, exp=world.clock.now() + 300))
    places.refused(undated, "invalid-client")
    world.clock.time += 400
    places.ask()


def test_an_erased_keyless_record_stays_erased_after_a_restore(places: Locating, tmp_path: Path) -> None:
    world, handle = places.world, places.locate(places.agree(OTHER)).handle
    copy = cold_copy(world, tmp_path / "copy")
    world.engine.core.store.run("UPDATE location_keyless SET since = 0")
    places.stop(OTHER)
    for _ in range(2):
        world.clock.time += 3600
        world.engine.sweep()
    put_back(world, copy, "keyholder.db")
    release(world, *checkpoint(world))
    assert world.engine.core.subjects.get(handle).erased
    assert world.engine.core.numbers.holder(OTHER) is None


def test_a_phone_taken_off_with_its_consents_stays_off_after_a_restore(
    places: Locating, rosa: Person, tmp_path: Path
) -> None:
    """Its entries stand in the log in the order of the list, or the replay would lose the thread."""
    world = places.world
    places.agree()
    number = desk(world, rosa).numbers[0].id
    copy = cold_copy(world, tmp_path / "copy")
    places.agree(purpose="CustomerCare")
    world.submit(world.sign(s.WithdrawNumber, rosa.session, number=number))
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    length = world.engine.core.trails.length(world.engine.core.subjects.get(rosa.handle).trail)
    put_back(world, copy, "keyholder.db")
    release(world, *checkpoint(world))
    found = desk(world, rosa)
    assert (found.numbers, found.consents, found.paused) == ((), (), True)
    assert world.engine.core.trails.length(world.engine.core.subjects.get(rosa.handle).trail) == length
    assert [body.result for body in entries(world, rosa)[-5:]] == ["lost"] * 5
