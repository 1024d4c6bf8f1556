"""Fences as an intruder, a client or a hostile web tier would use them: to track, or to hear after the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from breakseal.courier.private import Private
from breakseal.kernel.model import location
from breakseal.kernel.model import statements as s
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from tests.support.clients import OFTEN, Held, Place, body_of, run
from tests.support.fences import FENCES, SinkProgram, ask, check, sink, subscribe, wanted
from tests.support.locating import AREA, Locating
from tests.support.restoring import checkpoint, cold_copy, put_back, release
from tests.support.world import NUMBER as ROSAS

OTHER = "+15555550118"
AT_ONCE = {"initialEvent": True}


# -- the end of a consent ------------------------------------------------------------------------------


def test_from_the_acknowledgement_of_stop_nothing_is_told_to_a_sink(tmp_path: Path) -> None:
    """Zero events after it: of watches that are due, of a permit that is out, of one that a slow sink holds up."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        async with sink(tmp_path / "sink", place) as program:
            for _ in range(3):
                assert (await subscribe(place, held, wanted(program.url, config=AT_ONCE))).status_code == 201
            await check(place)
            assert program.types == ["subscription-started"] * 3
            program.before, program.came = asyncio.Event(), asyncio.Event()
            await place.courier.poll()  # three checks are under way, and the sink takes its time
            await asyncio.wait_for(program.came.wait(), 5)
            await place.reply("Stop.")
            assert any(text.startswith("Stopped") for text in await place.texts())
            acknowledged = len(program.heard)
            program.before.set()
            for _ in range(10):
                await check(place)
                place.clock.time += 60
            await asyncio.sleep(0.2)
            assert program.heard[acknowledged:] == []
            assert place.courier.location.fencing._running == {}
            for answer in (await ask(place, held), await subscribe(place, held)):
                assert (answer.status_code, body_of(answer)["code"]) == (401, "UNAUTHENTICATED")

    run(tmp_path, scene)


def test_a_stop_while_the_carrier_is_asked_for_a_fence_tells_no_sink(tmp_path: Path) -> None:
    """The check is under way and the sink has heard nothing yet: what the carrier says then is nobody's to hear."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        source = place.courier.location.locating._source
        assert source is not None
        asked, answer, ask_it = asyncio.Event(), asyncio.Event(), source.ask

        async def slowly(number: Private, max_age: int) -> location.Fix:
            asked.set()
            await answer.wait()
            return await ask_it(number, max_age)

        async with sink(tmp_path / "sink", place) as program:
            assert (await subscribe(place, held, wanted(program.url, config=AT_ONCE))).status_code == 201
            await check(place)
            source.ask = slowly  # type: ignore[method-assign] # the real carrier, later
            await place.courier.poll()
            await asyncio.wait_for(asked.wait(), 5)
            await place.reply("Stop.")
            answer.set()
            for _ in range(3):
                await check(place)
            await asyncio.sleep(0.2)
            assert program.types == ["subscription-started"]
            assert place.courier.location.fencing._running == {}

    run(tmp_path, scene)


def test_what_a_failing_sink_did_not_take_is_not_told_after_stop(tmp_path: Path) -> None:
    """Queued events: the crossing that could not be told, and the end of a subscription that its client deleted."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        async with sink(tmp_path / "sink", place) as program:
            program.status = 503
            first, second = [
                body_of(await subscribe(place, held, wanted(program.url, config=AT_ONCE)))["id"]
                for _ in range(2)
            ]
            await check(place, 3)
            assert program.types.count("area-entered") == 2
            assert (await ask(place, held, "DELETE", first)).status_code == 204
            assert second
            await place.reply("QUIT")
            acknowledged, program.status = len(program.heard), 204
            for _ in range(5):
                await check(place)
                place.clock.time += 60
            assert program.heard[acknowledged:] == []

    run(tmp_path, scene)


def _stop(places: Locating, _rosa: Any) -> None:
    places.stop()


def _moved(places: Locating, _rosa: Any) -> None:
    places.stop(why="moved")


def _withdraw(places: Locating, rosa: Any) -> None:
    world = places.world
    (held,) = world.desk(rosa).consents  # type: ignore[attr-defined] # a person's own desk
    world.submit(world.sign(location.WithdrawConsent, rosa.session, consent=held.id))


def _number_off(places: Locating, rosa: Any) -> None:
    world = places.world
    number = world.desk(rosa).numbers[0].id  # type: ignore[attr-defined] # as above
    world.submit(world.sign(s.WithdrawNumber, rosa.session, number=number))


def _number_of_another(places: Locating, _rosa: Any) -> None:
    places.world.bind(places.world.resident(OTHER), ROSAS)


def _erase(places: Locating, rosa: Any) -> None:
    places.world.submit(places.world.sign(s.Erase, rosa.own, categories=()))


def _over(places: Locating, _rosa: Any) -> None:
    places.world.clock.time += 86_400


ENDS = [_stop, _moved, _withdraw, _number_off, _number_of_another, _erase, _over]


