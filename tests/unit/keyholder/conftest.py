"""What most tests of the keyholder begin with: a founded world, and a company that locates phones in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.locating import Locating
from tests.support.world import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "kh")
    world.found()
    return world


@pytest.fixture
def places(world: World) -> Locating:
    return Locating(world)
