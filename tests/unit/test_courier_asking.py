"""Who is asked by text, how often, and by what permit; and what asking tells of a person."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.courier.location import asking, texts
from breakseal.courier.location.asking import make_code
from breakseal.courier.private import Private
from breakseal.kernel.model import canonical
from tests.support.consents import Phone, question, start, terms
from tests.support.courier import NUMBER, Setting, make_setting, play
from tests.unit.test_courier_codes import Scripted

OTHER = "+12025550199"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def test_one_number_is_not_nagged(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        assert await start(courier, question(setting)) == "waiting"
        assert await start(courier, question(setting)) == "capture-frequency", "one is open"
        for _ in range(2):
            phone.says("NO")
            assert await start(courier, question(setting)) == "waiting"
        phone.says("NO")
        assert await start(courier, question(setting)) == "capture-frequency", "three a day"
        for client in "abcde":
            assert await start(courier, question(setting, said=terms(client=client * 43))) == "waiting"
        assert await start(courier, question(setting, said=terms(client="f" * 43))) == "capture-frequency", (
            "eight a day"
        )
        assert await start(courier, question(setting, OTHER)) == "waiting"
        setting.clock.time += 86_401
        assert await start(courier, question(setting)) == "waiting"

    play(setting, scene)


def test_nothing_tells_the_client_that_a_number_said_stop(setting: Setting) -> None:
    async def one(courier: Courier, number: str, *, stopped: bool) -> list[str]:
        phone = Phone(setting, courier, number)
        if stopped:
            phone.says("STOP")
            await phone.sees()
        answers = [await start(courier, question(setting, number))]
        answers.append(await start(courier, question(setting, number)))
        setting.clock.time += 900
        answers += [await start(courier, question(setting, number)) for _ in range(3)]
        return answers

    async def scene(courier: Courier) -> None:
        assert await one(courier, NUMBER, stopped=False) == await one(courier, OTHER, stopped=True)
        shown = await Phone(setting, courier, OTHER).sees()
        assert [text[:8] for text in shown] == ["Stopped:"]

    play(setting, scene)


def test_a_stop_between_two_questions_looks_like_silence(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        phone.says("STOP")
        assert await start(courier, question(setting)) == "capture-frequency"

    play(setting, scene)


def test_a_permit_asks_once(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        asked = question(setting)
        await start(courier, asked)
        Phone(setting, courier).says("NO")
        assert await start(courier, asked) == "permit-used"
        again = question(setting, about=msgspec.json.decode(asked.permit)["about"])
        assert await start(courier, again) == "permit-used"
        assert await start(courier, question(setting, expires=setting.clock.time)) == "permit-expired"

    play(setting, scene)


@pytest.mark.parametrize(
    "fields",
    [
        {"terms": None},
        {"terms": terms(precision="exact")},
        {"terms": terms(purpose="Marketing")},
        {"terms": terms(rate=0)},
        {"terms": terms(rate=61)},
        {"kind": "code"},
        {"kind": "locate"},
        {"about": canonical.b64(bytes(32))},
        {"to": canonical.b64(bytes(81))},
    ],
)
def test_a_permit_for_anything_else_asks_nobody(setting: Setting, fields: dict[str, object]) -> None:
    async def scene(courier: Courier) -> None:
        assert await start(courier, question(setting, **fields)) in {
            "terms-not-verified",
            "permit-of-another-kind",
            "bad-format",
            "not-verified",
        }
        assert await Phone(setting, courier).sees() == []

    play(setting, scene)


def test_a_number_sealed_for_one_client_is_asked_for_no_other(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        seen = msgspec.json.decode(question(setting).permit)["to"]
        assert await start(courier, question(setting, said=terms(client="z" * 43), to=seen)) == "not-verified"

    play(setting, scene)


def test_a_processor_that_is_not_enrolled_is_sent_no_question(setting: Setting) -> None:
    setting.keyholder.processors.clear()

    async def scene(courier: Courier) -> None:
        asked = question(setting)
        assert await start(courier, asked) == "processor-not-enrolled"
        setting.keyholder.processors["demo-phone"] = 0
        setting.clock.time += 31
        assert await start(courier, asked) == "waiting", "nothing was spent"

    play(setting, scene)


def test_names_too_long_for_three_parts_are_not_cut_but_refused(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        assert await start(courier, question(setting, said=terms(requester="R" * 400))) == "terms-too-long"

    play(setting, scene)


def test_codes_are_fair_and_keep_their_zeros() -> None:
    too_large = (2**32 - 1).to_bytes(4, "big")
    assert make_code(Scripted(too_large, (42).to_bytes(4, "big"))).reveal() == "0042"
    assert make_code(Scripted((4_294_960_000 - 1).to_bytes(4, "big"))).reveal() == "9999"


def test_nobody_is_asked_where_no_answer_can_come_in(tmp_path: Path) -> None:
    setting = make_setting(tmp_path, inbound=None)

    async def scene(courier: Courier) -> None:
        assert await start(courier, question(setting)) == "channel-not-offered"

    play(setting, scene)


def test_no_two_questions_at_one_phone_have_one_code(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["1111", "1111", "1111", "2222", "1111"])
    monkeypatch.setattr(asking, "make_code", lambda _: Private(next(drawn)))

    async def scene(courier: Courier) -> None:
        await start(courier, question(setting))
        setting.clock.time += 1
        await start(courier, question(setting, said=terms(client="b" * 43)))
        shown = await Phone(setting, courier).sees()
        assert [text.partition("YES ")[2][:4] for text in shown] == ["1111", "2222"]
        await start(courier, question(setting, OTHER))
        assert "YES 1111" in (await Phone(setting, courier, OTHER).sees())[0], "another phone may have it"

    play(setting, scene)


def test_made_up_senders_cost_so_much_an_hour_and_no_more(
    setting: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "PER_HOUR", 3)

    async def scene(courier: Courier) -> None:
        for last in range(10):
            Phone(setting, courier, f"+1202555014{last}").says("HELP")
        await courier.delivery.deliver_due()
        assert len(setting.shown()) == 3

    play(setting, scene)
