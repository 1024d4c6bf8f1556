"""A restore takes no more than the person took away: a section that is gone does not take the record along."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.model import statements as s
from tests.support.restoring import checkpoint, cold_copy, put_back, release
from tests.support.world import Person, World

MEDICAL, HOME, PHOTO = "emergency.medical", "emergency.home", "emergency.photo"


@pytest.fixture
def rosa(world: World) -> Person:
    rosa = world.resident()
    for category in (MEDICAL, HOME):
        world.write(rosa, category, b"x")
    return rosa


def after_a_restore(world: World, rosa: Person, folder: Path, *taken: tuple[str, ...]) -> set[str]:
    """Take a copy, write and take away sections, put the copy back, and return what is held then."""
    copy = cold_copy(world, folder)
    for categories in taken:
        held = {one.category for one in world.engine.core.subjects.records(rosa.handle)}
        for category in set(categories) - held:
            world.write(rosa, category, b"y", version=1)
        world.submit(world.sign(s.Erase, rosa.own, categories=categories))
    put_back(world, copy, "keyholder.db")
    release(world, *checkpoint(world))
    return {one.category for one in world.engine.core.subjects.records(rosa.handle)}


def test_a_section_written_and_taken_away_after_the_copy(world: World, rosa: Person, tmp_path: Path) -> None:
    assert after_a_restore(world, rosa, tmp_path / "copy", (PHOTO,)) >= {MEDICAL, HOME}
    assert not world.engine.core.subjects.get(rosa.handle).erased


def test_a_section_taken_away_twice(world: World, rosa: Person, tmp_path: Path) -> None:
    held = after_a_restore(world, rosa, tmp_path / "copy", (MEDICAL,), (MEDICAL,))
    assert HOME in held
    assert MEDICAL not in held


def test_several_sections_taken_away_at_once(world: World, rosa: Person, tmp_path: Path) -> None:
    held = after_a_restore(world, rosa, tmp_path / "copy", (PHOTO, MEDICAL))
    assert HOME in held
    assert MEDICAL not in held


def test_the_whole_record_taken_away_stays_away(world: World, rosa: Person, tmp_path: Path) -> None:
    assert after_a_restore(world, rosa, tmp_path / "copy", ()) == set()
    assert world.engine.core.subjects.get(rosa.handle).erased
