"""Courier and keyholder, both real, over the keyholder's own sockets."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.courier.protocol import AnswerCode, StartClaim
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import answers, canonical
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.enrolments import EnrolProcessor
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.server import Worker, serve_sockets
from tests.support.courier import ENTROPY, NUMBER, SetClock, Setting, digest_of, make_setting
from tests.support.world import Person, TestClock, World

M = TypeVar("M", bound=p.Message)
Play = Callable[[], None]


class Meeting:
    """A world whose keyholder listens on its sockets, and the courier that it enrolled."""

    def __init__(self, folder: Path) -> None:
        self.setting: Setting = make_setting(folder, keyholder_socket=str(folder / "courier.sock"))
        self.clock = TestClock(int(time.time()))
        self.world = World(folder / "world", clock=self.clock)
        self.world.courier = self.setting.keys.signer
        self.world.courier_opener = self.setting.keys.seal
        self.world.found()

    def courier(self) -> Courier:
        clock = SetClock()
        clock.now = self.clock.now  # type: ignore[method-assign] # one clock for both
        return Courier(self.setting.config, self.world.keyholder.key, clock, ENTROPY)

    def enrol(self, processor: str) -> None:
        enrolment = self.world.sign(
            EnrolProcessor, *self.world.oversight[:2], processor=processor, name=processor, does="messages"
        )
        self.world.submit(enrolment)

    def claim(self, person: Person) -> StartClaim:
        mine = person.session.key.id
        sealed = hpke.seal_to(self.setting.keys.point(), NUMBER.encode(), answers.claim_info(mine))
        number = canonical.b64(sealed)
        claim = self.world.sign(s.ClaimNumber, person.session, key=mine, number=number, channel="sms")
        return StartClaim(claim=claim, permit=self.world.submit(claim).permit)

    def channels(self, person: Person) -> None:
        address = canonical.encode(s.Address(kind="sms", to=NUMBER))
        self.world.submit(self.world.channels(person, address, language="es"))

    def play(self, scene: Callable[[Run], None]) -> None:
        """Run `scene` in a thread beside both processes' event loop."""

        async def all_of_it() -> None:
            loop = asyncio.get_running_loop()
            worker = Worker(self.world.engine, loop, lambda: None)
            worker.start()
            servers = await serve_sockets(worker, self.setting.folder)
            courier = self.courier()
            try:
                await asyncio.to_thread(scene, Run(self, worker, courier, loop))
            finally:
                await courier.close()
                for server in servers:
                    server.close()
                await asyncio.sleep(0.05)
                await asyncio.to_thread(worker.stop)

        asyncio.run(all_of_it())


class Run:
    """What a scene does, from its own thread."""

    def __init__(
        self, meeting: Meeting, worker: Worker, courier: Courier, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._worker = worker
        self._loop = loop
        self.courier = courier
        meeting.world.ask = self.ask  # type: ignore[method-assign] # through the worker, as neighbours do

    def ask(self, question: p.Message, answer: type[M]) -> M:
        reply: Future[p.Message] = Future()
        self._worker.submit(question, reply.set_result)
        return p.expect(reply.result(10), answer)

    def start(self, question: StartClaim) -> str:
        return (
            asyncio.run_coroutine_threadsafe(self.courier.codes.start(question), self._loop).result(10).state
        )

    def answer(self, question: AnswerCode) -> bytes:
        return (
            asyncio.run_coroutine_threadsafe(self.courier.codes.answer(question), self._loop)
            .result(10)
            .statement
        )

    def round(self) -> None:
        async def one_round() -> None:
            await self.courier.poll()
            await self.courier.delivery.deliver_due()
            await self.courier.intake.tell()

        asyncio.run_coroutine_threadsafe(one_round(), self._loop).result(10)


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Meeting]:
    one = Meeting(tmp_path)
    yield one
    one.world.close()


def test_a_number_is_proved_and_the_call_that_follows_is_told(meeting: Meeting) -> None:
    world, setting = meeting.world, meeting.setting

    def scene(run: Run) -> None:
        meeting.enrol("demo-phone")
        resident, officer = world.resident(number=""), world.officer()
        question = meeting.claim(resident)
        assert run.start(question) == "sent"
        attestation = run.answer(AnswerCode(claim=digest_of(question.claim), code=setting.last_code()))
        assert world.submit(attestation).handle == resident.handle
        with pytest.raises(BreaksealError):
            world.submit(attestation)

        meeting.channels(resident)
        world.disclose(officer, world.call(NUMBER))
        run.round()
        before = len(setting.shown())
        world.submit(world.call(NUMBER, seq=2, event="ended"))
        meeting.clock.time += 1
        for _ in range(3):
            run.round()
            meeting.clock.time += 60
        new = [one.text for one in setting.shown()[before:]]
        assert new == ["Hay algo nuevo en su registro. Entre cuando le convenga para verlo."]

    meeting.play(scene)
    assert meeting.world.engine.core.store.many("SELECT done FROM permits WHERE done <> 'sent'") == []


def test_the_keyholder_takes_no_attestation_of_another_courier(meeting: Meeting, tmp_path: Path) -> None:
    stranger = make_setting(tmp_path / "stranger")

    def scene(run: Run) -> None:
        meeting.enrol("demo-phone")
        resident = meeting.world.resident(number="")
        question = meeting.claim(resident)
        forged = meeting.world.attest(question.claim, NUMBER, stranger.keys.signer)
        with pytest.raises(BreaksealError):
            meeting.world.submit(forged)

    meeting.play(scene)


def test_the_real_register_decides_who_is_sent_anything(meeting: Meeting) -> None:
    def scene(run: Run) -> None:
        resident = meeting.world.resident(number="")
        question = meeting.claim(resident)
        with pytest.raises(BreaksealError) as caught:
            run.start(question)
        assert caught.value.reason == "processor-not-enrolled"
        meeting.enrol("demo-phone")
        meeting.clock.time += 31
        assert run.start(question) == "sent"
        with pytest.raises(BreaksealError) as caught:
            run.start(msgspec.structs.replace(question, language="es"))
        assert caught.value.reason == "permit-used"

    meeting.play(scene)
