"""A number is attested only after the code that was sent for that very claim came back in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from breakseal.courier import codes
from breakseal.courier.app import Courier
from breakseal.courier.codes import make_code
from breakseal.courier.port import DeliveryError, Message, Messenger
from breakseal.courier.protocol import AnswerCode, Attested
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import canonical, keys, signed
from breakseal.kernel.model.answers import NUMBER_INFO
from breakseal.kernel.model.statements import NumberAttested
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import hpke
from tests.support.courier import NUMBER, Setting, code_in, digest_of, make_setting, play

Scene = Callable[[Courier], Awaitable[None]]


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


async def refused(answer: Awaitable[object]) -> str:
    with pytest.raises(BreaksealError) as caught:
        await answer
    return caught.value.reason


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.parametrize("number", [NUMBER, "(202) 555-0143", "202.555.0143"])
def test_the_right_code_gets_an_attestation_that_only_the_keyholder_reads(
    setting: Setting, number: str
) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim(number)
        assert (await courier.codes.start(question)).state == "sent"
        digest = digest_of(question.claim)
        answer = await courier.codes.answer(AnswerCode(claim=digest, code=setting.last_code()))

        envelope, statement = signed.read(answer.statement)
        assert isinstance(statement, NumberAttested)
        key = setting.keys.signer.key
        raw = canonical.unb64(envelope.signatures[0].sig)
        keys.verify_raw(key.check(), raw, keys.DOMAIN + envelope.payload_bytes())
        opened = hpke.open_from(setting.keyholder.ingest, canonical.unb64(statement.number), NUMBER_INFO)
        assert opened == NUMBER.encode()
        assert (canonical.unb64(statement.claim), statement.channel) == (digest, "sms")

    play(setting, scene)


def test_the_right_code_again_gets_the_same_attestation(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim()
        await courier.codes.start(question)
        again = AnswerCode(claim=digest_of(question.claim), code=setting.last_code())
        answers: list[Attested] = [await courier.codes.answer(again) for _ in range(7)]
        assert len({one.statement for one in answers}) == 1

    play(setting, scene)


def test_wrong_expired_unknown_and_malformed_have_reasons_of_their_own(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim()
        await courier.codes.start(question)
        digest, code = digest_of(question.claim), setting.last_code()
        answer = courier.codes.answer
        assert await refused(answer(AnswerCode(claim=digest, code=wrong(code)))) == "code-wrong"
        assert await refused(answer(AnswerCode(claim=bytes(32), code=code))) == "claim-unknown"
        for text in ("", "12345", "1234567", "12345a", "\uff11" * 6, " 12345"):
            assert await refused(answer(AnswerCode(claim=digest, code=text))) == "code-malformed"
        setting.clock.time += 600
        assert await refused(answer(AnswerCode(claim=digest, code=code))) == "code-expired"

    play(setting, scene)


def test_a_code_lives_to_the_last_second_of_ten_minutes(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim()
        await courier.codes.start(question)
        setting.clock.time += 599
        assert (
            await courier.codes.answer(AnswerCode(claim=digest_of(question.claim), code=setting.last_code()))
        ).statement

    play(setting, scene)


def test_a_right_code_is_not_lost_while_the_keyholder_is_silent(setting: Setting) -> None:
    async def without_keyholder() -> None:
        courier = setting.courier()
        question = setting.keyholder.claim()
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            await courier.codes.start(question)
        setting.clock.time += 31
        answer = AnswerCode(claim=digest_of(question.claim), code=setting.last_code())
        for _ in range(6):
            assert await refused(courier.codes.answer(answer)) == "keyholder-unavailable"
        async with setting.keyholder.listening(setting.config.keyholder_socket):
            assert (await courier.codes.answer(answer)).statement
            await courier.close()

    asyncio.run(without_keyholder())


@pytest.mark.parametrize(("channel", "folder"), [("voice", "voice"), ("desk", "desk")])
def test_other_channels_carry_the_code_too(setting: Setting, channel: str, folder: str) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim(channel=channel)  # type: ignore[arg-type] # one of the literals
        assert (await courier.codes.start(question)).state == "sent"
        (file,) = (setting.folder / folder).iterdir()
        text = file.read_text("utf-8")
        code = code_in(text.replace(", ", "") if channel == "voice" else text)
        answer = await courier.codes.answer(AnswerCode(claim=digest_of(question.claim), code=code))
        statement = signed.read(answer.statement)[1]
        assert isinstance(statement, NumberAttested)
        assert statement.channel == channel

    play(setting, scene)


def test_a_slip_that_nobody_printed_is_removed(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await courier.codes.start(setting.keyholder.claim(channel="desk"))
        courier.sweep()
        assert len(list((setting.folder / "desk").iterdir())) == 1
        setting.clock.time += 601
        courier.sweep()
        assert list((setting.folder / "desk").iterdir()) == []

    play(setting, scene)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "number-invalid"),
        ("911", "number-invalid"),
        ("+1202555", "number-invalid"),
        ("9" * 41, "number-invalid"),
        ("+12025550143 ext 5", "number-invalid"),
        ("+442079460958", "number-not-served"),
        ("+19005551234", "number-not-served"),
    ],
)
def test_a_number_to_which_no_code_goes_costs_nothing(setting: Setting, number: str, reason: str) -> None:
    async def scene(courier: Courier) -> None:
        assert await refused(courier.codes.start(setting.keyholder.claim(number))) == reason
        assert setting.shown() == []

    play(setting, scene)


def test_a_channel_that_is_not_configured_is_refused(tmp_path: Path) -> None:
    setting = make_setting(tmp_path, voice=None)

    async def scene(courier: Courier) -> None:
        assert (
            await refused(courier.codes.start(setting.keyholder.claim(channel="voice")))
            == "channel-not-offered"
        )

    play(setting, scene)


class Stubborn(Messenger):
    """A channel that fails, or that takes its time, until it is mended; then it passes on to `real`."""

    def __init__(self, real: Messenger, *, slow: bool) -> None:
        self.processor = real.processor
        self.real = real
        self.slow = slow
        self.mended = asyncio.Event()

    async def send(self, message: Message) -> None:
        if self.slow:
            await self.mended.wait()
        if not self.mended.is_set():
            raise DeliveryError("the gateway did not take the message", reason="gateway-failed")
        await self.real.send(message)

    def sweep(self, now: int) -> None:
        pass


def test_a_code_that_waits_for_its_gateway_comes_once_and_works(setting: Setting) -> None:
    async def broken(courier: Courier) -> None:
        adapter = Stubborn(courier.channels.adapters["sms"], slow=False)
        courier.channels.adapters["sms"] = adapter
        assert (await courier.codes.start(question)).state == "waiting"
        setting.clock.time += 10
        await courier.delivery.deliver_due()
        assert setting.shown() == []

    async def after_restart(courier: Courier) -> None:
        setting.clock.time += 60
        for _ in range(3):
            await courier.delivery.deliver_due()
            setting.clock.time += 60
        assert len(setting.shown()) == 1
        assert (await courier.codes.answer(setting.answer(question))).statement

    question = setting.keyholder.claim()
    play(setting, broken)
    play(setting, after_restart)


def test_a_slow_gateway_holds_nobody_up_and_gets_no_second_copy(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "FIRST_TRY", 0.05)
    question = setting.keyholder.claim()

    async def scene(courier: Courier) -> None:
        adapter = Stubborn(courier.channels.adapters["sms"], slow=True)
        courier.channels.adapters["sms"] = adapter
        assert (await courier.codes.start(question)).state == "waiting"
        setting.clock.time += 10
        await courier.delivery.deliver_due()
        adapter.mended.set()
        async with asyncio.timeout(5):
            while courier.outbox.waiting()[0]:  # noqa: ASYNC110 # a task of the courier's own
                await asyncio.sleep(0.01)
        assert (await courier.codes.answer(setting.answer(question))).statement

    play(setting, scene)
    assert len(setting.shown()) == 1


def test_a_code_is_worded_in_the_language_of_the_page(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await courier.codes.start(msgspec.structs.replace(setting.keyholder.claim(), language="es"))

    play(setting, scene)
    assert setting.shown()[0].text.startswith("Código de Breakseal: ")


class Scripted(Entropy):
    def __init__(self, *tokens: bytes) -> None:
        self._tokens = list(tokens)

    def token(self, size: int) -> bytes:
        return self._tokens.pop(0)


def test_codes_are_fair_and_keep_their_zeros() -> None:
    too_large = (2**32 - 1).to_bytes(4, "big")
    assert make_code(Scripted(too_large, (42).to_bytes(4, "big"))).reveal() == "000042"
    assert make_code(Scripted((4_294_000_000 - 1).to_bytes(4, "big"))).reveal() == "999999"
