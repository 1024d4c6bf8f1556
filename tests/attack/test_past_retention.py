"""What is past its time stays shut: to a call-taker, to the person, to a session key, to an old copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.errors import BreaksealError, RefusedError, VerificationError
from breakseal.kernel.model import statements as s
from breakseal.keyholder import protocol as p
from tests.support.restoring import checkpoint, put_back, release
from tests.support.world import START, World

MEDICAL, HOME = "emergency.medical", "emergency.home"
DAY, HOUR = 86_400, 3600
KEPT = 730 * DAY


def test_a_late_sweep_opens_nothing(world: World) -> None:
    """The sweep did not run for years: the keys are all there, and nobody gets one."""
    rosa, kim = world.resident(), world.officer("7")
    world.clock.time += 5 * 365 * DAY
    world.sign_in(rosa)
    world.shift(kim, "7")
    assert len(world.engine.core.subjects.records(rosa.handle)) == 2
    assert world.opened(rosa, world.disclose(rosa)).keys == ()
    assert world.opened(kim, world.disclose(kim, world.call())).keys == ()


def test_old_and_absent_are_one_answer(world: World) -> None:
    """Whether there was a record that is past its time, no call-taker learns."""
    rosa, kim = world.resident(granted=False), world.officer("7")
    grant = {"purpose": "emergency-response", "anywhere": True, "places": ()}
    world.submit(world.sign(s.Grant, rosa.own, categories=(HOME, MEDICAL), **grant))
    assert world.disclose(kim, world.call()).handle == rosa.handle
    world.clock.time += KEPT + 1
    world.shift(kim, "7")
    old = world.disclose(kim, world.call(call="old"))
    absent = world.disclose(kim, world.call("+15555550199", call="absent"))
    assert (old.handle, len(old.sealed)) == (absent.handle, len(absent.sealed)) == ("", len(old.sealed))


def test_a_request_that_was_answered_in_time_is_not_answered_again_past_it(world: World) -> None:
    rosa = world.resident()
    world.clock.time = START + KEPT - 60
    world.sign_in(rosa)
    question = p.Disclose(request=world.request(rosa), basis=b"")
    assert len(world.opened(rosa, world.ask(question, p.Disclosed)).keys) == 2
    world.clock.time += 61
    with pytest.raises(RefusedError, match="is over"):
        world.ask(question, p.Disclosed)


def test_no_word_brings_back_what_is_past(world: World) -> None:
    rosa = world.resident()
    world.clock.time = START + KEPT - 10
    world.sign_in(rosa)
    early = world.sign(s.Keep, rosa.session, categories=(HOME,))
    world.clock.time += 11
    for envelope in (early, world.sign(s.Keep, rosa.own, categories=(HOME,))):
        with pytest.raises(RefusedError) as caught:
            world.submit(envelope)
        assert caught.value.reason == "retention-over"
    assert world.opened(rosa, world.disclose(rosa)).keys == ()


def test_one_past_category_named_keeps_no_other(world: World) -> None:
    rosa = world.resident()
    world.clock.time += 400 * DAY
    world.sign_in(rosa)
    world.write(rosa, HOME, b"{}")
    written = dict(world.engine.core.subjects.written(rosa.handle))
    world.clock.time += 400 * DAY
    world.sign_in(rosa)
    with pytest.raises(RefusedError):
        world.submit(world.sign(s.Keep, rosa.session, categories=(HOME, MEDICAL)))
    assert dict(world.engine.core.subjects.written(rosa.handle)) == written


def test_nobody_keeps_what_is_anothers(world: World) -> None:
    rosa, kim = world.resident(), world.officer("7")
    written = world.engine.core.subjects.written(rosa.handle)
    world.clock.time += 10
    for signer in (kim.own, kim.session, world.sponsor, world.callgate, world.courier):
        with pytest.raises(BreaksealError):
            world.submit(world.sign(s.Keep, signer, categories=(HOME,)))
    assert world.engine.core.subjects.written(rosa.handle) == written


def test_a_clock_that_leaps_destroys_nothing_at_once(world: World) -> None:
    """It refuses, which is undone by nothing but the right time; the keys live for an hour in which it is seen."""
    rosa = world.resident()
    world.clock.time += KEPT + 1
    for _ in range(60):
        world.engine.sweep()
        world.clock.time += 59
    assert len(world.engine.core.subjects.records(rosa.handle)) == 2


def test_a_destroyed_key_does_not_unwrap_from_an_old_copy(world: World) -> None:
    rosa = world.resident()
    row = world.engine.core.subjects.record(rosa.handle, MEDICAL)
    assert row is not None
    world.clock.time += 100 * DAY
    world.sign_in(rosa)
    world.write(rosa, HOME, b"{}")
    old = world.engine.core.subjects.record(rosa.handle, MEDICAL)
    assert old is not None
    world.clock.time = START + KEPT + 1
    world.engine.sweep()
    world.clock.time += HOUR
    world.engine.sweep()
    for copy in (row, old):
        with pytest.raises(VerificationError):
            world.engine.core.subjects.data_key(rosa.handle, copy)


def test_a_restored_store_destroys_again_what_was_past(world: World, tmp_path: Path) -> None:
    """The log tells the restored keyholder which category went, and that the others stay."""
    rosa = world.resident()
    world.clock.time = START + KEPT - 20 * DAY
    world.sign_in(rosa)
    world.write(rosa, HOME, b"{}")
    world.engine.sweep()  # all keys under this day's epoch key
    source = tmp_path / "backup"
    source.mkdir()
    world.engine.backup(source)
    world.clock.time = START + KEPT + 1
    world.engine.sweep()
    world.clock.time += HOUR
    world.engine.sweep()
    size, root = checkpoint(world)
    put_back(world, source, "keyholder.db")
    release(world, size, root)
    assert [record.category for record in world.engine.core.subjects.records(rosa.handle)] == [HOME]
    world.clock.time += 61
    world.sign_in(rosa)
    assert [key.category for key in world.opened(rosa, world.disclose(rosa)).keys] == [HOME]
