"""The main job at the engine: a call opens a profile, and the person can prove it."""

from __future__ import annotations

import pytest

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from tests.support.world import World


def test_a_call_opens_the_profile_to_the_position_that_answered(world: World) -> None:
    rosa, kim = world.resident(), world.officer("7")
    answer = world.disclose(kim, world.call())
    opened = world.opened(kim, answer)
    assert opened.subject == rosa.handle == answer.handle
    plain = world.read_record(opened, "emergency.medical", rosa.written["emergency.medical"][1])
    assert b"penicillin" in plain


def test_the_other_position_is_refused(world: World) -> None:
    world.resident()
    other = world.officer("8")
    with pytest.raises(RefusedError, match="not answered by you"):
        world.disclose(other, world.call(position="7"))


def test_the_subject_sees_a_complete_list(world: World) -> None:
    rosa, kim = world.resident(), world.officer("7")
    world.disclose(kim, world.call())
    bodies = verify_trail(world.trail(rosa), world.keyholder.key)
    assert [b.result for b in bodies] == ["record-begun", "phone-added", "turned-on", "opened"]
    assert bodies[-1].party.name == "Kim Doe"


def test_a_miss_is_a_miss(world: World) -> None:
    kim = world.officer("7")
    answer = world.disclose(kim, world.call("+15555550199"))
    assert answer.handle == ""
    assert world.opened(kim, answer).keys == ()


def test_after_erasure_the_same_call_opens_nothing(world: World) -> None:
    rosa, kim = world.resident(), world.officer("7")
    event = world.call()
    world.disclose(kim, event)
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    answer = world.disclose(kim, event)
    assert answer.handle == ""
    assert world.opened(kim, answer).keys == ()
    assert [b.result for b in verify_trail(world.trail(rosa, rosa.own), world.keyholder.key)][-1] == "erased"
