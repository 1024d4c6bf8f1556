"""What a source of location is, and the four numbers that pass its entrance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Protocol

from breakseal.courier.location.sphere import Place, centre, distance
from breakseal.courier.private import Private
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model.location import Fix, SourceName

MICRO = 1_000_000
MAX_ANSWER = 64 * 1024
"""Bytes of a source's answer; more is not read."""
MAX_RADIUS = 20_100_000
"""Metres: half around the globe. A larger circle is no answer."""


class NotLocatedError(BreaksealError):
    """The source does not say where the phone is; `reason` is for the log, and the asker hears "unknown" only."""

    reason = "not-located"


class Source(Protocol):
    """Asks one processor."""

    processor: str
    name: SourceName

    async def ask(self, number: Private, max_age: int) -> Fix:
        """Return where the phone is: a fix at most `max_age` seconds old (-1 any). The caller bounds the time.

        Raises:
            NotLocatedError: it does not say. The error's text and reason hold nothing personal.
        """
        ...

    async def close(self) -> None:
        """Close what is open."""
        ...


def circle(place: Place, radius: float, at: int) -> Fix:
    """Return a circle as a fix; the radius is rounded up, and at least a metre.

    Raises:
        NotLocatedError: not on the globe.
    """
    lat, lon = place
    if not (-90 <= lat <= 90 and -180 <= lon <= 180 and 0 <= radius <= MAX_RADIUS and at > 0):
        raise NotLocatedError("the source's answer is not on the globe", reason="source-malformed")
    return Fix(lat=round(lat * MICRO), lon=round(lon * MICRO), radius=max(1, math.ceil(radius)), at=at)


def around(places: Sequence[Place], at: int) -> Fix:
    """Return the smallest circle about the middle of `places` that holds them all, as a fix.

    Raises:
        NotLocatedError: no places, or without a middle.
    """
    try:
        middle = centre(places)
    except ValueError:
        raise NotLocatedError("the source's polygon has no middle", reason="source-malformed") from None
    return circle(middle, max(distance(middle, place) for place in places) + 1.0, at)
