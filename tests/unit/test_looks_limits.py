"""What a client's own wishes take away from a look: a fix that is older than asked for is none."""

from __future__ import annotations

import pytest

from breakseal.programmes.location import looks
from breakseal.web.location.memory import FIRST, Pace

ASKED = 1_790_000_000


@pytest.mark.parametrize(
    ("age", "wanted", "fresh"),
    [
        (0, 0, True), (5, 0, True), (6, 0, False), (30, 0, False), (6, 1, True), (7, 1, False), (30, 10, False),
        (65, 60, True), (66, 60, False), (10**6, looks.ANY_AGE, True), (-20, 0, True),
    ],
)  # fmt: skip
def test_a_fix_is_no_older_than_asked_for(age: int, wanted: int, fresh: bool) -> None:
    """location-retrieval v0.5, `maxAge`; a source's clock may be five seconds behind. Made during the look is fresh."""
    assert looks.is_fresh(ASKED - age, ASKED, wanted) is fresh


def test_a_paused_look_takes_as_long_as_others_at_records_like_it() -> None:
    """Where a phone told its place no carrier need be asked: the two are never mixed, and neither begins at nothing."""
    pace = Pace()
    assert {pace.one(drawn, told=told) for drawn in range(9) for told in (True, False)} == {FIRST}
    for _ in range(40):
        pace.note(0.01, told=True)
        pace.note(1.5, told=False)
    assert {pace.one(drawn, told=True) for drawn in range(99)} == {0.01}
    assert {pace.one(drawn, told=False) for drawn in range(99)} == {1.5}
