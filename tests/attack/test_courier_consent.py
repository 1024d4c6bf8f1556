"""What a client, a web tier in the wrong hands or a forger of texts may try with consent by text, one test each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.courier.location.messages import AskSource, StartConsent
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import ConsentAnswered
from tests.support.consents import CLIENT, Looker, Phone, question, source_for, start, terms, told
from tests.support.courier import NUMBER, Setting, make_setting, play

OTHER = "+12025550199"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def changed(permit: bytes, **members: Any) -> bytes:
    """Return a permit's bytes with members changed and the signature left as it was."""
    tree = msgspec.json.decode(permit)
    for name, value in members.items():
        part = tree["terms"] if name in (tree.get("terms") or {}) else tree
        part[name] = value
    return canonical.encode(tree)


@pytest.mark.parametrize(
    "swap",
    [
        {"requester": "Your Bank"}, {"recipient": "Someone"}, {"purpose": "CustomerCare"}, {"precision": "region"},
        {"rate": 60}, {"lasting": "once"}, {"client": "x" * 43}, {"expires": 2**40}, {"id": "again"},
    ],
)  # fmt: skip
def test_requester_purpose_recipient_and_terms_are_not_swapped(
    setting: Setting, swap: dict[str, Any]
) -> None:
    async def scene(courier: Courier) -> None:
        asked = question(setting)
        assert await start(courier, StartConsent(permit=changed(asked.permit, **swap))) == "not-verified"
        assert await Phone(setting, courier).sees() == []

    play(setting, scene)


@pytest.mark.parametrize(
    "swap",
    [{"precision": "exact"}, {"recipient": "A" * 87}, {"max_age": 0}, {"about": "A" * 43}, {"id": "more"}],
)
def test_a_permit_to_look_is_not_widened(setting: Setting, swap: dict[str, Any]) -> None:
    async def scene(courier: Courier) -> None:
        source = source_for(courier)
        asked = Looker(setting).ask()
        with pytest.raises(BreaksealError) as caught:
            await courier.location.locating.answer(AskSource(permit=changed(asked.permit, **swap)))
        assert caught.value.reason == "not-verified"
        assert source.asked == []

    play(setting, scene)


def test_the_answer_of_one_look_opens_for_no_other_recipient_and_no_other_leaf(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        mine, thief = Looker(setting), Looker(setting)
        asked, other = mine.ask(), mine.ask()
        answer = await courier.location.locating.answer(asked)
        for looker, what in ((thief, asked), (mine, other)):
            with pytest.raises(BreaksealError):
                looker.open(what, answer.sealed)
        assert mine.open(asked, answer.sealed).answer == "found"

    play(setting, scene)


def test_a_forger_of_texts_guesses_forty_codes_a_day_at_most(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        asked = [
            await start(courier, question(setting, said=terms(client=name * 43))) for name in "abcdefghij"
        ]
        assert asked == ["waiting"] * 8 + ["capture-frequency"] * 2
        codes = {text.partition("YES ")[2][:4] for text in await phone.sees()}
        assert len(codes) == 8, "no two questions share a code"
        wrong = [code for code in (f"{one:04d}" for one in range(100)) if code not in codes]
        for code in wrong[:5]:
            phone.says(f"YES {code}")
        for code in sorted(codes):
            phone.says(f"YES {code}")
        await phone.sees()
        assert told(setting) == []

    play(setting, scene)


def test_a_client_that_asks_about_its_own_phone_opens_nobody_elses(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        mine, victim = Phone(setting, courier, OTHER), Phone(setting, courier)
        await start(courier, question(setting, OTHER))
        await start(courier, question(setting))
        own = (await mine.sees())[-1].partition("YES ")[2][:4]
        theirs = (await victim.sees())[-1].partition("YES ")[2][:4]
        mine.says(f"YES {theirs}" if theirs != own else "YES")
        await mine.sees()
        assert told(setting) == []
        mine.says(f"YES {own}")
        await mine.sees()
        (answered,) = told(setting)
        assert isinstance(answered, ConsentAnswered)

    play(setting, scene)


def test_names_cannot_put_words_of_the_courier_into_its_mouth(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        said = terms(requester="{code} {site}", recipient="%s {0} {name!r}")
        assert await start(courier, question(setting, said=said)) == "waiting"
        (text,) = await Phone(setting, courier).sees()
        assert text.startswith("{code} {site} asks where this phone is, for: %s {0} {name!r}.")

    play(setting, scene)


def test_the_number_is_in_no_log(setting: Setting, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        phone.says(f"DAY {await phone.code()}")
        await phone.sees()
        await Looker(setting).look(courier)
        phone.says("STOP")
        await phone.sees()
        phone.says("what is this?")

    with caplog.at_level("DEBUG"):
        play(setting, scene)
    assert '"event": "located"' in caplog.text
    for private in (NUMBER[1:], CLIENT, "44057200", "what is this"):
        assert private not in caplog.text
