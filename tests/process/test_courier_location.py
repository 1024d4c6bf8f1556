"""Consent by text with both processes real: asked, agreed, located once, stopped; and the courier as a process."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from breakseal.courier.config import Replies
from breakseal.courier.location.messages import AskSource, SourceAnswered, StartConsent
from breakseal.courier.location.precision import coarsen
from breakseal.courier.phonebox import PhoneReply, write_reply
from breakseal.courier.protocol import Started
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import ConsentAnswered, ConsentStopped, Fix, Found, found_info
from breakseal.kernel.seal import hpke
from breakseal.keyholder.location import messages as m
from tests.process.test_courier_keyholder import Meeting, Run
from tests.process.test_courier_process import process, until
from tests.support.carriers import CIRCLE, Carrier, running
from tests.support.consents import Looker, number_in, question, told
from tests.support.courier import NUMBER, Setting, asking, make_setting
from tests.support.locating import VERIFY, Locating


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with running(Carrier()) as one:
        one.says(CIRCLE | {"lastLocationTime": moment(int(time.time()) - 20)})
        yield one


def moment(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


class Story:
    """What a person, a client and the web tier do, step by step."""

    def __init__(self, meeting: Meeting, run: Run) -> None:
        self.setting = meeting.setting
        self.meeting = meeting
        self.run = run
        meeting.enrol("demo-phone")
        self.places = Locating(meeting.world)
        self.count = 0

    def wait_for(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.run._loop).result(10)

    def ask(self, **changed: Any) -> m.ConsentAsked:
        asked = self.places.ask(NUMBER, **changed)
        asking = self.run.courier.location.asking
        assert self.wait_for(asking.start(StartConsent(permit=asked.permit))).state == "waiting"
        self.let_pass()
        return asked

    def reply(self, text: str) -> str:
        """Answer as the demo's phone does, and return what it shows last."""
        self.count += 1
        self.meeting.clock.time += 1
        now = self.meeting.clock.time
        reply = PhoneReply(sender=NUMBER, text=text, at=now, id=f"reply-{self.count}")
        write_reply(self.setting.folder / "replies", reply)
        self.let_pass()
        assert list((self.setting.folder / "replies").iterdir()) == []
        return self.setting.shown()[-1].text

    def let_pass(self) -> None:
        async def one_round() -> None:
            await self.run.courier.location.hear()
            await self.run.courier.delivery.deliver_due()
            await self.run.courier.poll()

        self.wait_for(one_round())

    def code(self) -> str:
        return self.setting.shown()[-1].text.partition("YES ")[2][:4]

    def look(self, located: m.Located) -> Found:
        locating = self.run.courier.location.locating
        answer = self.wait_for(locating.answer(AskSource(permit=located.permit)))
        info = found_info(canonical.b64(located.leaf))
        return canonical.decode(hpke.open_from(self.places.opener, answer.sealed, info), Found)


@pytest.fixture
def meeting(tmp_path: Path, carrier: Carrier) -> Iterator[Meeting]:
    folder = tmp_path / "meeting"
    folder.mkdir()
    one = Meeting(folder)
    one.setting.config = msgspec.structs.replace(
        one.setting.config, inbound=Replies(folder=str(folder / "replies")), carrier=carrier.camara(tmp_path)
    )
    yield one
    one.world.close()


def test_asked_agreed_located_and_stopped(meeting: Meeting, carrier: Carrier) -> None:
    def scene(run: Run) -> None:
        story = Story(meeting, run)
        places = story.places
        asked = story.ask()
        places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "authorization-pending")
        assert (
            "Cedar-Roadside asks where this phone is, for: Cedar Roadside dispatch."
            in story.setting.shown()[-1].text
        )
        assert story.reply(f"DAY {story.code()}").startswith(
            "Agreed: Cedar Roadside dispatch (Cedar-Roadside)"
        )
        token = places.take(asked.ask)

        found = story.look(places.locate(token))
        sent = json.loads(carrier.asked("/location-retrieval/v0.5/retrieve")[0].body)
        assert sent["device"] == {"phoneNumber": NUMBER}
        given = Fix(lat=44_057_200, lon=-123_086_900, radius=800, at=found.at)
        assert (found.answer, found.source, found.fix) == ("found", "carrier", coarsen(given, "1km"))
        verified = story.look(places.locate(token, VERIFY))
        assert (verified.answer, verified.fix) == ("outside", None)

        before = places.locate(token)
        asked_before = len(carrier.got)
        assert story.reply("please stop").startswith(
            "Stopped: nobody whom you agreed to can see where this phone is"
        )
        assert story.look(before).answer == "unknown", "a permit that was given before the stop"
        assert len(carrier.got) == asked_before
        places.refused(places.looking(token), "no-token")
        again = places.ask(NUMBER)
        shown = len(story.setting.shown())
        asking = run.courier.location.asking
        assert story.wait_for(asking.start(StartConsent(permit=again.permit))).state == "waiting"
        story.let_pass()
        assert len(story.setting.shown()) == shown, "silent, and Started all the same"

    meeting.play(scene)


