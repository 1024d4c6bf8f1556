"""What the person's own phone told is a source beside the carrier, for one permit, and stopped alike."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.courier.location.messages import AskSource
from breakseal.courier.location.precision import coarsen
from breakseal.courier.location.told import FRESH, WIDEST
from breakseal.courier.private import Private
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.fixes import KEPT_SECONDS, handed_info, seal_fix
from breakseal.kernel.model.location import Area, Fix
from breakseal.kernel.seal import hpke
from tests.support.consents import HOME, Looker, Phone, source_for
from tests.support.courier import NOON, NUMBER, Setting, make_setting, nonce, play

CAR = Fix(lat=44_300_000, lon=-123_400_000, radius=9, at=NOON - 5)
"""Where the phone itself says that it is: in another cell than the carrier's HOME, and newer."""


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def handed(setting: Setting, asked: AskSource, fix: Fix = CAR, permit: str = "") -> AskSource:
    """Return the question with the fix that the keyholder hands on for its permit (or another's)."""
    name = permit or msgspec.json.decode(asked.permit)["id"]
    key = hpke.parse_recipient(setting.keyholder.point)
    return msgspec.structs.replace(asked, fix=seal_fix(key, fix, handed_info(name)))


async def refused(courier: Courier, asked: AskSource) -> str:
    with pytest.raises(BreaksealError) as caught:
        await courier.location.locating.answer(asked)
    return caught.value.reason


@pytest.mark.parametrize("precision", ["1km", "10km", "region", "exact"])
def test_a_fresh_fix_is_enough_and_no_carrier_is_asked(setting: Setting, precision: str) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        asked = handed(setting, looker.ask(precision=precision, max_age=60))  # type: ignore[arg-type] # a literal
        found = await looker.look(courier, asked)
        assert (found.answer, found.source, found.at) == ("found", "phone", CAR.at)
        assert found.fix == coarsen(CAR, precision)  # type: ignore[arg-type] # as above
        assert source.asked == []
        assert await refused(courier, asked) == "permit-used"

    play(setting, scene)


@pytest.mark.parametrize(
    ("told", "max_age", "asked", "wins"),
    [
        ({"at": NOON - FRESH}, -1, 0, "phone"),
        ({"at": NOON - FRESH - 1}, -1, 1, "carrier"),
        ({"at": NOON - 100}, 90, 1, "carrier"),
        ({"at": NOON - 10}, 0, 1, "phone"),
        ({"radius": WIDEST}, 60, 0, "phone"),
        ({"radius": WIDEST + 1}, 60, 1, "carrier"),
        ({"at": NOON - KEPT_SECONDS - 1}, -1, 1, "carrier"),
        ({"at": NOON + 61}, -1, 1, "carrier"),
    ],
)
def test_the_fresher_wins_unless_it_is_too_wide(
    setting: Setting, told: dict[str, int], max_age: int, asked: int, wins: str
) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        question = handed(setting, looker.ask(max_age=max_age), msgspec.structs.replace(CAR, **told))
        assert (await looker.look(courier, question)).source == wins
        assert len(source.asked) == asked

    play(setting, scene)


def test_of_two_wide_ones_the_fresher_answers(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        source.fix = msgspec.structs.replace(HOME, radius=9_000)
        question = handed(setting, looker.ask(), msgspec.structs.replace(CAR, radius=8_000))
        assert (await looker.look(courier, question)).source == "phone"

    play(setting, scene)


@pytest.mark.parametrize("why", ["carrier-unable-to-locate", "slow", "bug"])
def test_where_the_carrier_does_not_say_the_phones_older_word_counts(setting: Setting, why: str) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        source.fix = why
        if why == "slow":
            courier.location.locating._timeout = 0.05

            async def hang(number: Private, max_age: int) -> Fix:
                await asyncio.sleep(5)
                return HOME

            source.ask = hang  # type: ignore[method-assign]
        if why == "bug":
            source.during = lambda: 1 / 0  # type: ignore[return-value,assignment]
        question = handed(setting, looker.ask(), msgspec.structs.replace(CAR, at=NOON - 4_000))
        found = await looker.look(courier, question)
        assert (found.source, found.at) == ("phone", NOON - 4_000)

    play(setting, scene)


def test_without_a_carrier_the_phone_is_a_source_and_without_both_there_is_none(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        courier.location.locating._source = None
        looker = Looker(setting)
        found = await looker.look(courier, handed(setting, looker.ask()))
        assert found.source == "phone"
        assert await refused(courier, looker.ask()) == "source-not-offered"
        old = handed(setting, looker.ask(max_age=60), msgspec.structs.replace(CAR, at=NOON - 4_000))
        assert await refused(courier, old) == "source-not-offered"

    play(setting, scene)


def test_a_yes_or_no_question_gets_no_place_of_the_phone_either(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        looker, area = Looker(setting), Area(lat=CAR.lat, lon=CAR.lon, radius=20_000)
        found = await looker.look(courier, handed(setting, looker.ask(precision="yes-or-no", area=area)))
        assert (found.answer, found.fix, found.source) == ("inside", None, "phone")

    play(setting, scene)


def test_a_fix_for_another_permit_or_courier_is_refused_before_anything_is_used(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        asked = looker.ask()
        stranger = hpke.point_of(looker.key.public_key())
        name = msgspec.json.decode(asked.permit)["id"]
        false = seal_fix(hpke.parse_recipient(stranger), CAR, handed_info(name))
        plain = canonical.encode(CAR)
        for fix in (handed(setting, asked, permit=nonce()).fix, false, plain, b"x"):
            assert await refused(courier, msgspec.structs.replace(asked, fix=fix)) in (
                "not-verified",
                "bad-format",
            )
        off = handed(setting, asked, msgspec.structs.replace(CAR, lat=90_000_001))
        assert await refused(courier, off) == "fix-malformed"
        assert source.asked == []
        assert (await looker.look(courier, asked)).source == "carrier"  # the permit was not used up

    play(setting, scene)


def test_after_stop_the_phones_word_is_not_passed_on(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        looker = Looker(setting)
        Phone(setting, courier).says("STOP")
        found = await looker.look(courier, handed(setting, looker.ask(max_age=60)))
        assert (found.answer, found.source, found.fix) == ("unknown", "", None)

    play(setting, scene)


def test_the_question_without_a_fix_is_as_it_was() -> None:
    assert AskSource(permit=b"p").fix == b""
    assert NUMBER
