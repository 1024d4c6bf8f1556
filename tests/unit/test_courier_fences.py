"""Fences in the courier: when a sink is told, what it is told, and what it is never told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.model.location import Fix
from breakseal.kernel.model.permit import Permit
from tests.support.consents import HOME, SetSource, source_for
from tests.support.courier import NUMBER, Setting, make_setting, nonce, play
from tests.support.fences import FAR, NEAR, WATCH, SinkProgram, sink, take, watch_permit

AWAY = msgspec.structs.replace(HOME, lat=HOME.lat + 500_000)
EDGE = msgspec.structs.replace(HOME, lat=HOME.lat + 51_000)
"""Some of its cell is in `NEAR`, less than half of it."""

Scene = Callable[[Courier, SinkProgram, SetSource], Awaitable[None]]


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def staged(setting: Setting, scene: Scene) -> None:
    """Play a scene with a courier, a sink that it may speak to, and a source that says where the phone is."""

    async def all_of_it(courier: Courier) -> None:
        async with sink(setting.folder / "sink", courier) as program:
            await scene(courier, program, source_for(courier))

    play(setting, all_of_it)


async def outcomes(setting: Setting, courier: Courier) -> list[str]:
    await courier.location.locating.tell()
    return [outcome for _, outcome in setting.keyholder.told]


async def at(
    setting: Setting, courier: Courier, program: SinkProgram, *fixes: Fix | str, **fields: object
) -> None:
    """Have a check made at each of these places, minutes apart."""
    source = source_for(courier)
    for fix in fixes:
        setting.clock.time += 900
        source.fix = fix if isinstance(fix, str) else msgspec.structs.replace(fix, at=setting.clock.time - 5)
        await take(courier, watch_permit(setting, program.url, **fields))  # type: ignore[arg-type] # as it takes them


@pytest.mark.parametrize(("kind", "told"), [("area-entered", 2), ("area-left", 1)])
def test_a_crossing_is_told_and_nothing_else(setting: Setting, kind: str, told: int) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        await at(setting, courier, program, AWAY, AWAY, HOME, HOME, "nowhere", AWAY, AWAY, HOME, type=kind)
        assert program.types == [kind] * told
        assert len({one.event["id"] for one in program.heard}) == told
        assert (await outcomes(setting, courier)).count("sent") == told

    staged(setting, scene)


@pytest.mark.parametrize(
    ("first", "initial", "kind", "told"),
    [
        (HOME, True, "area-entered", 1), (HOME, False, "area-entered", 0), (AWAY, True, "area-entered", 0),
        (AWAY, True, "area-left", 1), (AWAY, False, "area-left", 0), (HOME, True, "area-left", 0),
    ],
)  # fmt: skip
def test_an_initial_event_is_told_if_it_was_wished_and_is_so(
    setting: Setting, first: Fix, initial: bool, kind: str, told: int
) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        await at(setting, courier, program, first, first, initial=initial, type=kind)
        assert len(program.heard) == told

    staged(setting, scene)


def test_in_between_a_phone_stays_where_it_was(setting: Setting) -> None:
    """A phone at the edge does not go in and out with each wobble of the network's guess."""

    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        await at(setting, courier, program, AWAY, EDGE, AWAY, HOME, EDGE, HOME, EDGE, HOME)
        assert program.types == ["area-entered"]

    staged(setting, scene)