@pytest.mark.parametrize("end", ENDS)
def test_a_watch_does_not_outlive_its_consent(places: Locating, end: Callable[[Locating, Any], None]) -> None:
    """Neither what is due nor a permit that is out already; not even that it ended is told."""
    rosa, given = places.world.resident(), places.agree()
    places.watch(given)
    places.watch(given, until=places.world.clock.now() + 30)
    out = [*places.due(), *places.due()]
    assert all(places.stands(one) for one in out)
    end(places, rosa)
    assert not any(places.stands(one) for one in out)
    for _ in range(5):
        assert places.due() == []
        places.world.clock.time += 900
    places.world.engine.sweep()
    assert places.world.engine.core.store.many("SELECT * FROM location_watches") == []


def test_an_end_in_the_same_batch_as_the_plan(places: Locating) -> None:
    """Whatever was asked before it in the batch: no permit leaves the keyholder after it, and none is confirmed."""
    world, rosa = places.world, places.world.resident()
    places.watch(places.agree())
    (start,) = places.due()
    for what in ("pause", "stop"):
        world.clock.time += 900
        last: p.Message = m.Attest(statement=places.stopped())
        if what == "pause":
            pause = world.sign(location.PauseLocation, rosa.session, paused=True)
            last = p.Submit(statements=(pause,))
        taken, stands, done = world.engine.answer([p.TakePermits(), m.AskStands(permit=start.id), last])
        assert taken == p.Permits(permits=())
        assert isinstance(done, p.Done | p.Submitted)
        assert isinstance(stands, p.Problem) is (what == "stop"), "its start tells nothing of the phone"


# -- pause and freeze ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["paused", "frozen"])
def test_paused_and_frozen_tell_nothing(places: Locating, how: str) -> None:
    """No check is made, what is out is not confirmed; and it goes on when the person lets it."""
    world, rosa = places.world, places.world.resident()
    places.watch(places.agree(rate=60))
    (out,) = places.checked()
    looks = world.engine.core.trails.length(world.engine.core.subjects.get(rosa.handle).trail)
    if how == "paused":
        world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    else:
        world.submit(world.sign(s.Freeze, rosa.session, leaf=""))
    assert not places.stands(out)
    assert [places.checked(60) for _ in range(5)] == [[]] * 5
    trail = world.engine.core.subjects.get(rosa.handle).trail
    assert world.engine.core.trails.length(trail) == looks + 1, (
        "nobody looked: nothing but the switch is listed"
    )
    again = (
        world.sign(location.PauseLocation, rosa.own, paused=False)
        if how == "paused"
        else world.sign(s.Unfreeze, rosa.own)
    )
    world.submit(again)
    assert len(places.checked(60)) == 1


def test_a_pause_shows_in_nothing_that_a_client_hears(tmp_path: Path) -> None:
    """Start and end are told as of a phone that nobody can find: the client's sink hears the same."""

    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        store = place.world.engine.core.store
        async with sink(tmp_path / "sink", place) as program:
            with store.transaction():
                store.run("INSERT INTO location_paused VALUES (?, 1)", _handle(place))
            paused = await _seen(place, held, program)
            with store.transaction():
                store.run("DELETE FROM location_paused")
            place.network.fault = "no-location"
            assert await _seen(place, held, program) == paused
        assert paused[-1] == ["subscription-started", "subscription-ended"]

    run(tmp_path, scene)


async def _seen(place: Place, held: Held, program: SinkProgram) -> tuple[object, ...]:
    """Return all that a client sees of a subscription from its beginning to its end."""
    program.heard = []
    made = await subscribe(place, held, wanted(program.url, config=AT_ONCE))
    await check(place, 2)
    place.clock.time += 60
    await check(place, 2)
    shown = await ask(place, held, "GET", body_of(made)["id"])
    ended = await ask(place, held, "DELETE", body_of(made)["id"])
    await check(place, 2)
    same = {name: body_of(shown)[name] for name in ("status", "config", "types")}
    return made.status_code, same, ended.status_code, program.types


def _handle(place: Place) -> str:
    row = place.world.engine.core.store.one("SELECT handle FROM location_consents")
    assert row is not None
    return str(row[0])


# -- a restore, a token ----------------------------------------------------------------------------------


def test_a_watch_does_not_outlive_a_restore(places: Locating, tmp_path: Path) -> None:
    world, given = places.world, places.agree()
    places.watch(given)
    out = places.due()
    copy = cold_copy(world, tmp_path / "copy")
    places.stop()
    put_back(world, copy, "keyholder.db")
    places.refused(p.TakePermits(), "quarantine")
    places.refused(m.AskStands(permit=out[0].id), "quarantine")
    release(world, *checkpoint(world))
    world.clock.time += 900
    assert places.due() == []
    assert not places.stands(out[0])
    assert world.engine.core.store.many("SELECT * FROM location_watches") == []


def test_a_token_that_is_over_or_given_back_neither_begins_reads_nor_ends(places: Locating) -> None:
    world = places.world
    given = places.agree()
    name = places.watch(given)
    questions = [
        lambda: places.watching(given), lambda: places.asking_watches(given),
        lambda: places.asking_watches(given, name), lambda: places.asking_watches(given, name, "DELETE"),
    ]  # fmt: skip
    world.clock.time += 600
    for question in questions:
        places.refused(question(), "no-token")
    assert len(places.checked()) == 1, "what the person agreed to goes on: their consent stands"


