"""Where entries stand in the log is written down for whole stretches at once, and for nothing in between."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from breakseal.keyholder.store import Store
from breakseal.keyholder.trails import Trails

ROWS = range(1, 13)


def store_with_rows(folder: Path) -> Store:
    store = Store(folder / "kh.db")
    store.run("INSERT INTO trails (id, kind, owner, n, link) VALUES (1, 'subject', 'one', 12, '')")
    for row in ROWS:
        store.run(
            "INSERT INTO entries (id, hash, trail, n, leaf) VALUES (?, ?, 1, ?, x'00')",
            row,
            bytes([row]),
            row,
        )
    return store


@given(
    rows=st.sets(st.sampled_from(list(ROWS))), moves=st.lists(st.integers(-1, 2), min_size=12, max_size=12)
)
def test_each_row_gets_its_own_index_and_no_other_row_gets_one(rows: set[int], moves: list[int]) -> None:
    """Rows with gaps, at indexes that go up by one, jump, repeat or go back."""
    index, placed = 100, {}
    for row in rows:
        index += 1 + moves[row - 1]
        placed[row] = index
    with TemporaryDirectory() as name:
        store = store_with_rows(Path(name))
        Trails(store, None, None, None, "set").place(placed.items())  # type: ignore[arg-type] # needs the store alone
        found = dict(store.many("SELECT id, idx FROM entries WHERE idx IS NOT NULL"))
        store.close()
    assert found == placed


def test_a_batch_in_a_row_is_one_statement(tmp_path: Path) -> None:
    store = store_with_rows(tmp_path)
    said: list[str] = []
    store._db.set_trace_callback(said.append)
    Trails(store, None, None, None, "set").place([(3, 7), (2, 6), (4, 8), (9, 9)])  # type: ignore[arg-type] # likewise
    assert len(said) == 2
    assert store.many("SELECT id, idx FROM entries WHERE idx IS NOT NULL") == [(2, 6), (3, 7), (4, 8), (9, 9)]
    store.close()