def test_one_answer_is_used_up_by_one_that_came(meeting: Meeting, carrier: Carrier) -> None:
    def scene(run: Run) -> None:
        story = Story(meeting, run)
        asked = story.ask()
        story.reply(f"SI {story.code()}")
        token = story.places.take(asked.ask)
        carrier.says({"status": 422, "code": "LOCATION_RETRIEVAL.UNABLE_TO_LOCATE", "message": ""}, 422)
        assert story.look(story.places.locate(token)).answer == "unknown"
        story.let_pass()
        carrier.says(CIRCLE | {"lastLocationTime": moment(meeting.clock.time)})
        assert story.look(story.places.locate(token)).answer == "found", "nothing came of the first"
        story.let_pass()
        story.places.refused(story.places.looking(token), "no-token")

    meeting.play(scene)


def test_no_means_no_and_a_lapsed_ask_agrees_to_nothing(meeting: Meeting) -> None:
    def scene(run: Run) -> None:
        story = Story(meeting, run)
        places = story.places
        asked = story.ask()
        assert story.reply("no gracias").startswith("Refused: Cedar Roadside dispatch")
        places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")
        story.ask()
        meeting.clock.time += 901
        assert story.reply(f"YES {story.code()}").startswith("No question is open")

    meeting.play(scene)


# -- the courier as a process --------------------------------------------------------------------------


def run_setting(folder: Path, carrier: Carrier, **changes: object) -> Setting:
    setting = make_setting(folder, carrier=carrier.camara(folder), **changes)
    setting.keyholder.issued = setting.clock.time = int(time.time())
    return setting


def test_kill_9_between_the_answers_loses_nothing_and_leaks_nothing(tmp_path: Path, carrier: Carrier) -> None:
    replies = tmp_path / "replies"
    setting = run_setting(tmp_path, carrier, inbound=Replies(folder=str(replies)))

    async def scene() -> None:
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            async with process(setting), asking(setting.config.socket) as client:
                assert (await client.ask(question(setting), Started)).state == "waiting"
                await until(lambda: len(setting.shown()) == 1)
            code = setting.shown()[0].text.partition("YES ")[2][:4]
            now = int(time.time())
            write_reply(replies, PhoneReply(sender=NUMBER, text=f"DAY {code}", at=now, id="r1"))
            (replies / "0-bad.json").write_bytes(b"{")
            async with process(setting), asking(setting.config.socket) as client:
                await until(lambda: len(setting.shown()) == 2)
                looker = Looker(setting)
                asked = looker.ask()
                answer = await client.ask(asked, SourceAnswered)
                assert looker.open(asked, answer.sealed).answer == "found"
                with pytest.raises(RefusedError):
                    await client.ask(asked, SourceAnswered)
                await until(lambda: bool(setting.keyholder.told))
                write_reply(replies, PhoneReply(sender=NUMBER, text="STOP", at=now + 1, id="r2"))
                await until(lambda: len(setting.shown()) == 3)
                stopped = looker.ask()
                answer = await client.ask(stopped, SourceAnswered)
                assert looker.open(stopped, answer.sealed).answer == "unknown"

    asyncio.run(scene())
    answered, ended = told(setting)
    assert isinstance(answered, ConsentAnswered)
    assert (answered.answer, answered.lasting, number_in(setting, answered)) == ("yes", "day", NUMBER)
    assert isinstance(ended, ConsentStopped)
    assert sorted(path.name for path in replies.iterdir()) == ["0-bad.bad"]
    log = (setting.folder / "log").read_text("utf-8")
    assert '"event": "located"' in log
    assert '"event": "not-located", "reason": "stopped"' in log
    for private in (NUMBER[1:], "44.05", "44057200", "127.0.0.1", "a secret"):
        assert private not in log