def test_a_subscription_ends_before_the_token_for_its_sink_does(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        async with sink(tmp_path / "sink", place) as program:
            credential = {
                "credentialType": "ACCESSTOKEN", "accessToken": "t", "accessTokenType": "bearer",
                "accessTokenExpiresUtc": "2026-09-21T14:18:20Z",
            }  # fmt: skip
            assert place.clock.now() == 1_790_000_000
            made = await subscribe(place, held, wanted(program.url, sinkCredential=credential))
            assert body_of(made)["expiresAt"] == "2026-09-21T14:17:20Z"
            await check(place, 2)
            place.clock.time += 240
            await check(place, 2)
            assert program.types == ["subscription-started", "subscription-ended"]
            assert program.heard[1].event["data"]["terminationReason"] == "ACCESS_TOKEN_EXPIRED"
            for _ in range(5):
                place.clock.time += 60
                await check(place)
            assert len(program.heard) == 2

    run(tmp_path, scene)


# -- whose it is -------------------------------------------------------------------------------------------


def test_a_watch_of_one_client_is_not_anothers(places: Locating, rival: Locating) -> None:
    """Nor of the same client under another person's consent, or another consent of the same person."""
    given, theirs = places.agree(), rival.agree()
    name = places.watch(given)
    for method in ("GET", "DELETE"):
        rival.refused(rival.asking_watches(theirs, name, method), "no-watch")
        rival.refused(rival.asking_watches(given, name, method), "no-token")
        stolen = places.asking_watches(given, name, method).proof
        rival.refused(rival.asking_watches(theirs, name, method, proof=stolen), "no-token")
        for other in (places.agree(OTHER), places.agree(purpose="CustomerCare")):
            places.refused(places.asking_watches(other, name, method), "no-watch")
    assert rival.watches(theirs) == []
    assert places.watches(given) == [name]


def test_the_proof_of_one_request_serves_for_no_other(places: Locating) -> None:
    given = places.agree()
    name = places.watch(given)
    listing = places.asking_watches(given)
    places.refused(msgspec.structs.replace(listing, method="DELETE"), "no-token")
    places.refused(msgspec.structs.replace(listing, path=f"{FENCES}/{name}", method="DELETE"), "no-token")
    one = places.asking_watches(given, name)
    places.refused(msgspec.structs.replace(one, method="DELETE"), "no-token")
    places.refused(places.watching(given, proof=listing.proof), "no-token")
    begun = places.watching(given)
    places.world.ask(begun, m.Watches)
    places.refused(begun, "no-token")
    places.refused(places.looking(given, proof=places.watching(given).proof), "no-token")
    assert name in places.watches(given)


def test_fences_count_against_the_rate_and_cannot_find_a_place_by_halves(places: Locating) -> None:
    """Many small fences are tracking: however many are begun and ended, an hour has as many checks as was agreed."""
    given, world = places.agree(rate=4), places.world
    checks, begun = 0, 0
    for step in range(120):
        area = location.Area(lat=AREA.lat + step * 10_000, lon=AREA.lon, radius=2_000)
        answer = world.engine.answer([places.watching(given, area=area, initial=True)])[0]
        begun += isinstance(answer, m.Watches)
        checks += len(places.checked())
        if living := places.watches(given):
            world.ask(places.asking_watches(given, living[0], "DELETE"), m.Watches)
        world.clock.time += 4
    assert begun >= 12
    assert checks == 4


@pytest.mark.parametrize("paused", [False, True])
def test_a_pause_leaves_no_more_looks_beside_a_fence(places: Locating, paused: bool) -> None:
    """A client that knows its rate and fences could count: checks that are withheld use it up as well."""
    world = places.world
    rosa, given = world.resident(), places.agree(rate=20)
    places.watch(given)
    if paused:
        world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    for _ in range(2):
        assert len(places.checked(180)) == (not paused)
    for _ in range(18):
        world.ask(places.looking(given), m.Located)
    places.refused(places.looking(given), "too-many")


def test_looks_and_checks_share_one_rate(places: Locating) -> None:
    given = places.agree(rate=2)
    places.watch(given)
    assert len(places.checked()) == 1
    places.locate(given)
    places.refused(places.looking(given), "too-many")
    places.watch(given)
    assert places.checked(10) == []
    assert len(places.checked(1800 - 10)) == 0
    assert len(places.checked(1800)) >= 1


def test_small_areas_and_exact_answers_are_not_to_be_had(places: Locating) -> None:
    given = places.agree()
    for radius in (0, 1, 100, 1_999, -5_000):
        area = location.Area(lat=AREA.lat, lon=AREA.lon, radius=radius)
        answer = places.world.engine.answer([places.watching(given, area=area)])[0]
        assert isinstance(answer, p.Problem)
        assert answer.reason == "area"
    places.watch(given)
    (permit,) = places.checked()
    assert permit.precision == "yes-or-no"
