"""One look's limits: what area may be asked about, and whether what was found meets what the client asked for.

The client's own wishes (age, surface) only ever take away: nothing here can make more of a fix.
"""

from __future__ import annotations

import math
from typing import Literal

from breakseal.kernel.model.location import SMALLEST_AREA, Area, Fix
from breakseal.programmes.location import fields
from breakseal.programmes.location.errors import AreaError

Verdict = Literal["TRUE", "FALSE", "PARTIAL"]
VERDICTS: dict[str, Verdict] = {"inside": "TRUE", "outside": "FALSE", "partly": "PARTIAL"}
"""CAMARA's words for the courier's answers."""

ANY_AGE = -1
_LONGEST = 2**53 - 1


def area_of(latitude: float, longitude: float, radius: float) -> Area:
    """Return the area to ask about, in micro-degrees and metres.

    Raises:
        AreaError: the circle is smaller than `SMALLEST_AREA`.
    """
    if radius < SMALLEST_AREA:
        raise AreaError(f"the area's radius is less than {SMALLEST_AREA} metres")
    metres = min(math.ceil(radius), fields.LARGEST_AREA)
    return Area(lat=round(latitude * 1_000_000), lon=round(longitude * 1_000_000), radius=metres)


def greatest_age(seconds: int | None) -> int:
    """Return the greatest age to ask for, `ANY_AGE` where the client named none."""
    return ANY_AGE if seconds is None else min(seconds, _LONGEST)


def is_fresh(at: int, asked: int, wanted: int) -> bool:
    """Tell whether what was found at Unix `at` was no older than `wanted` seconds when it was asked for at `asked`.

    With 0 it was made for this look (location-retrieval v0.5, `maxAge`).
    """
    return wanted == ANY_AGE or asked - at <= wanted + fields.CLOCKS


def fits_surface(fix: Fix, square_metres: int | None) -> bool:
    """Tell whether the fix's circle is no larger than what the client can use."""
    return square_metres is None or math.pi * fix.radius**2 <= square_metres
