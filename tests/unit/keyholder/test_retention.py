"""Retention by category: the policy's days, the person's word that it is still right, two sweeps, one message."""

from __future__ import annotations

import pytest

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical, permit
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.kernel.model.leaf import read_leaf
from breakseal.keyholder import protocol as p
from breakseal.keyholder import retention
from tests.support.world import START, Person, World, shipped_policy

MEDICAL, HOME, PHOTO = "emergency.medical", "emergency.home", "emergency.photo"
DAY, HOUR = 86_400, 3600
KEPT = 730 * DAY


def sees(world: World, person: Person) -> set[str]:
    world.sign_in(person)
    return {key.category for key in world.opened(person, world.disclose(person)).keys}


def keep(world: World, person: Person, *categories: str) -> None:
    world.sign_in(person)
    world.submit(world.sign(s.Keep, person.session, categories=categories))


def bodies(world: World, person: Person) -> tuple[Body, ...]:
    return verify_trail(world.trail(person, person.own), world.keyholder.key)


def held(world: World, person: Person) -> dict[str, int]:
    return {one.category: one.until for one in world.desk(person).records}  # type: ignore[attr-defined]


def reminders(world: World) -> list[permit.Permit]:
    taken = world.ask(p.TakePermits(limit=50), p.Permits).permits
    read = [permit.read_permit(data, world.keyholder.key) for data in taken]
    return [one for one in read if one.words == "reminder"]


def told(world: World, person: Person, timing: str = "after-call") -> None:
    world.sign_in(person)
    fields = {"address": canonical.b64(b"sealed"), "words": "plain", "language": "es"}
    world.submit(world.sign(s.Channels, person.session, timing=timing, **fields))


def test_an_age_is_counted_in_whole_days_and_never_stretched() -> None:
    ages = [retention.age_days(START, START + seconds) for seconds in (0, 1, DAY, DAY + 1, KEPT, KEPT + 1)]
    assert ages == [0, 1, 1, 2, 730, 731]


def test_a_time_ahead_of_the_clock_keeps_nothing_open() -> None:
    assert retention.age_days(START + 60, START) == 0
    assert retention.age_days(START + 61, START) > 20_000
    assert retention.is_past(shipped_policy(), MEDICAL, START + 61, START)


def test_the_last_second_opens_and_the_next_does_not(world: World) -> None:
    """By the keyholder's clock, to everybody, though no sweep has run."""
    rosa, kim = world.resident(), world.officer("7")
    written = world.clock.time
    assert held(world, rosa) == {MEDICAL: written + KEPT, HOME: written + KEPT}
    for seconds, opens in ((KEPT, {MEDICAL, HOME}), (KEPT + 1, set())):
        world.clock.time = written + seconds
        assert sees(world, rosa) == opens
        world.shift(kim, "7")
        answer = world.disclose(kim, world.call(call=f"c{seconds}"))
        assert {key.category for key in world.opened(kim, answer).keys} == opens


def test_each_category_has_its_own_age(world: World) -> None:
    rosa = world.resident()
    world.clock.time += 400 * DAY
    world.sign_in(rosa)
    world.write(rosa, MEDICAL, b"{}")
    world.clock.time += 331 * DAY
    assert sees(world, rosa) == {MEDICAL}


def test_what_is_said_to_be_right_still_begins_anew(world: World) -> None:
    rosa = world.resident()
    before = len(bodies(world, rosa))
    world.clock.time += KEPT
    keep(world, rosa, HOME)
    kept = world.clock.time
    # The sign-in; keeping leaves no entry, as writing leaves none.
    assert len(bodies(world, rosa)) == before + 1
    world.clock.time += 1
    assert held(world, rosa)[HOME] == kept + KEPT
    assert sees(world, rosa) == {HOME}
    world.clock.time = kept + KEPT + 1
    assert sees(world, rosa) == set()


@pytest.mark.parametrize("categories", [(), (PHOTO,), (HOME, PHOTO), ("trail",)])
def test_only_what_is_held_can_be_kept(world: World, categories: tuple[str, ...]) -> None:
    rosa = world.resident()
    world.clock.time += DAY
    written = held(world, rosa)
    with pytest.raises((FormatError, RefusedError)):
        keep(world, rosa, *categories)
    assert held(world, rosa) == written


