"""What a stock phone app reports, read as fixes: latitude, longitude, radius and time, and nothing else.

INVARIANT: an allow-list. The shapes below name the four members that pass; speed, heading, altitude, battery,
Wi-Fi, cells and names have no place in them, so they are gone before anything is kept.

What is no report at all is refused; a report of an impossible place or time is dropped in silence, because the app
would send it again for ever.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from breakseal.kernel.model.fixes import KEPT_SECONDS
from breakseal.kernel.model.location import Fix
from breakseal.programmes.location.errors import EncryptedReportError, ReportError

KEPT_FIXES = 500
"""How many fixes of one device are kept, newest first."""
AHEAD_SECONDS = 300
"""By how much a phone's clock may be ahead of ours."""
UNSAID_RADIUS = 100
"""Metres, where the app says no accuracy: most such apps send satellite fixes only."""
WIDEST_RADIUS = 1_000_000
_MILLISECONDS_FROM = 10**11
"""A greater number of a time counts milliseconds: as seconds it would be past the year 5000."""
Time = float | str
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """A report that names its device in its own words: `who` is device and key, as the app was given them."""

    who: str
    fixes: tuple[Fix, ...]


class _OwnTracks(msgspec.Struct, frozen=True):
    """OwnTracks booklet, "JSON": only `location` is of use."""

    kind: str = msgspec.field(name="_type")
    lat: float | None = None
    lon: float | None = None
    acc: float | None = None
    tst: float | None = None


class _Coords(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float
    accuracy: float | None = None


class _Located(msgspec.Struct, frozen=True):
    timestamp: Time
    coords: _Coords


class _Traccar(msgspec.Struct, frozen=True):
    """Traccar Client 9 and later: one location, or several where the app sends in batches."""

    device_id: str
    location: _Located | list[_Located]


class _Geometry(msgspec.Struct, frozen=True):
    coordinates: list[float]


class _Properties(msgspec.Struct, frozen=True):
    timestamp: Time
    horizontal_accuracy: float | None = None


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Geometry
    properties: _Properties


class _Overland(msgspec.Struct, frozen=True):
    """Overland's batches: GeoJSON features (RFC 7946), each read by itself."""

    locations: list[msgspec.Raw]


_owntracks = msgspec.json.Decoder(_OwnTracks, strict=False)
_traccar = msgspec.json.Decoder(_Traccar, strict=False)
_overland = msgspec.json.Decoder(_Overland)
_feature = msgspec.json.Decoder(_Feature, strict=False)


def read_owntracks(body: bytes, now: int) -> tuple[Fix, ...]:
    """Return the fix of an OwnTracks message; none for the other kinds of message, and for an empty one.

    Raises:
        ReportError: not such a message.
        EncryptedReportError: the app encrypts what it sends with a key of its own, which nobody here has.
    """
    if not body:
        return ()
    told = _decoded(_owntracks, body)
    if told.kind == "encrypted":
        raise EncryptedReportError("turn off encryption in the app: here each fix is sealed as it comes in")
    if told.kind != "location" or told.lat is None or told.lon is None or told.tst is None:
        return ()
    return _kept([_fix(told.lat, told.lon, told.acc, told.tst)], now)


def read_osmand(fields: Mapping[str, str], now: int) -> Told:
    """Return what a form of OsmAnd's, of older Traccar clients' or of GPSLogger's says; without a time it is of now.

    Raises:
        ReportError: no place in it, or one that is not written in numbers.
    """
    lat, lon = fields.get("lat", ""), fields.get("lon", "")
    if not lat and "," in fields.get("location", ""):
        lat, _, lon = fields["location"].partition(",")
    said = fields.get("accuracy", "").strip()
    try:
        place = float(lat), float(lon), float(said) if said else None
    except ValueError as error:
        raise ReportError("the report has no latitude and longitude in numbers") from error
    fix = _fix(*place, fields.get("timestamp", "") or now)
    return Told(fields.get("id") or fields.get("deviceid") or "", _kept([fix], now))


def read_traccar(body: bytes, now: int) -> Told:
    """Return what Traccar Client says.

    Raises:
        ReportError: not such a message.
    """
    told = _decoded(_traccar, body)
    several = told.location if isinstance(told.location, list) else [told.location]
    fixes = (
        _fix(one.coords.latitude, one.coords.longitude, one.coords.accuracy, one.timestamp) for one in several
    )
    return Told(told.device_id, _kept(fixes, now))


def read_overland(body: bytes, now: int) -> tuple[Fix, ...]:
    """Return the fixes of an Overland batch; a feature that is no point in time is left out.

    Raises:
        ReportError: not such a batch.
    """
    return _kept((_of_feature(raw) for raw in _decoded(_overland, body).locations), now)


def _of_feature(raw: msgspec.Raw) -> Fix | None:
    try:
        told = _decoded(_feature, bytes(raw))
    except ReportError:
        return None
    place, said = told.geometry.coordinates, told.properties
    return _fix(place[1], place[0], said.horizontal_accuracy, said.timestamp) if len(place) >= 2 else None


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ReportError("the report is not in the form that this app sends") from error


def _fix(lat: float, lon: float, radius: float | None, at: Time) -> Fix | None:
    """Return the four values that pass, or None where one of them cannot be."""
    when, metres = _seconds(at), UNSAID_RADIUS if radius is None else radius
    if when is None or not (abs(lat) <= 90 and abs(lon) <= 180 and 0 <= metres <= WIDEST_RADIUS):
        return None
    return Fix(
        lat=round(lat * 1_000_000), lon=round(lon * 1_000_000), radius=max(math.ceil(metres), 1), at=when
    )


def _seconds(told: Time) -> int | None:
    """Return the Unix second of a number of seconds or milliseconds, or of a time after ISO 8601 (RFC 3339)."""
    try:
        number = float(told)
    except ValueError:
        return _of_text(str(told))
    if not math.isfinite(number):
        return None
    return int(number / 1000 if abs(number) >= _MILLISECONDS_FROM else number)


def _of_text(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text.strip())
        return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _kept(fixes: Iterable[Fix | None], now: int) -> tuple[Fix, ...]:
    """Return those that are neither old nor of the future, one of each time, the newest `KEPT_FIXES`, newest first."""
    known = (fix for fix in fixes if fix and now - KEPT_SECONDS < fix.at <= now + AHEAD_SECONDS)
    # A clock that is ahead is not believed: of a fix "to come" nobody could say how old it is.
    timely = {
        min(fix.at, now): replace(fix, at=min(fix.at, now)) for fix in sorted(known, key=lambda fix: fix.at)
    }
    return tuple(timely[at] for at in sorted(timely, reverse=True)[:KEPT_FIXES])
