"""A signature that was checked ahead of its question opens nothing that it would not have opened."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.enrolments import RevokeOfficer
from breakseal.keyholder import ahead
from breakseal.keyholder import protocol as p
from breakseal.keyholder.ahead import Ahead, Forerunner
from breakseal.keyholder.server import Worker
from tests.support.world import World, refused


def looked_at(world: World, *envelopes: bytes) -> Ahead:
    """Have envelopes looked at as the forerunner does; their keys were found before."""
    found = world.engine.core.ahead
    for envelope in envelopes:
        found.look(envelope)
    return found


def keys_of(world: World, envelope: bytes) -> list[str]:
    return [key.id for key in looked_at(world, envelope).take(envelope).keys]


def test_what_is_looked_at_opens_as_ever_and_holds_for_the_keys_that_signed(world: World) -> None:
    rosa, kim = world.resident(), world.officer("7")
    world.disclose(kim, world.call())
    event = world.call(call="second")
    request = world.request(kim, event)
    assert keys_of(world, request) == [kim.session.key.id]
    looked_at(world, request, event)
    answer = world.ask(p.Disclose(request=request, basis=event), p.Disclosed)
    assert answer.handle == rosa.handle
    assert world.engine.core.ahead.take(request).keys == ()  # used up


def test_a_key_that_was_revoked_after_the_look_opens_nothing(world: World) -> None:
    world.resident()
    kim = world.officer("7")
    world.disclose(kim, world.call())
    event = world.call(call="second")
    request = world.request(kim, event)
    looked_at(world, request, event)
    world.submit(world.sign(RevokeOfficer, world.sponsor, org="cedar", officer=kim.handle))
    with pytest.raises(VerificationError, match="not enrolled, or not active"):
        world.ask(p.Disclose(request=request, basis=event), p.Disclosed)


def test_a_false_signature_is_not_kept_and_is_refused(world: World) -> None:
    world.resident()
    kim = world.officer("7")
    world.disclose(kim, world.call())
    event = world.call(call="second")
    read = msgspec.json.decode(world.request(kim, event), type=signed.Signed)
    other = msgspec.json.decode(world.request(kim, event), type=signed.Signed)
    swapped = canonical.encode(signed.Signed(payload=read.payload, signatures=other.signatures))
    assert keys_of(world, swapped) == []
    looked_at(world, swapped, event)
    with pytest.raises(VerificationError, match="does not hold"):
        world.ask(p.Disclose(request=swapped, basis=event), p.Disclosed)


def test_a_look_at_one_envelope_says_nothing_of_another(world: World) -> None:
    world.resident()
    kim, lee = world.officer("7"), world.officer("8")
    for one in (kim, lee):
        refused("not-answered-here", lambda one=one: world.disclose(one, world.call(position="9")))
    event = world.call(call="second")
    request = world.request(lee, event)
    forged = msgspec.json.decode(request, type=signed.Signed)
    named = msgspec.structs.replace(forged.signatures[0], key=kim.session.key.id)
    stolen = canonical.encode(signed.Signed(payload=forged.payload, signatures=(named,)))
    looked_at(world, request, stolen, event)
    with pytest.raises(VerificationError):
        world.ask(p.Disclose(request=stolen, basis=event), p.Disclosed)


def test_held_keys_count_for_the_signature_that_names_them_only(world: World) -> None:
    rosa, kim = world.resident(), world.officer("7")
    read = signed.parse(world.request(kim, world.call()))
    with pytest.raises(VerificationError):
        read.verify(lambda _: rosa.own.key, world.engine.core.roots.party, (rosa.own.key,))


def test_a_key_that_was_not_found_before_is_left_to_the_engine(world: World, tmp_path: Path) -> None:
    stranger = World(tmp_path / "other")
    stranger.found()
    assert keys_of(world, stranger.call()) == []
    with pytest.raises(FormatError):
        keys_of(world, b"rubbish")


def test_a_passkey_is_left_to_the_engine(world: World) -> None:
    rosa = world.resident()
    key = msgspec.structs.replace(rosa.own.key, use="passkey")
    holder = world.engine.core.holders.find(rosa.own.key.id, world.clock.now())
    world.engine.core.holders._rows[key.id] = (replace(holder, key=key), 0)  # as if enrolled with one
    assert keys_of(world, world.sign(s.Freeze, rosa.own, leaf="")) == []


def test_what_is_kept_is_bounded_and_rubbish_keeps_nothing(world: World) -> None:
    world.resident()
    kim = world.officer("7")
    world.disclose(kim, world.call())
    found = looked_at(world, b"rubbish", b"", b"{}")
    events = [world.call(call=f"flood-{number}") for number in range(ahead.MOST + 2)]
    for event in events:
        found.look(event)
        found.look(event)
    assert sum(bool(found.take(event).keys) for event in events) == 2


class Slow:
    """An engine that holds its first batch until it is told, so that questions queue behind it."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.batches: list[int] = []

    def answer(self, questions: list[p.Message]) -> list[p.Message]:
        self.batches.append(len(questions))
        self.begun.set()
        assert self.go.wait(10)
        return [p.Done() for _ in questions]

    def sweep(self) -> None:
        """Nothing is due."""


class Eyes(Ahead):
    """Counts what is looked at."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.enough = threading.Event()

    def look(self, envelope: bytes) -> None:
        self.seen.append(envelope)
        if envelope == b"last":
            self.enough.set()


def test_only_what_waits_behind_a_busy_engine_is_looked_at() -> None:
    async def scene() -> None:
        engine, eyes = Slow(), Eyes()
        forerunner = Forerunner(eyes)
        worker = Worker(engine, asyncio.get_running_loop(), lambda: None, forerunner)  # type: ignore[arg-type] # answers as one
        worker.start()
        worker.submit(p.Disclose(request=b"first", basis=b"first"), lambda _: None)
        assert await asyncio.to_thread(engine.begun.wait, 10)
        worker.submit(p.Disclose(request=b"second", basis=b"event"), lambda _: None)
        worker.submit(p.AskFacts(), lambda _: None)
        worker.submit(p.Disclose(request=b"third", basis=b"last"), lambda _: None)
        forerunner.start()
        assert await asyncio.to_thread(eyes.enough.wait, 10)
        assert eyes.seen == [b"second", b"event", b"third", b"last"]
        engine.go.set()
        worker.stop()
        await asyncio.to_thread(worker.join, 10)
        forerunner.stop()
        await asyncio.to_thread(forerunner.join, 10)
        assert engine.batches == [1, 3]

    asyncio.run(scene())


def test_what_the_engine_took_is_not_looked_at_any_more() -> None:
    eyes = Eyes()
    forerunner = Forerunner(eyes)
    forerunner.add(p.Disclose(request=b"taken", basis=b"taken"))
    forerunner.turn([p.Disclose(request=b"left", basis=b"last")])
    forerunner.stop()
    forerunner.start()
    forerunner.join(10)
    assert eyes.seen == [b"left", b"last"]


def test_the_forerunner_outlives_what_it_cannot_read() -> None:
    class Bad(Eyes):
        def look(self, envelope: bytes) -> None:
            super().look(envelope)
            if envelope == b"bad":
                raise ValueError("not one of ours")

    eyes = Bad()
    forerunner = Forerunner(eyes)
    forerunner.add(p.Disclose(request=b"bad", basis=b"bad"))
    forerunner.add(p.Disclose(request=b"good", basis=b"last"))
    forerunner.stop()
    forerunner.start()
    forerunner.join(10)
    assert eyes.seen[-1] == b"last"
