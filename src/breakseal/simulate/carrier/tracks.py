"""Where a subscriber is at a time: along a track, as the network sees it.

Everything follows from the settings and the time, so that two programs that look at once see the same.
"""

from __future__ import annotations

import hashlib
import math
from itertools import pairwise
from typing import Literal

import msgspec

METRES_PER_DEGREE = 111_195.0
"""Metres of one degree of latitude on a sphere of 6,371 km."""


class Waypoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place on a track: WGS 84 degrees, and `after` seconds from the track's beginning."""

    lat: float
    lon: float
    after: int


class Subscriber(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A phone. Its track is walked again and again; between waypoints it moves straight.

    `seen_by` is how the network finds it: "gps" within `radius` metres, or "cell", whose circle is the whole cell.
    `every` is how often (seconds) the network notices where it is, unless it is asked for a fresh look.
    """

    number: str
    track: tuple[Waypoint, ...]
    seen_by: Literal["gps", "cell"] = "cell"
    radius: int = 800
    every: int = 60


class Sighting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the network knows: WGS 84 degrees, metres, Unix seconds."""

    lat: float
    lon: float
    radius: int
    at: int


def sighting(subscriber: Subscriber, now: int, *, fresh: bool) -> Sighting:
    """Return where the network saw `subscriber` last, or sees it now if asked for a `fresh` look."""
    at = now if fresh else now - now % max(subscriber.every, 1)
    lat, lon = position(subscriber.track, at)
    distance, bearing = _error(subscriber, at)
    north, east = distance * math.cos(bearing), distance * math.sin(bearing)
    return Sighting(
        lat=lat + north / METRES_PER_DEGREE,
        lon=lon + east / (METRES_PER_DEGREE * max(math.cos(math.radians(lat)), 0.01)),
        radius=subscriber.radius,
        at=at,
    )


def position(track: tuple[Waypoint, ...], at: int) -> tuple[float, float]:
    """Return the true position at Unix time `at`."""
    if len(track) == 1:
        return track[0].lat, track[0].lon
    into = at % max(track[-1].after, 1)
    for before, after in pairwise(track):
        if into <= after.after:
            part = (into - before.after) / max(after.after - before.after, 1)
            return (
                before.lat + (after.lat - before.lat) * part,
                before.lon + (after.lon - before.lon) * part,
            )
    return track[-1].lat, track[-1].lon


def _error(subscriber: Subscriber, at: int) -> tuple[float, float]:
    """Return how far off (metres, always inside the circle) and in which direction (radians) the network is."""
    drawn = hashlib.sha256(f"{subscriber.number} {at}".encode()).digest()
    return subscriber.radius * 0.6 * drawn[0] / 255, 2 * math.pi * drawn[1] / 256
