"""A list that is not whole or not the person's own does not verify, whatever was done to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import NO_LINK, Trail, sign_head, verify_trail
from tests.support.world import World

Lie = Callable[[World, Trail, Trail], Trail]


def _resigned(world: World, trail: Trail, **lies: object) -> Trail:
    return replace(trail, head=sign_head(replace(trail.head, **lies), world.keyholder))


LIES: dict[str, Lie] = {
    "an entry left out": lambda _w, t, _o: replace(t, entries=t.entries[:-1]),
    "the last left out, with a head of the stranger's": lambda w, t, _o: replace(
        t, entries=t.entries[:-1], head=sign_head(replace(t.head, n=t.head.n - 1), w.courier)
    ),
    "the middle left out under a true count": lambda w, t, _o: replace(
        _resigned(w, t, n=t.head.n - 1), entries=t.entries[:1] + t.entries[2:]
    ),
    "two entries swapped": lambda _w, t, _o: replace(t, entries=(t.entries[1], t.entries[0], *t.entries[2:])),
    "an entry twice": lambda _w, t, _o: replace(t, entries=(t.entries[0], t.entries[0], *t.entries[2:])),
    "another's entry": lambda _w, t, o: replace(t, entries=(*t.entries[:-1], o.entries[-1])),
    "another's head": lambda _w, t, o: replace(t, head=o.head),
    "another's key": lambda _w, t, o: replace(t, key=o.key),
    "another body": lambda _w, t, o: replace(
        t, entries=(replace(t.entries[0], body=o.entries[0].body), *t.entries[1:])
    ),
    "another salt": lambda _w, t, _o: replace(
        t, entries=(replace(t.entries[0], salt=canonical.b64(bytes(32))), *t.entries[1:])
    ),
    "a head that names another last entry": lambda w, t, _o: _resigned(w, t, link=NO_LINK),
    "a changed head": lambda _w, t, _o: replace(t, head=replace(t.head, at=t.head.at + 1)),
    "a head by somebody else": lambda w, t, _o: replace(t, head=sign_head(t.head, w.courier)),
}


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Trail, Trail]:
    world = World(tmp_path_factory.mktemp("lists") / "kh")
    world.found()
    return world, world.trail(world.resident()), world.trail(world.resident("+15555550118"))


def test_the_true_list_verifies(lists: tuple[World, Trail, Trail]) -> None:
    world, mine, _ = lists
    assert len(verify_trail(mine, world.keyholder.key)) == 3


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_found(lists: tuple[World, Trail, Trail], lie: str) -> None:
    world, mine, other = lists
    with pytest.raises(BreaksealError):
        verify_trail(LIES[lie](world, mine, other), world.keyholder.key)


def test_an_entry_whose_body_a_restore_lost_still_counts(
    lists: tuple[World, Trail, Trail], tmp_path: Path
) -> None:
    world, mine, _ = lists
    lost = replace(mine, entries=(*mine.entries[:-1], replace(mine.entries[-1], body="", salt="")))
    assert [body.result for body in verify_trail(lost, world.keyholder.key)][-1] == "lost"
