"""A fence is entered and left: the simulator's phone walks its track, and a sink hears of it by way of all parts."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.simulate.carrier.tracks import Subscriber, Waypoint
from tests.support import published
from tests.support.clients import OFTEN, Place, body_of, circle, run
from tests.support.courier import NUMBER
from tests.support.fences import ENTERED, LEFT, check, sink, subscribe, wanted
from tests.support.world import START

AWAY, HOME = (38.70, -77.20), (38.8977, -77.0365)
MINUTE = 60


def walk(place: Place) -> None:
    """Have the phone stay away for ten minutes, go home in ten, stay there for twenty, and leave again."""
    begin = START % 6_000
    track = tuple(
        Waypoint(lat=at[0], lon=at[1], after=begin + minutes * MINUTE if minutes >= 0 else 0)
        for at, minutes in ((AWAY, -1), (AWAY, 10), (HOME, 20), (HOME, 40), (AWAY, 50), (AWAY, 60))
    )
    track = (*track, msgspec.structs.replace(track[-1], after=6_000))
    place.network.subscribers[NUMBER] = Subscriber(number=NUMBER, track=track, radius=600)


@published.needed
@pytest.mark.parametrize("kind", [ENTERED, LEFT])
def test_a_fence_is_entered_and_left(tmp_path: Path, kind: str) -> None:
    async def scene(place: Place) -> None:
        walk(place)
        held = await place.agreed(scope=OFTEN)
        async with sink(tmp_path / "sink", place) as program:
            body = wanted(program.url, area=circle(at=HOME), type=kind)
            made = await subscribe(place, held, body)
            assert made.status_code == 201, made.text
            when = {}
            for minute in range(60):
                await check(place, 2)
                for told in program.types[len(when) :]:
                    when[told] = minute
                place.clock.time += MINUTE
        crossing = "area-left" if kind == LEFT else "area-entered"
        assert program.types == ["subscription-started", crossing]
        low, high = (40, 50) if kind == LEFT else (10, 20)
        assert low < when[crossing] <= high
        event = program.heard[-1].event
        assert event["data"]["subscriptionId"] == body_of(made)["id"]
        assert set(event["data"]) == {"subscriptionId", "area"}

    run(tmp_path, scene)
