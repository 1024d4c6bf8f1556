"""Where entries stand in the log is written down for whole stretches at once, and for nothing in between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakseal.keyholder.core import Core
from tests.support.world import World

ROWS = range(1, 13)


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    """A keyholder in whose trails stand these rows alone."""
    world = World(tmp_path_factory.mktemp("places") / "kh")
    core = world.engine.core
    core.store.run("DELETE FROM entries")
    for row in ROWS:
        core.store.run(
            "INSERT INTO entries (id, hash, trail, n, leaf) VALUES (?, ?, 1, ?, x'00')", row, bytes([row]), row
        )  # fmt: skip
    yield core
    world.close()


def places(core: Core, placed: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Write places down where there are none, and return those that are there."""
    with core.store.transaction():
        core.store.run("UPDATE entries SET idx = NULL")
        core.trails.place(placed)
    found = core.store.many("SELECT id, idx FROM entries WHERE idx IS NOT NULL ORDER BY id")
    return [(row, index) for row, index in found]


@settings(deadline=None)
@given(
    rows=st.sets(st.sampled_from(list(ROWS))), moves=st.lists(st.integers(-1, 2), min_size=12, max_size=12)
)
def test_each_row_gets_its_own_index_and_no_other_row_gets_one(
    core: Core, rows: set[int], moves: list[int]
) -> None:
    """Rows with gaps, at indexes that go up by one, jump, repeat or go back."""
    index, placed = 100, {}
    for row in rows:
        index += 1 + moves[row - 1]
        placed[row] = index
    assert dict(places(core, placed.items())) == placed


def test_a_batch_in_a_row_is_one_statement(core: Core) -> None:
    said: list[str] = []
    core.store._db.set_trace_callback(said.append)
    found = places(core, [(3, 7), (2, 6), (4, 8), (9, 9)])
    core.store._db.set_trace_callback(None)
    assert found == [(2, 6), (3, 7), (4, 8), (9, 9)]
    assert len([one for one in said if "BETWEEN" in one]) == 2
