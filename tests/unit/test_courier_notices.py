"""A notice says what the person chose and no more, goes where they chose, and its outcome is told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from breakseal.courier import notices
from breakseal.courier.app import Courier
from breakseal.courier.notices import Language, Wording, Words
from breakseal.courier.port import DeliveryError, Message
from breakseal.courier.private import Private
from breakseal.kernel.model import canonical
from breakseal.kernel.model.permit import read_permit
from tests.support.courier import NOON, NUMBER, Setting, make_setting, play
from tools.check import catalogue

REVEALING = (
    "911", "112", "emergency", "emergencia", "police", "policía", "call", "llamada", "medical", "médic", "address",
    "http", "breakseal", "centre", "center", "sheriff", "court",
)  # fmt: skip


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


async def one_round(courier: Courier) -> None:
    await courier.poll()
    await courier.delivery.deliver_due()
    await courier.intake.tell()


def name_of(setting: Setting, permit: bytes) -> str:
    return read_permit(permit, setting.keyholder.signer.key).id


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("words", ["neutral", "reminder"])
def test_the_neutral_words_reveal_nothing(words: Words, language: Language) -> None:
    subject, text = Wording("Breakseal", "https://records.example").notice(words, language)
    said = f"{subject} {text.reveal()}".lower()
    assert [word for word in REVEALING if word in said] == []


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("words", ["neutral", "plain", "reminder"])
def test_a_notice_fits_into_two_short_messages(words: Words, language: Language) -> None:
    _, text = Wording("Breakseal", "https://records.example").notice(words, language)
    assert len(text.reveal()) <= 2 * 67


def test_every_text_has_both_languages_and_every_field() -> None:
    texts = notices.load()
    assert len([key for key in texts if not key.startswith("consent.")]) == 10
    assert [line for key, leaf in texts.items() for line in catalogue.message(key, leaf)] == []


def test_a_code_read_aloud_has_its_digits_apart_and_twice() -> None:
    _, text = Wording("Breakseal", "").code("voice", "en", Private("012345"))
    assert text.reveal().count("0, 1, 2, 3, 4, 5") == 2


def test_a_due_notice_is_sent_once_and_told(setting: Setting) -> None:
    permit = setting.keyholder.notice("sms", NUMBER, language="es")

    async def scene(courier: Courier) -> None:
        for _ in range(3):
            await one_round(courier)

    play(setting, scene)
    (shown,) = setting.shown()
    assert (shown.to, shown.language) == (NUMBER, "es")
    assert shown.text == "Hay algo nuevo en su registro. Entre cuando le convenga para verlo."
    assert setting.keyholder.told == [(name_of(setting, permit), "sent")]


def test_a_notice_goes_by_mail_in_plain_words(setting: Setting) -> None:
    setting.keyholder.notice("mail", "ana@example.org", words="plain")
    play(setting, one_round)
    (shown,) = setting.shown("mail")
    assert shown.to == "ana@example.org"
    assert shown.text.endswith("See who and why at https://records.example")


def test_an_outcome_that_the_keyholder_missed_is_told_again(setting: Setting) -> None:
    permit = setting.keyholder.notice("sms", NUMBER)

    async def scene(courier: Courier) -> None:
        await one_round(courier)
        setting.keyholder.due.append(permit)
        setting.keyholder.told.clear()
        await one_round(courier)

    play(setting, scene)
    assert len(setting.shown()) == 1
    assert setting.keyholder.told == [(name_of(setting, permit), "sent")]


def test_an_address_changed_while_the_notice_waits_is_the_one_used(setting: Setting) -> None:
    first = setting.keyholder.notice("sms", NUMBER)
    setting.keyholder.processors.clear()

    async def scene(courier: Courier) -> None:
        await one_round(courier)
        setting.keyholder.due.clear()
        setting.keyholder.notice("sms", "+12025550199", id=name_of(setting, first), expires=NOON + 7200)
        setting.keyholder.processors["demo-phone"] = 0
        setting.clock.time += 31
        await one_round(courier)

    play(setting, scene)
    assert [one.to for one in setting.shown()] == ["+12025550199"]


@pytest.mark.parametrize("to", ["nobody", "a@b\r\nBcc: c@d", ""])
def test_an_address_that_is_none_is_given_up_and_told(setting: Setting, to: str) -> None:
    permit = setting.keyholder.notice("sms", to)
    play(setting, one_round)
    assert setting.keyholder.told == [(name_of(setting, permit), "failed")]


def test_a_permit_that_is_over_is_told_as_failed_and_never_sent(setting: Setting) -> None:
    permit = setting.keyholder.notice("sms", NUMBER, expires=NOON)
    play(setting, one_round)
    assert setting.shown() == []
    assert setting.keyholder.told == [(name_of(setting, permit), "failed")]


class Broken:
    """A channel that takes nothing until it is mended."""

    processor = "demo-phone"

    def __init__(self) -> None:
        self.mended = False
        self.sent: list[Message] = []

    async def send(self, message: Message) -> None:
        if not self.mended:
            raise DeliveryError("the gateway did not take the message", reason="gateway-failed")
        self.sent.append(message)

    def sweep(self, now: int) -> None:
        pass


def test_a_failing_gateway_is_shown_and_loses_nothing(setting: Setting) -> None:
    for last in range(5):
        setting.keyholder.notice("sms", f"+1202555014{last}")
    broken = Broken()

    async def scene(courier: Courier) -> None:
        courier.channels.adapters["sms"] = broken
        for _ in range(4):
            await one_round(courier)
            setting.clock.time += 2
        state = {one.channel: one.reason for one in courier.channels.states()}
        assert state == {"sms": "gateway-failed", "voice": "", "desk": "", "mail": ""}
        assert courier.outbox.waiting() == (5, NOON)
        broken.mended = True
        setting.clock.time += 60
        await one_round(courier)
        assert courier.outbox.waiting() == (0, 0)
        assert courier.channels.states()[0].reason == ""

    play(setting, scene)
    assert len(broken.sent) == len({one.reference for one in broken.sent}) == 5
    assert sorted(outcome for _, outcome in setting.keyholder.told) == ["sent"] * 5


def test_tries_come_further_and_further_apart(setting: Setting) -> None:
    setting.keyholder.notice("sms", NUMBER)
    times: list[int] = []

    class Timed(Broken):
        async def send(self, message: Message) -> None:
            times.append(setting.clock.time)
            await super().send(message)

    async def scene(courier: Courier) -> None:
        courier.channels.adapters["sms"] = Timed()
        await courier.poll()
        for _ in range(70):
            await courier.delivery.deliver_due()
            setting.clock.time += 1

    play(setting, scene)
    assert [b - a for a, b in pairwise(times)] == [1, 2, 4, 8, 16, 32]


def test_what_is_over_is_forgotten(setting: Setting) -> None:
    setting.keyholder.notice("sms", NUMBER)

    async def scene(courier: Courier) -> None:
        await courier.codes.start(setting.keyholder.claim())
        await one_round(courier)
        setting.clock.time += 3 * 86_400
        courier.sweep()
        with courier.database.direct() as connection:
            for table in ("messages", "claims", "made"):
                assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)

    play(setting, scene)


def test_a_sent_message_leaves_no_address_behind(setting: Setting) -> None:
    setting.keyholder.notice("sms", NUMBER)

    async def scene(courier: Courier) -> None:
        await courier.codes.start(setting.keyholder.claim())
        await one_round(courier)
        with courier.database.direct() as connection:
            rows = connection.execute("SELECT DISTINCT state, recipient, code FROM messages").fetchall()
        assert rows == [("sent", b"", b"")]

    play(setting, scene)


def test_an_address_is_read_only_if_it_is_canonical(setting: Setting) -> None:
    sealed = canonical.b64(b"not sealed at all")
    setting.keyholder.due.append(setting.keyholder.permit(to=sealed, about=canonical.b64(bytes(32))))
    play(setting, one_round)
    assert [outcome for _, outcome in setting.keyholder.told] == ["failed"]
