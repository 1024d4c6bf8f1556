"""How precise an answer is: fixed cells of h3, never noise, so that asking often tells no more than asking once.

Tiers: 1 km and yes-or-no are cells of resolution 7, 10 km of resolution 5, region of resolution 3 (h3geo.org, table of
cell statistics: mean edges of 1.4, 9.9 and 69 km).
"""

from __future__ import annotations

import math

import h3

from breakseal.courier.location.sphere import distance, overlap
from breakseal.kernel.model.location import Area, Fix, Found, LocationPrecision, SourceName

RESOLUTIONS: dict[LocationPrecision, int] = {"yes-or-no": 7, "1km": 7, "10km": 5, "region": 3}
MICRO = 1_000_000
STEP = 10
"""Metres to which a cell's radius is rounded up."""
SPARE = 1.0
"""Metres for rounding the centre to micro-degrees."""


def coarsen(fix: Fix, precision: LocationPrecision) -> Fix:
    """Return the fix as `precision` shows it: the centre of its cell, and a circle that holds the whole cell.

    The radius is the greatest distance from the centre to a corner (on the sphere), rounded up to 10 m, and never less
    than the source's own. "exact" is the fix as the source gave it.
    """
    if precision == "exact":
        return fix
    cell = h3.latlng_to_cell(fix.lat / MICRO, fix.lon / MICRO, RESOLUTIONS[precision])
    centre = h3.cell_to_latlng(cell)
    reach = max(distance(centre, corner) for corner in h3.cell_to_boundary(cell)) + SPARE
    radius = max(math.ceil(reach / STEP), math.ceil(fix.radius / STEP)) * STEP
    return Fix(lat=round(centre[0] * MICRO), lon=round(centre[1] * MICRO), radius=radius, at=fix.at)


def found(fix: Fix, precision: LocationPrecision, area: Area | None, source: SourceName, leaf: str) -> Found:
    """Return what the recipient of a look gets: the coarsened fix, or only how it lies to `area`."""
    coarse = coarsen(fix, precision)
    if area is None:
        return Found(answer="found", fix=coarse, at=coarse.at, source=source, leaf=leaf)
    here, there = (coarse.lat / MICRO, coarse.lon / MICRO), (area.lat / MICRO, area.lon / MICRO)
    inside = overlap(max(1, coarse.radius), area.radius, distance(here, there))
    if inside >= 1.0:
        return Found(answer="inside", at=coarse.at, source=source, leaf=leaf)
    if inside <= 0.0:
        return Found(answer="outside", at=coarse.at, source=source, leaf=leaf)
    share = min(99, max(1, round(100 * inside)))
    return Found(answer="partly", share=share, at=coarse.at, source=source, leaf=leaf)
