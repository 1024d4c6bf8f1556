"""A trail's key is destroyed by the second of two sweeps that are an hour apart, and not before."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import statements as s
from breakseal.keyholder.trails import KEPT_AFTER_ERASURE, SECOND_LOOK
from tests.support.world import World


@pytest.fixture
def erased(tmp_path: Path) -> tuple[World, int]:
    """A keyholder at the moment when the time of an erased person's list is over, and that trail."""
    world = World(tmp_path / "kh")
    world.found()
    rosa = world.resident()
    trail = world.engine.core.subjects.get(rosa.handle).trail
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    world.clock.time += KEPT_AFTER_ERASURE
    return world, trail


def test_one_sweep_destroys_nothing(erased: tuple[World, int]) -> None:
    world, trail = erased
    for wait in (0, 60, SECOND_LOOK - 61):
        world.clock.time += wait
        world.engine.sweep()
        assert world.engine.core.trails.key(trail)


def test_the_second_an_hour_later_does(erased: tuple[World, int]) -> None:
    world, trail = erased
    world.engine.sweep()
    world.clock.time += SECOND_LOOK
    world.engine.sweep()
    with pytest.raises(RefusedError, match="erased"):
        world.engine.core.trails.key(trail)
    world.engine.sweep()


def test_a_jump_of_the_clock_is_one_look(erased: tuple[World, int]) -> None:
    world, trail = erased
    world.clock.time += 10 * 365 * 86_400
    world.engine.sweep()
    assert world.engine.core.trails.key(trail)


def test_a_living_trail_is_never_marked(erased: tuple[World, int]) -> None:
    world, _ = erased
    other = world.resident("+15555550118")
    for _ in range(3):
        world.clock.time += SECOND_LOOK
        world.engine.sweep()
    assert world.engine.core.trails.key(world.engine.core.subjects.get(other.handle).trail)
