"""A list read in pages is the list: joined they prove whole, and a page left out, swapped or mixed is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from breakseal.kernel.errors import BreaksealError, FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import Trail, join_pages, verify_trail
from breakseal.keyholder import protocol as p
from breakseal.keyholder import reading
from breakseal.keyholder.protocol import MAX_FRAME
from tests.support.world import Person, World

Town = tuple[World, Person]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PAGE_ENTRIES", 4)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Somebody with a list of fourteen entries."""
    world = World(tmp_path_factory.mktemp("pages") / "kh")
    world.found()
    rosa = world.resident()
    while len(world.trail(rosa).entries) < 14:
        _grow(world, rosa)
    yield world, rosa
    world.close()


def _grow(world: World, rosa: Person) -> None:
    world.submit(world.sign(s.Freeze, rosa.session, leaf=""))


def _asked(world: World, rosa: Person) -> bytes:
    return world.sign(s.ReadTrail, rosa.session, recipient=rosa.recipient)


def _pages(world: World, rosa: Person, asked: bytes) -> list[Trail]:
    pages: list[Trail] = []

    def ask(first: int) -> Trail:
        pages.append(world.page(rosa, asked, first))
        return pages[-1]

    join_pages(ask)
    return pages


def _joined(pages: list[Trail]) -> Trail:
    return replace(pages[-1], entries=tuple(entry for page in pages for entry in page.entries))


@given(entries=st.integers(1, 20), size=st.integers(1, 40_000))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pages_joined_are_the_whole_list(town: Town, entries: int, size: int) -> None:
    world, rosa = town
    whole = world.trail(rosa)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "PAGE_ENTRIES", entries)
        patch.setattr(reading, "PAGE_BYTES", size)
        pages = _pages(world, rosa, _asked(world, rosa))
    assert all(1 <= len(page.entries) <= entries for page in pages)
    for page in pages:
        held = sum(len(one.leaf) + len(one.body) + len(one.proof) for one in page.entries)
        assert held <= size or len(page.entries) == 1
    # Proofs are of the moment at which they are asked for; everything else is the same.
    assert [(e.leaf, e.body, e.salt) for e in _joined(pages).entries] == [
        (e.leaf, e.body, e.salt) for e in whole.entries
    ]
    assert len(verify_trail(_joined(pages), world.keyholder.key)) == whole.head.n


@pytest.mark.usefixtures("small")
def test_a_page_left_out_swapped_or_twice_is_found(town: Town) -> None:
    world, rosa = town
    one, two, *rest = _pages(world, rosa, _asked(world, rosa))
    lies = [[one, *rest], [two, one, *rest], [one, one, *rest], [one, two], [one, two, *rest[:-1], rest[0]]]
    for lie in lies:
        with pytest.raises(VerificationError):
            verify_trail(_joined(lie), world.keyholder.key)
    verify_trail(_joined([one, two, *rest]), world.keyholder.key)


@pytest.mark.usefixtures("small")
def test_pages_under_an_older_head_are_not_the_list(town: Town) -> None:
    """The head of an earlier page does not cover what came since, and a later one needs the entries that came."""
    world, rosa = town
    asked = _asked(world, rosa)
    before = world.page(rosa, asked)
    count = before.head.n
    _grow(world, rosa)
    pages = [world.page(rosa, asked, first) for first in range(5, count + 2, 4)]
    whole = _joined([before, *pages])
    assert len(verify_trail(whole, world.keyholder.key)) == count + 1
    with pytest.raises(VerificationError):
        verify_trail(replace(whole, head=before.head), world.keyholder.key)
    with pytest.raises(VerificationError):
        verify_trail(replace(whole, entries=whole.entries[:-1]), world.keyholder.key)
    assert {page.head.request for page in (before, *pages)} == {before.head.request}


@pytest.mark.usefixtures("small")
def test_an_entry_that_comes_while_one_reads_is_on_the_list(town: Town) -> None:
    world, rosa = town
    asked, grown = _asked(world, rosa), []

    def ask(first: int) -> Trail:
        page = world.page(rosa, asked, first)
        if not grown:
            _grow(world, rosa)
            grown.append(page.head.n)
        return page

    assert len(verify_trail(join_pages(ask), world.keyholder.key)) == grown[0] + 1


def test_later_pages_need_a_reading_that_has_begun(town: Town) -> None:
    world, rosa = town
    asked = _asked(world, rosa)
    with pytest.raises(FormatError, match="being read"):
        world.page(rosa, asked, 2)
    world.page(rosa, asked)
    world.page(rosa, asked, 2)
    with pytest.raises(RefusedError, match="before"):
        world.page(rosa, asked)
    for first in (0, -1):
        with pytest.raises(FormatError):
            world.page(rosa, asked, first)


def test_later_pages_end_with_the_statement_and_with_the_key(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    world.found()
    rosa = world.resident()
    asked = _asked(world, rosa)
    world.page(rosa, asked)
    world.submit(world.sign(s.RevokeKey, rosa.own, key=rosa.session.key.id))
    with pytest.raises(VerificationError):
        world.page(rosa, asked, 2)
    asked = world.sign(s.ReadTrail, rosa.own, recipient=rosa.recipient)
    world.page(rosa, asked)
    world.clock.time += 400
    with pytest.raises(RefusedError, match="expired"):
        world.page(rosa, asked, 2)
    world.close()


def test_a_role_s_list_has_one_page(town: Town) -> None:
    world, rosa = town
    asked = world.sign(s.ReadDesk, rosa.session, desk="self", recipient=rosa.recipient)
    with pytest.raises(BreaksealError):
        world.page(rosa, asked, 2)


def test_a_list_longer_than_a_frame_is_read(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    world.found()
    rosa = world.resident("")
    places = tuple(f"{code:05}" for code in range(2_900))  # the longest statement that is taken, nearly
    for _ in range(300):
        world.turn_on(rosa, places=places)
    asked = _asked(world, rosa)
    sealed = world.ask(p.Read(statement=asked), p.Sealed)
    assert len(p.frame(sealed)) < MAX_FRAME
    pages = [world.page(rosa, asked, 2), _joined(_pages(world, rosa, _asked(world, rosa)))]
    assert len(canonical.encode(pages[1])) > MAX_FRAME
    assert len(verify_trail(pages[1], world.keyholder.key)) == pages[0].head.n
    world.close()


def test_no_page_comes_near_the_longest_frame() -> None:
    """Entries grow when they are written as JSON: the proof's lines, for one. Twice the bound is more than enough."""
    assert 2 * reading.PAGE_BYTES < MAX_FRAME
