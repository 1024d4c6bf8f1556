"""What every intruder meets: a keyholder with everybody around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.cast import Cast
from tests.support.dangers import Danger
from tests.support.locating import Locating
from tests.support.searching import Search
from tests.support.world import Person, World


@pytest.fixture
def cast(tmp_path: Path) -> Cast:
    return Cast(tmp_path / "kh")


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Cast:
    """One cast for all attacks of a module that must change nothing, and are shown to."""
    return Cast(tmp_path_factory.mktemp("standing") / "kh")


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "kh")
    world.found()
    return world


@pytest.fixture
def places(world: World) -> Locating:
    return Locating(world)


@pytest.fixture
def rival(world: World) -> Locating:
    return Locating(world, org="pine-towing", recipient="Pine Towing")


@pytest.fixture
def danger(world: World) -> Danger:
    return Danger(world)


@pytest.fixture
def search(world: World) -> Search:
    return Search(world)


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()
