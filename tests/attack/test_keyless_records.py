"""Records that a yes by text made: one look at a wrong clock, or a key that is gone, must not end more than is over."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.keyholder import deferred
from tests.support.courts import Court
from tests.support.locating import Locating
from tests.support.world import NUMBER, World

OTHER = "+12025550177"
MONTH = 31 * 86_400


@pytest.fixture
def places(tmp_path: Path) -> Locating:
    world = World(tmp_path / "kh")
    world.found()
    return Locating(world)


def keyless(places: Locating) -> str:
    handle = places.locate(places.agree(OTHER)).handle
    places.stop(OTHER)
    return handle


def test_one_look_at_a_wrong_clock_ends_no_record(places: Locating) -> None:
    world, handle = places.world, keyless(places)
    world.clock.time += MONTH
    world.engine.sweep()
    assert not world.engine.core.subjects.get(handle).erased
    assert world.engine.core.numbers.holder(OTHER) == handle
    places.roster()
    places.agree(OTHER)  # a yes between the two sweeps keeps it
    places.stop(OTHER)
    for _ in range(3):
        world.clock.time += 3600
        world.engine.sweep()
    assert not world.engine.core.subjects.get(handle).erased


def test_a_list_whose_key_is_gone_does_not_stop_the_sweep(places: Locating) -> None:
    world, handle = places.world, keyless(places)
    core = world.engine.core
    with core.store.transaction():
        core.vault.destroy(f"trail/{core.subjects.get(handle).trail}")
    for wait in (MONTH, 3600):
        world.clock.time += wait
        world.engine.sweep()
    assert core.subjects.get(handle).erased
    assert core.store.one("SELECT count(*) FROM location_keyless") == (0,)


def test_a_record_that_has_a_key_is_never_ended_as_a_keyless_one(places: Locating) -> None:
    """Whatever comes to stand in the table of keyless records: a person's own profile is not the sweep's to end."""
    world = places.world
    rosa = world.resident()
    core = world.engine.core
    core.store.run("INSERT INTO location_keyless VALUES (?, 0)", rosa.handle)
    for wait in (MONTH, 3600, 3600):
        world.clock.time += wait
        world.engine.sweep()
    assert not core.subjects.get(rosa.handle).erased


def test_a_record_that_is_still_owed_a_notice_is_kept_until_it_is_written(places: Locating) -> None:
    """Else the notice could never be joined, and the agency that waits for it would get nothing any more."""
    world = places.world
    court = Court(world)
    handle = places.locate(places.agree(NUMBER)).handle
    court.lodge(court.order(defer_days=60))
    for _ in range(59):
        world.clock.time += 86_400
        world.engine.sweep()
    assert not world.engine.core.subjects.get(handle).erased
    for _ in range(4):
        world.clock.time += 86_400
        world.engine.sweep()
    assert not deferred.overdue(world.engine.core, court.agency, world.clock.now() + deferred.JOINED_WITHIN)
    assert world.engine.core.subjects.get(handle).erased
