"""One permit, one look: no more precise than agreed, sealed to whom the permit names, told to the keyholder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.courier.location.precision import coarsen
from breakseal.courier.private import Private
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model.location import Area, Fix, Found
from tests.support.consents import HOME, Looker, SetSource, question, source_for
from tests.support.courier import NUMBER, Setting, make_setting, play


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


async def refused(courier: Courier, asked: object) -> str:
    with pytest.raises(BreaksealError) as caught:
        await courier.location.locating.answer(asked)  # type: ignore[arg-type] # made by the support
    return caught.value.reason


@pytest.mark.parametrize("precision", ["1km", "10km", "region", "exact"])
def test_a_look_gives_the_coarsened_fix_once(setting: Setting, precision: str) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        asked = looker.ask(precision=precision, max_age=60)  # type: ignore[arg-type] # one of the literals
        found = await looker.look(courier, asked)
        assert (found.answer, found.source, found.at) == ("found", "carrier", HOME.at)
        assert found.fix == coarsen(HOME, precision)  # type: ignore[arg-type] # as above
        assert (found.fix == HOME) is (precision == "exact")
        assert source.asked == [(NUMBER, 60)]
        assert await refused(courier, asked) == "permit-used"
        assert len(source.asked) == 1
        await courier.poll()
        await courier.poll()
        name = msgspec.json.decode(asked.permit)["id"]
        assert setting.keyholder.told == [(name, "sent")]

    play(setting, scene)


@pytest.mark.parametrize(
    ("area", "answer"),
    [
        (Area(lat=HOME.lat, lon=HOME.lon, radius=9_000), "inside"),
        (Area(lat=HOME.lat + 1_000_000, lon=HOME.lon, radius=9_000), "outside"),
        (Area(lat=HOME.lat + 40_000, lon=HOME.lon, radius=4_500), "partly"),
    ],
)
@pytest.mark.parametrize("precision", ["yes-or-no", "1km"])
def test_a_question_of_an_area_gets_no_place(
    setting: Setting, area: Area, answer: str, precision: str
) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        looker = Looker(setting)
        asked = looker.ask(precision=precision, area=area)  # type: ignore[arg-type] # one of the literals
        found = await looker.look(courier, asked)
        assert (found.answer, found.fix) == (answer, None)
        assert (1 <= found.share <= 99) is (answer == "partly")

    play(setting, scene)


@pytest.mark.parametrize("reason", ["carrier-slow", "carrier-unable-to-locate"])
def test_what_the_source_does_not_know_is_unknown_whatever_the_reason(setting: Setting, reason: str) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier, SetSource(reason))
        looker = Looker(setting)
        asked = looker.ask()
        found = await looker.look(courier, asked)
        assert found == Found(answer="unknown", leaf=msgspec.json.decode(asked.permit)["about"])
        await courier.location.locating.tell()
        assert [outcome for _, outcome in setting.keyholder.told] == ["failed"]

    play(setting, scene)


def test_a_bug_of_an_adapter_is_unknown_too(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source = source_for(courier)

        def broken() -> None:
            raise ValueError(NUMBER)

        source.during = broken
        assert (await Looker(setting).look(courier)).answer == "unknown"

    play(setting, scene)


@pytest.mark.parametrize(("at", "max_age"), [(-200, 60), (-70, 0), (61, -1)])
def test_a_fix_older_than_asked_for_or_from_the_future_is_unknown(
    setting: Setting, at: int, max_age: int
) -> None:
    async def scene(courier: Courier) -> None:
        fix = Fix(lat=1, lon=1, radius=5, at=setting.clock.time + at)
        source_for(courier, SetSource(fix))
        looker = Looker(setting)
        assert (await looker.look(courier, looker.ask(max_age=max_age))).answer == "unknown"

    play(setting, scene)


def test_an_answer_after_the_permits_end_is_unknown(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source = source_for(courier)

        def late() -> None:
            setting.clock.time += 15

        source.during = late
        assert (await Looker(setting).look(courier)).answer == "unknown"

    play(setting, scene)


class Silent(SetSource):
    async def ask(self, number: Private, max_age: int) -> Fix:
        await asyncio.sleep(60)
        return HOME


def test_a_silent_source_is_given_up_in_time(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier, Silent())
        courier.location.locating._timeout = 0.05
        async with asyncio.timeout(5):
            assert (await Looker(setting).look(courier)).answer == "unknown"

    play(setting, scene)


@pytest.mark.parametrize(
    ("change", "reasons"),
    [
        ({"kind": "consent"}, {"permit-of-another-kind"}),
        ({"kind": "notice"}, {"permit-of-another-kind"}),
        ({"precision": ""}, {"permit-of-another-kind"}),
        ({"ground": ""}, {"permit-of-another-kind"}),
        ({"precision": "yes-or-no"}, {"permit-of-another-kind"}),
        ({"area": Area(lat=0, lon=0, radius=1999)}, {"area-too-small"}),
        ({"expires": 1}, {"permit-expired"}),
        ({"recipient": ""}, {"bad-format"}),
        ({"id": "another"}, {"not-verified"}),
    ],
)
def test_a_permit_for_anything_else_locates_nobody(
    setting: Setting, change: dict[str, object], reasons: set[str]
) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        assert await refused(courier, looker.ask(**change)) in reasons  # type: ignore[arg-type] # members of a permit
        assert source.asked == []

    play(setting, scene)


def test_the_web_tier_cannot_make_a_consented_look_one_of_a_court_or_a_danger(setting: Setting) -> None:
    """STOP holds against consents; the ground is inside what the keyholder signed."""

    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        for ground in (b"order", b"exigent"):
            asked = looker.ask()
            forged = asked.permit.replace(b'"ground":"consent"', b'"ground":"%s"' % ground)
            assert forged != asked.permit
            assert await refused(courier, msgspec.structs.replace(asked, permit=forged)) == "not-verified"
        assert source.asked == []

    play(setting, scene)


def test_a_permit_signed_by_anybody_else_locates_nobody(setting: Setting, tmp_path: Path) -> None:
    stranger = make_setting(tmp_path / "stranger")

    async def scene(courier: Courier) -> None:
        source = source_for(courier)
        stranger.keyholder.point = setting.keyholder.point
        assert await refused(courier, Looker(stranger).ask()) == "not-verified"
        assert source.asked == []

    play(setting, scene)


def test_a_number_sealed_for_a_question_locates_nobody(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        seen = msgspec.json.decode(question(setting).permit)["to"]
        assert await refused(courier, Looker(setting).ask(to=seen)) == "not-verified"

    play(setting, scene)


def test_a_source_that_is_no_enrolled_processor_is_told_no_number(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        source.processor = "unheard-of"
        asked = looker.ask()
        assert await refused(courier, asked) == "processor-not-enrolled"
        assert source.asked == []
        source.processor = "demo-phone"
        assert (await looker.look(courier, asked)).answer == "found", "the permit was not spent"

    play(setting, scene)


def test_without_a_source_nothing_is_spent(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        assert await refused(courier, Looker(setting).ask()) == "source-not-offered"

    play(setting, scene)


def test_a_look_lost_in_a_crash_is_given_no_second_time(setting: Setting) -> None:
    async def crashing(courier: Courier) -> None:
        source = source_for(courier)

        def end() -> None:
            raise KeyboardInterrupt

        source.during = end
        with pytest.raises(KeyboardInterrupt):
            await courier.location.locating.answer(asked)

    async def after(courier: Courier) -> None:
        source_for(courier)
        assert await refused(courier, asked) == "permit-used"
        setting.clock.time += 26
        await courier.location.locating.tell()
        assert [outcome for _, outcome in setting.keyholder.told] == ["sent"], "nobody knows whether it left"

    asked = Looker(setting).ask()
    play(setting, crashing)
    play(setting, after)


def test_a_clock_that_goes_back_takes_no_swept_permit(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        looker = Looker(setting)
        asked = looker.ask()
        await looker.look(courier, asked)
        await courier.poll()
        setting.clock.time += 3 * 86_400
        courier.sweep()
        setting.clock.time -= 3 * 86_400
        assert await refused(courier, asked) == "permit-expired"

    play(setting, scene)


def test_a_permit_used_ten_times_at_once_gives_one_answer(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source, looker = source_for(courier), Looker(setting)
        asked = looker.ask()
        answers = [courier.location.locating.answer(asked) for _ in range(10)]
        got = await asyncio.gather(*answers, return_exceptions=True)
        assert sum(not isinstance(one, BaseException) for one in got) == 1
        assert {one.reason for one in got if isinstance(one, BreaksealError)} == {"permit-used"}
        assert len(source.asked) == 1

    play(setting, scene)
