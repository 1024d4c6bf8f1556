"""Somebody with the whole public log tries to find out which entries are one person's."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import pytest

from breakseal.kernel.model import canonical
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.leaf import PADDED, Leaf, read_leaf, trail_tag
from tests.support.world import Person, World

NOISE = ("tag", "ref", "commitment", "sig")
LOOKS = 12


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, list[Person], list[bytes]]:
    """Six people with the same life, and everything that the log holds of it."""
    world = World(tmp_path_factory.mktemp("leaves") / "kh")
    world.found()
    people = [world.resident(f"+155555504{n:02}") for n in range(6)]
    kim = world.officer("7")
    for turn in range(LOOKS):
        for n, person in enumerate(people):
            world.disclose(kim, world.call(f"+155555504{n:02}", call=f"c{turn}-{n}"))
            if turn % 4 == 0:
                world.submit(world.sign(s.Freeze, person.session, leaf=""))
                world.submit(world.sign(s.Unfreeze, person.own))
                world.submit(world.sign(s.WithdrawGrant, person.session, purpose="emergency-response"))
                world.turn_on(person)
    return world, people, world.log.entries(0, 1_000_000)


def mine(world: World, person: Person) -> list[Leaf]:
    return [read_leaf(canonical.unb64(entry.leaf)) for entry in world.trail(person).entries]


def test_no_two_leaves_share_a_value_that_is_not_a_word(
    town: tuple[World, list[Person], list[bytes]],
) -> None:
    """Exact: every member is either one of a few public words, or never comes twice in the whole log."""
    leaves = [read_leaf(leaf) for leaf in town[2]]
    for name in NOISE:
        values = [getattr(leaf, name) for leaf in leaves]
        assert len(set(values)) == len(values), name
    every = [value for leaf in leaves for value in (leaf.tag, leaf.ref, leaf.commitment, leaf.sig)]
    assert len(set(every)) == len(every)


def test_the_words_of_a_leaf_are_few_and_the_same_for_all(
    town: tuple[World, list[Person], list[bytes]],
) -> None:
    """What is not noise is the same for each of six people who lived alike: it tells what happened, not to whom."""
    world, people, _ = town
    lives = []
    for person in people:
        leaves = [words_of(leaf) for leaf in mine(world, person)]
        lives.append(Counter(leaves))
    assert all(life == lives[0] for life in lives)


def words_of(leaf: Leaf) -> tuple[object, ...]:
    return (
        leaf.v,
        leaf.type,
        leaf.day,
        leaf.org,
        leaf.purpose,
        leaf.basis,
        leaf.notice,
        leaf.set,
        leaf.by,
        leaf.public,
    )


def test_every_leaf_without_a_public_statement_has_one_length(
    town: tuple[World, list[Person], list[bytes]],
) -> None:
    lengths = {len(data) for data in town[2] if not read_leaf(data).public}
    assert lengths == {PADDED}


def test_handles_numbers_and_key_ids_stand_in_no_leaf(town: tuple[World, list[Person], list[bytes]]) -> None:
    _world, people, log = town
    whole = b"".join(leaf for leaf in log if not read_leaf(leaf).public)
    for n, person in enumerate(people):
        for secret in (
            person.handle,
            person.own.key.id,
            person.session.key.id,
            f"155555504{n:02}",
            "Kim Doe",
        ):
            assert secret.encode() not in whole


def test_no_leaf_repeats_bytes_of_another_beyond_the_words(
    town: tuple[World, list[Person], list[bytes]],
) -> None:
    """Exact, without knowing our format: any eight bytes of noise that two leaves of a person share would link them."""
    world, people, _ = town
    for person in people[:2]:
        grams = []
        for leaf in mine(world, person):
            noise = b"".join(canonical.unb64(getattr(leaf, name)) for name in NOISE)
            grams.append({noise[at : at + 8] for at in range(len(noise) - 7)})
        for one, other in combinations(grams, 2):
            assert not one & other


def test_the_distance_between_ones_own_leaves_is_that_between_strangers(
    town: tuple[World, list[Person], list[bytes]],
) -> None:
    """Statistical: bits in which two tags differ. Own pairs and foreign pairs have the mean of chance, 128."""
    world, people, _ = town
    lists = [mine(world, person) for person in people]
    for name, bits in (("tag", 256), ("ref", 256), ("commitment", 256)):
        own = [_distance(a, b, name) for leaves in lists for a, b in combinations(leaves, 2)]
        foreign = [_distance(a, b, name) for one, two in combinations(lists, 2) for a in one for b in two]
        for pairs in (own, foreign):
            mean = sum(pairs) / len(pairs)
            # Pairs are not independent; the bound counts leaves, not pairs. Six standard errors: no flaky test.
            error = math.sqrt(bits / 4) / math.sqrt(sum(map(len, lists)) / 2)
            assert abs(mean - bits / 2) < 6 * error
        assert min(own + foreign) > bits / 4


def _distance(one: Leaf, other: Leaf, name: str) -> int:
    a = int.from_bytes(canonical.unb64(getattr(one, name)), "big")
    b = int.from_bytes(canonical.unb64(getattr(other, name)), "big")
    return (a ^ b).bit_count()


def test_tags_are_no_ones_without_the_trail_key(town: tuple[World, list[Person], list[bytes]]) -> None:
    """With one person's trail key, as that person has it, none of the others' leaves are recognised."""
    world, people, log = town
    trail = world.trail(people[0])
    key = canonical.unb64(trail.key)
    tags = {canonical.b64(trail_tag(key, n)) for n in range(5_000)}
    found = [data for data in log if read_leaf(data).tag in tags]
    assert [canonical.b64(data) for data in found] == [entry.leaf for entry in trail.entries]