def test_what_could_not_be_told_is_told_under_a_later_permit_if_it_is_so_still(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        await at(setting, courier, program, AWAY)
        program.status = 503
        await at(setting, courier, program, HOME)
        assert len(program.heard) == 1
        await courier.delivery.deliver_due()
        await courier.poll()
        await courier.location.fencing.settled()
        assert len(program.heard) == 1, "nothing of it waits in the courier"
        await at(setting, courier, program, AWAY, AWAY)
        assert len(program.heard) == 1, "it left meanwhile: nothing to tell"
        await at(setting, courier, program, HOME)
        program.status = 204
        await at(setting, courier, program, HOME, HOME)
        assert program.types == ["area-entered"] * 3
        said = await outcomes(setting, courier)
        assert (len(said), said.count("sent")) == (7, 1)

    staged(setting, scene)


def test_a_redirect_is_not_followed_and_is_no_success(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        async with sink(setting.folder / "other", courier) as other:
            program.status, program.headers = 307, f"Location: {other.url}\r\n"
            await at(setting, courier, program, HOME, HOME, initial=True)
            assert (len(program.heard), other.heard) == (2, [])
        assert await outcomes(setting, courier) == ["failed", "failed"]

    staged(setting, scene)


def test_a_sink_that_is_gone_ends_the_watch(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        program.status = 410
        await at(setting, courier, program, HOME, initial=True)
        assert await outcomes(setting, courier) == ["over"]
        await take(courier, watch_permit(setting, program.url, "started"))
        assert await outcomes(setting, courier) == ["over", "over"]

    staged(setting, scene)


def test_after_the_last_event_its_end_is_told(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        await at(setting, courier, program, HOME, initial=True, left=1)
        assert program.types == ["area-entered", "subscription-ended"]
        assert program.heard[1].event["data"]["terminationReason"] == "MAX_EVENTS_REACHED"
        assert await outcomes(setting, courier) == ["sent"]

    staged(setting, scene)


def test_an_end_that_could_not_be_told_takes_nothing_back(setting: Setting) -> None:
    """The last event counts, whatever becomes of the word that it was the last."""

    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        setting.keyholder.confirming = lambda: setattr(setting.keyholder, "ended", bool(program.heard))
        await at(setting, courier, program, HOME, initial=True, left=1)
        assert program.types == ["area-entered"]
        assert await outcomes(setting, courier) == ["sent"]

    staged(setting, scene)


def test_slow_sinks_keep_no_other_waiting(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        async with sink(setting.folder / "slow", courier) as slow:
            slow.before = asyncio.Event()
            for number in range(40):
                permit = watch_permit(setting, slow.url, initial=True, id=f"{number:022}")
                courier.location.fencing.take(permit)
            courier.location.fencing.take(watch_permit(setting, program.url, initial=True))
            await asyncio.wait_for(program.came.wait(), 10)
            slow.before.set()
            await courier.location.fencing.settled()
        assert program.types == ["area-entered"]

    staged(setting, scene)


@pytest.mark.parametrize(
    "why", ["SUBSCRIPTION_EXPIRED", "ACCESS_TOKEN_EXPIRED", "SUBSCRIPTION_DELETED", "started"]
)
def test_a_start_and_an_end_ask_nobody_where_the_phone_is(setting: Setting, why: str) -> None:
    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        await take(courier, watch_permit(setting, program.url, why, token="t0ken"))
        assert source.asked == []
        (told,) = program.heard
        data = told.event["data"]
        assert data.get("terminationReason", "started") == why
        assert told.headers["authorization"] == "Bearer t0ken"
        assert told.event["source"] == "https://records.example"

    staged(setting, scene)


def test_a_permit_is_for_once(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        permit = watch_permit(setting, program.url, initial=True)
        await take(courier, permit, permit)
        assert len(program.heard) == len(source.asked) == 1

    staged(setting, scene)


def test_permits_that_do_not_hold_do_nothing(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        small = msgspec.structs.replace(NEAR, radius=1_999)
        bad = [
            watch_permit(setting, program.url, expires=setting.clock.time),
            watch_permit(setting, program.url, precision="exact"),
            watch_permit(setting, program.url, precision="1km"),
            watch_permit(setting, program.url, precision=""),
            watch_permit(setting, program.url, watch=None),
            watch_permit(setting, program.url, kind="locate"),
            watch_permit(setting, program.url, area=small, initial=True),
            watch_permit(setting, program.url, about=NO_LINK, initial=True),
            watch_permit(setting, program.url, "started", about=nonce() + "A" * 21),
            make_setting(setting.folder / "other").keyholder.permit(kind="watch"),
            b"{}",
        ]
        await take(courier, *bad)
        assert (program.heard, source.asked) == ([], [])

    staged(setting, scene)


def test_a_sink_is_sealed_for_one_watch(setting: Setting) -> None:
    """Of another watch's permit the sealed sink does not open."""

    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        watch = msgspec.json.decode(watch_permit(setting, program.url), type=Permit).watch
        assert watch is not None
        moved = msgspec.structs.replace(watch, id="B" * 22)
        await take(courier, watch_permit(setting, program.url, watch=moved))
        assert (program.heard, source.asked) == ([], [])

    staged(setting, scene)


def test_an_old_fix_and_one_from_the_future_say_nothing(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, source: SetSource) -> None:
        for age in (400, -120):
            source.fix = msgspec.structs.replace(HOME, at=setting.clock.time - age)
            await take(courier, watch_permit(setting, program.url, initial=True))
        assert program.heard == []
        assert [age for _, age in source.asked] == [300, 300]

    staged(setting, scene)


def test_one_bit_is_kept_and_forgotten_with_its_watch(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        def kept() -> list[tuple[object, ...]]:
            with courier.database.direct() as connection:
                return list(connection.execute("SELECT * FROM fences"))

        await take(courier, watch_permit(setting, program.url, initial=True))
        assert kept() == [(WATCH, 1, setting.clock.time)]
        await take(courier, watch_permit(setting, program.url, "SUBSCRIPTION_DELETED"))
        assert kept() == []
        await at(setting, courier, program, AWAY)
        courier.sweep()
        assert len(kept()) == 1
        setting.clock.time += 6 * 3600
        courier.sweep()
        assert kept() == []
        names = (NUMBER.encode(), str(HOME.lat).encode(), b"5000")
        for path in (setting.folder / "store").iterdir():
            data = path.read_bytes()
            assert not any(name in data for name in names)

    staged(setting, scene)


@pytest.mark.parametrize(("name", "trusted"), [("elsewhere.example", True), ("localhost", False)])
def test_a_sink_that_is_not_who_it_should_be_hears_nothing(
    setting: Setting, name: str, trusted: bool
) -> None:
    """Its certificate is of another name, or of nobody that this machine knows."""

    async def scene(courier: Courier) -> None:
        source_for(courier)
        courier.location.fencing._sinks._local = True
        async with sink(setting.folder / "sink", courier if trusted else None, name) as program:
            await take(courier, watch_permit(setting, program.url, initial=True))
            assert program.heard == []
        assert await outcomes(setting, courier) == ["failed"]

    play(setting, scene)


def test_a_far_area_is_told_of_only_there(setting: Setting) -> None:
    async def scene(courier: Courier, program: SinkProgram, _source: SetSource) -> None:
        await at(setting, courier, program, HOME, area=FAR, initial=True)
        assert program.heard == []
        await at(setting, courier, program, AWAY, area=FAR)
        assert program.types == ["area-entered"]

    staged(setting, scene)


@pytest.mark.parametrize("local", [True, False])
def test_in_the_demo_alone_a_sink_on_this_machine_may_be_plain(setting: Setting, local: bool) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        async with sink(setting.folder / "sink", courier, plain=True) as program:
            courier.location.fencing._sinks._local = local
            await take(courier, watch_permit(setting, program.url, initial=True))
            assert len(program.heard) == local
            if local:
                assert program.heard[0].headers["host"] == program.url.split("/")[2]

    play(setting, scene)


def test_of_a_check_whose_process_died_nobody_knows_and_it_counts_as_told(setting: Setting) -> None:
    """So that a subscription to a number of events never tells more of them."""
    permit = watch_permit(setting, "https://localhost:1/", initial=True)

    async def dies(courier: Courier) -> None:
        await courier.location.fencing._looks.use("A.b", setting.clock.time + 15)

    async def lives(courier: Courier) -> None:
        setting.clock.time += 60
        assert await outcomes(setting, courier) == ["sent"]
        courier.location.fencing.take(permit)
        await courier.location.fencing.settled()
        assert len(setting.keyholder.told) == 1, "its permit is over"

    play(setting, dies)
    play(setting, lives)


def test_what_is_under_way_at_the_end_of_the_process_is_given_up(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        async with sink(setting.folder / "sink", courier) as program:
            source_for(courier)
            program.before = asyncio.Event()
            courier.location.fencing.take(watch_permit(setting, program.url, initial=True))
            await asyncio.wait_for(program.came.wait(), 5)
            await courier.location.close()
            assert courier.location.fencing._running == {}
            program.before.set()

    play(setting, scene)
