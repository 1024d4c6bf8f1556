"""Does it work where I live? Counties from public shapes, organisations' own areas, and who serves a place.

Pure but for loading. Nothing that is asked is kept or logged: an address is asked before a person has
any record, and it stays theirs.
"""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from shapely import STRtree, from_geojson  # type: ignore[import-untyped] # the library has no types
from shapely.geometry import Point, shape  # type: ignore[import-untyped]
from shapely.geometry.base import BaseGeometry  # type: ignore[import-untyped]

from breakseal.kernel.errors import ConfigError

_SUFFIXES = (" county", " parish", " borough", " census area", " municipio")
_ALIKE = 6


@dataclass(frozen=True, slots=True)
class County:
    """A county or its like; `code` is its five-digit FIPS 6-4 code, `state` the postal abbreviation."""

    code: str
    name: str
    state: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks about: the county, and the point (WGS 84 degrees) if one was given."""

    county: County
    lat: float | None = None
    lon: float | None = None


class Organisation(Protocol):
    """What is read of an enrolled organisation's public facts."""

    @property
    def org(self) -> str:
        """Its id."""
        ...

    @property
    def kind(self) -> str:
        """Its class."""
        ...

    @property
    def places(self) -> tuple[str, ...]:
        """The county codes that it is responsible for."""
        ...

    @property
    def active_from(self) -> int:
        """Unix seconds from which it may act."""
        ...


class Gazetteer:
    """The shapes: finds the county of a point, a ZIP code or a name, and an organisation's own area."""

    def __init__(
        self,
        counties: list[tuple[County, BaseGeometry]],
        zips: dict[str, tuple[float, float]],
        areas: dict[str, BaseGeometry],
    ) -> None:
        self._counties = [county for county, _ in counties]
        self._shapes = [outline for _, outline in counties]
        self._tree = STRtree(self._shapes)
        self._zips = zips
        self._areas = areas

    def at(self, lat: float, lon: float) -> Place | None:
        """Return the place of a point; the nearest county if it lies just off a coarse coast line."""
        point = Point(lon, lat)
        for index in self._tree.query(point):
            if self._shapes[index].covers(point):
                return Place(self._counties[index], lat, lon)
        nearest = self._tree.nearest(point)
        if nearest is not None and self._shapes[nearest].distance(point) < 0.05:
            return Place(self._counties[nearest], lat, lon)
        return None

    def zip(self, code: str) -> Place | None:
        """Return the place of a ZIP code's middle; without the point, since a ZIP is wider than one."""
        found = self._zips.get(code)
        place = None if found is None else self.at(*found)
        return None if place is None else Place(place.county)

    def states(self) -> list[str]:
        """Return the abbreviations of all states and territories, sorted."""
        return sorted({county.state for county in self._counties})

    def counties(self, state: str) -> list[County]:
        """Return the counties of a state, by name."""
        return sorted((c for c in self._counties if c.state == state), key=lambda c: c.name)

    def named(self, state: str, name: str) -> list[County]:
        """Return the counties of `state` that `name` may mean; an exact name alone if there is one."""
        wanted = _plain(name)
        all_here = self.counties(state)
        exact = [county for county in all_here if _plain(county.name) == wanted]
        return exact or [county for county in all_here if wanted and wanted in _plain(county.name)]

    def alike(self, name: str, state: str = "") -> list[County]:
        """Return at most six counties whose names are spelled like `name`, the likest first; of `state` if given."""
        pool = self.counties(state) if state else self._counties
        spelled: dict[str, list[County]] = {}
        for county in pool:
            spelled.setdefault(_plain(county.name), []).append(county)
        found = difflib.get_close_matches(_plain(name), spelled, n=_ALIKE, cutoff=0.6)
        return [county for one in found for county in spelled[one]][:_ALIKE]

    def coded(self, code: str) -> County | None:
        """Return the county with this code."""
        return next((county for county in self._counties if county.code == code), None)

    def serves(self, organisation: Organisation, place: Place) -> bool:
        """Tell whether an organisation is responsible for a place.

        Its own area decides where there is one and a point is known, else its counties.
        """
        area = self._areas.get(organisation.org)
        if area is not None and place.lat is not None and place.lon is not None:
            return bool(area.covers(Point(place.lon, place.lat)))
        return place.county.code in organisation.places


def serving(
    gazetteer: Gazetteer, organisations: Iterable[Organisation], place: Place, now: int
) -> list[Organisation]:
    """Return the enrolled call centres that could see a profile for calls from `place` at Unix time `now`."""
    return [
        organisation
        for organisation in organisations
        if organisation.kind == "call-centre"
        and organisation.active_from <= now
        and gazetteer.serves(organisation, place)
    ]


def load_gazetteer(geo: Path, areas: Path | None) -> Gazetteer:
    """Read `counties.geojson` and `zips.json` of folder `geo`, and `<org>.geojson` files of `areas`.

    Raises:
        ConfigError: a file is missing or is not what it should be.
    """
    try:
        table = json.loads((geo / "counties.geojson").read_text(encoding="utf-8"))
        counties = [
            (
                County(
                    code=one["properties"]["fips"],
                    name=one["properties"]["name"],
                    state=one["properties"]["state"],
                ),
                shape(one["geometry"]),
            )
            for one in table["features"]
            if one["geometry"]
        ]
        zips = {code: (row[0], row[1]) for code, row in _json(geo / "zips.json").items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError("the county shapes cannot be read; run `make assets`") from error
    return Gazetteer(counties, zips, {} if areas is None else _areas(areas))


def _json(path: Path) -> dict[str, list[float]]:
    loaded: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _areas(folder: Path) -> dict[str, BaseGeometry]:
    areas = {}
    for path in sorted(folder.glob("*.geojson")):
        try:
            areas[path.stem] = from_geojson(path.read_text(encoding="utf-8"))
        except Exception as error:
            raise ConfigError(f"the area file `{path.name}` is no GeoJSON") from error
    return areas


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFKD", name.strip().lower())
    text = "".join(character for character in text if not unicodedata.combining(character))
    for suffix in _SUFFIXES:
        text = text.removesuffix(suffix)
    return text.replace("saint ", "st. ").replace("st ", "st. ")
