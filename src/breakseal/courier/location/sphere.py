"""Distances and circles on the sphere of h3 (radius 6371.007 km): places are WGS 84 degrees, lengths metres."""

from __future__ import annotations

import math
from collections.abc import Sequence

EARTH = 6_371_007.180918475
Place = tuple[float, float]
"""Latitude and longitude."""


def distance(first: Place, second: Place) -> float:
    """Return the length of the great circle between two places (haversine formula)."""
    lat1, lat2 = math.radians(first[0]), math.radians(second[0])
    lon = math.radians(second[1] - first[1])
    chord = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(lon / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, chord)))


def centre(places: Sequence[Place]) -> Place:
    """Return the middle of `places`: of their unit vectors, so that poles and antimeridian are nothing special.

    Raises:
        ValueError: they lie around the whole globe and have no middle.
    """
    vectors = [_vector(place) for place in places]
    x, y, z = (sum(axis) for axis in zip(*vectors, strict=True))
    if math.sqrt(x * x + y * y + z * z) < 1e-6 * len(places):
        raise ValueError("no middle")
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def _vector(place: Place) -> tuple[float, float, float]:
    lat, lon = math.radians(place[0]), math.radians(place[1])
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def overlap(radius: float, other: float, apart: float) -> float:
    """Return the part (0..1) of a circle of `radius` that lies in a circle of radius `other`, `apart` metres away.

    Inside if apart + radius <= other, outside if apart >= radius + other. Between them, with r = radius, R = other and
    d = apart, the lens has the plane's area

        r^2 acos((d^2 + r^2 - R^2) / 2dr) + R^2 acos((d^2 + R^2 - r^2) / 2dR)
          - sqrt((-d+r+R)(d+r-R)(d-r+R)(d+r+R)) / 2

    and the answer is that over pi r^2; where the other circle lies wholly within, R^2 / r^2.
    """
    if apart + radius <= other:
        return 1.0
    if apart >= radius + other:
        return 0.0
    if apart + other <= radius:
        return (other / radius) ** 2
    mine = math.acos(_clamped((apart**2 + radius**2 - other**2) / (2 * apart * radius)))
    theirs = math.acos(_clamped((apart**2 + other**2 - radius**2) / (2 * apart * other)))
    corners = (-apart + radius + other) * (apart + radius - other) * (apart - radius + other)
    lens = radius**2 * mine + other**2 * theirs - math.sqrt(max(0.0, corners * (apart + radius + other))) / 2
    return min(1.0, max(0.0, lens / (math.pi * radius**2)))


def _clamped(cosine: float) -> float:
    return min(1.0, max(-1.0, cosine))
