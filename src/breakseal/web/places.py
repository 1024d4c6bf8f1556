"""Who serves a place, for the pages; the shapes are read once, when somebody first asks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from litestar import Request

from breakseal.keyholder.protocol import OrganisationFact
from breakseal.programmes.emergency.coverage import County, Gazetteer, Place, load_gazetteer, serving
from breakseal.web import facts
from breakseal.web.parts import WebParts

GEO = Path(__file__).parent / "static" / "vendor" / "geo"


class Gazetteers:
    """Loads the gazetteer once."""

    def __init__(self, areas: Path | None) -> None:
        self._areas = areas
        self._lock = asyncio.Lock()
        self._loaded: Gazetteer | None = None

    async def get(self) -> Gazetteer:
        """Return the gazetteer; the first call takes some tenths of a second."""
        async with self._lock:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(load_gazetteer, GEO, self._areas)
            return self._loaded


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form said of a place; every part may be empty."""

    zip: str = ""
    lat: str = ""
    lon: str = ""
    state: str = ""
    county: str = ""


async def gazetteer_of(request: Request[Any, Any, Any]) -> Gazetteer:
    """Return the application's gazetteer."""
    gazetteers: Gazetteers = request.app.state.gazetteers
    return await gazetteers.get()


@dataclass(frozen=True, slots=True)
class Unclear:
    """What of a form was not understood: the field, how (the end of a message's name), and what may be meant."""

    field: Literal["point", "zip", "state", "county"]
    fault: Literal["outside", "digits", "unknown", "missing", "several", "choose"]
    near: tuple[County, ...] = ()


def find(gazetteer: Gazetteer, asked: Asked) -> Place | Unclear:
    """Return the place that was meant, or what is unclear; a point counts before a ZIP code, and that before a name."""
    point = _point(asked)
    if point is not None:
        return gazetteer.at(*point) or Unclear("point", "outside")
    if asked.zip.strip():
        return _of_zip(gazetteer, asked.zip.strip())
    return _of_name(gazetteer, asked.state.strip().upper(), asked.county.strip())


def _of_zip(gazetteer: Gazetteer, code: str) -> Place | Unclear:
    if not (code.isascii() and code.isdigit() and len(code) == 5):
        return Unclear("zip", "digits")
    return gazetteer.zip(code) or Unclear("zip", "unknown")


def _of_name(gazetteer: Gazetteer, state: str, county: str) -> Place | Unclear:
    if state not in gazetteer.states():
        fault: Literal["unknown", "missing"] = "unknown" if state else "missing"
        return Unclear("state", fault, tuple(gazetteer.alike(county)) if county else ())
    if not county:
        return Unclear("county", "choose", tuple(gazetteer.counties(state)))
    named = gazetteer.named(state, county)
    if len(named) == 1:
        return Place(named[0])
    if named:
        return Unclear("county", "several", tuple(named))
    return Unclear("county", "unknown", tuple(gazetteer.alike(county, state)))


def _point(asked: Asked) -> tuple[float, float] | None:
    try:
        lat, lon = float(asked.lat), float(asked.lon)
    except ValueError:
        return None
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


async def centres_at(request: Request[Any, Any, Any], place: Place) -> list[OrganisationFact]:
    """Return the enrolled call centres that could see a profile on a call from `place`."""
    parts: WebParts = request.app.state.parts
    known = await facts.current(request)
    found = serving(await gazetteer_of(request), known.organisations, place, parts.clock.now())
    return [one for one in known.organisations if one in found]
