"""A hostile web tier and what it could do with watches that pass through it, and with permits that do not."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.model import canonical
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from tests.support.clients import OFTEN, Place, run
from tests.support.fences import sink, subscribe, wanted
from tests.support.locating import AREA, Locating

AT_ONCE = {"initialEvent": True}


def test_the_web_moves_a_sink_to_another_watch(places: Locating) -> None:
    """A sink is sealed for the request that named it: under another id it is refused, or opens for nobody."""
    given = places.agree()
    first, second = places.watching(given), places.watching(given)
    moved = msgspec.structs.replace(second, watch=first.watch)
    answer = places.world.engine.answer([moved])[0]
    assert isinstance(answer, p.Problem)
    assert answer.family == "FormatError"
    assert places.watches(given) == []


@pytest.mark.parametrize("tell", ["check", "started", "SUBSCRIPTION_DELETED"])
def test_the_web_hides_a_look_in_the_end_of_a_watch(places: Locating, tell: str) -> None:
    """What is told at the end is told without a look and its entry: a hostile web tier must not make it one."""
    given = places.agree()
    places.refused(places.watching(given, tell=tell, until=places.world.clock.now() + 5), "watch")
    assert places.watches(given) == []


def test_the_web_tier_learns_nothing_of_a_check(places: Locating) -> None:
    """Its socket has no message that plans, hands out or confirms one; what it is told of a watch stays the same."""
    web = set(p.SOCKETS["web"])
    assert not web & {p.TakePermits, p.PermitDone, m.AskStands, m.Attest}
    given = places.agree(rate=60)
    name = places.watch(given, left=5)
    before = places.world.ask(places.asking_watches(given, name), m.Watches)
    for _ in range(3):
        (permit,) = places.checked(60)
        places.world.ask(p.PermitDone(permit=permit.id, outcome="sent"), p.Done)
        assert places.world.ask(places.asking_watches(given, name), m.Watches) == before


def test_a_permit_for_a_watch_locates_nobody_and_takes_no_fix(places: Locating) -> None:
    """A web tier that got hold of one could neither have a place sealed to itself, nor hand a fix in."""
    places.watch(places.agree())
    (permit,) = places.checked()
    assert permit.recipient == ""
    envelope = sign_permit(msgspec.structs.replace(permit, by="", sig=""), places.world.keyholder)
    places.refused(m.OpenFix(permit=envelope, device="d", fix=b"x" * 100), "no-look")


def test_a_permit_for_a_watch_that_is_changed_on_its_way_does_nothing(tmp_path: Path) -> None:
    async def scene(place: Place) -> None:
        held = await place.agreed(scope=OFTEN)
        async with sink(tmp_path / "sink", place) as program:
            await subscribe(place, held, wanted(program.url, config=AT_ONCE))
            taken = await place.courier._client.ask(p.TakePermits(), p.Permits)
            (permit,) = (canonical.decode(one, Permit) for one in taken.permits)
            assert permit.watch is not None
            for change in (
                {"expires": permit.expires + 60}, {"kind": "locate"}, {"precision": "region"}, {"area": AREA},
                {"watch": msgspec.structs.replace(permit.watch, tell="check")},
                {"watch": msgspec.structs.replace(permit.watch, id="A" * 22)},
            ):  # fmt: skip
                place.courier.location.fencing.take(
                    canonical.encode(msgspec.structs.replace(permit, **change))
                )
                await place.courier.location.fencing.settled()
            assert program.heard == []
            assert place.network.asked == 0

    run(tmp_path, scene)