def test_two_sweeps_an_hour_apart_destroy_the_key(world: World) -> None:
    rosa = world.resident()
    world.clock.time += 100 * DAY
    world.sign_in(rosa)
    world.write(rosa, MEDICAL, b"{}")
    world.clock.time = START + KEPT + DAY
    for _ in range(2):  # one look at the clock, however often
        world.engine.sweep()
        world.clock.time += HOUR - 1 - (world.clock.time - START - KEPT - DAY)
    assert set(held(world, rosa)) == {MEDICAL, HOME}
    world.clock.time += 1
    world.engine.sweep()
    assert set(held(world, rosa)) == {MEDICAL}
    last = bodies(world, rosa)[-1]
    assert (last.type, last.result, last.categories, last.party.key) == (
        "erase", "retention-over", (HOME,), world.keyholder.key.id,
    )  # fmt: skip
    assert last.until == (world.clock.time // DAY + 36) * DAY
    assert read_leaf(world.log.entries(0, 10_000)[-1]).type == "erase"  # it is in the log already
    assert sees(world, rosa) == {MEDICAL}


def test_a_version_that_is_written_between_the_sweeps_is_not_theirs(world: World) -> None:
    rosa = world.resident()
    world.clock.time += KEPT + 1
    world.engine.sweep()
    world.clock.time += HOUR
    world.sign_in(rosa)
    world.write(rosa, HOME, b"{}")
    world.engine.sweep()
    assert set(held(world, rosa)) == {HOME}
    world.clock.time += HOUR
    world.engine.sweep()
    assert sees(world, rosa) == {HOME}


def test_what_is_destroyed_can_be_written_anew(world: World) -> None:
    rosa = world.resident()
    world.clock.time += KEPT + 1
    world.engine.sweep()
    world.clock.time += HOUR
    world.engine.sweep()
    assert held(world, rosa) == {}
    world.sign_in(rosa)
    rosa.written.clear()
    world.write(rosa, HOME, b"{}")
    assert sees(world, rosa) == {HOME}


def test_a_sweep_destroys_a_bounded_number(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_A_SWEEP", 2)
    people = [world.resident("") for _ in range(5)]
    world.clock.time += KEPT + 1
    world.engine.sweep()
    left = []
    for _ in range(3):
        world.clock.time += HOUR
        world.engine.sweep()
        left.append(sum(bool(held(world, person)) for person in people))
    assert left == [3, 1, 0]


def test_no_sweep_destroys_in_quarantine(world: World) -> None:
    rosa = world.resident()
    world.clock.time += KEPT + 1
    world.engine.sweep()
    world.clock.time += HOUR
    world.engine.core.store.set_meta("quarantine", b"put back")
    world.engine.sweep()
    assert len(world.engine.core.subjects.records(rosa.handle)) == 2


def test_a_key_that_is_gone_stops_no_sweep(world: World) -> None:
    """A store with a damaged row still forgets what is over of all others."""
    broken, rosa = world.resident(""), world.resident("")
    world.engine.core.vault.destroy(f"subject/{broken.handle}")
    world.clock.time += KEPT + 1
    world.engine.sweep()
    world.clock.time += HOUR
    world.engine.sweep()
    assert held(world, rosa) == {}


def test_a_month_before_the_end_one_message_goes_out(world: World) -> None:
    rosa = world.resident()
    told(world, rosa)
    world.clock.time = START + KEPT - 30 * DAY - 1
    world.engine.sweep()
    assert reminders(world) == []
    world.clock.time += 1
    world.engine.sweep()
    (message,) = reminders(world)
    assert (message.kind, message.words, message.language) == ("notice", "reminder", "es")
    assert canonical.unb64(message.about) == bytes(32)
    world.ask(p.PermitDone(permit=message.id, outcome="sent"), p.Done)
    for _ in range(20):
        world.clock.time += DAY
        world.engine.sweep()
        assert reminders(world) == []
    keep(world, rosa, HOME)
    world.clock.time += KEPT - 10 * DAY
    world.engine.sweep()
    assert len(reminders(world)) == 1


@pytest.mark.parametrize("timing", ["none", ""])
def test_who_wants_no_messages_gets_none(world: World, timing: str) -> None:
    rosa = world.resident()
    if timing:
        told(world, rosa, timing)
    world.clock.time += KEPT - DAY
    world.engine.sweep()
    assert reminders(world) == []
