"""How many entries of each kind are public: counted once, and not again at each start."""

from __future__ import annotations

import pytest

from breakseal.kernel.model.leaf import read_leaf
from breakseal.keyholder import facts
from breakseal.keyholder import protocol as p
from tests.support.world import World

DAY = 86_400


def counted(world: World) -> dict[str, int]:
    return world.ask(p.AskFacts(), p.Facts).counts


def next_day(world: World) -> None:
    """Let the day's view be published."""
    world.clock.time += DAY
    world.engine.sweep()


def restart(world: World) -> None:
    world.close()
    world.engine = world.open()


@pytest.fixture
def leaves(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return the leaves that are read to be counted."""
    seen: list[bytes] = []

    def reading(data: bytes) -> object:
        seen.append(data)
        return read_leaf(data)

    monkeypatch.setattr(facts, "read_leaf", reading)
    return seen


def test_after_a_start_no_leaf_is_read_again(world: World, leaves: list[bytes]) -> None:
    """With a million of them an emergency would wait for it."""
    world.resident()
    next_day(world)
    before = counted(world)
    assert sum(before.values()) == len(leaves) > 0
    leaves.clear()
    restart(world)
    assert counted(world) == before
    assert leaves == []


def test_what_came_since_is_counted(world: World, leaves: list[bytes]) -> None:
    next_day(world)
    before = counted(world)
    restart(world)
    leaves.clear()
    world.resident("+15555550163")
    next_day(world)
    after = counted(world)
    assert sum(after.values()) == sum(before.values()) + len(leaves)
    assert after["basis"] > before.get("basis", 0)


def test_an_older_copy_of_the_log_is_counted_from_its_beginning(world: World) -> None:
    world.resident()
    next_day(world)
    all_of_it = counted(world)
    kept, store = world.engine.counts, world.engine.core.store
    with store.transaction():
        assert sum(kept.upto(2).values()) == 2
        assert kept.upto(sum(all_of_it.values())) == all_of_it
