"""Which county somebody means, and who serves it; for the page on which a profile is turned on."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, post
from litestar.params import JSONBody

from breakseal.kernel.errors import RequestError
from breakseal.programmes.emergency.coverage import County, Gazetteer, Place
from breakseal.web import guards
from breakseal.web.api.messages import NamedPlace, Nearby, PlaceIn, ServedBy
from breakseal.web.places import Asked, Unclear, centres_at, find, gazetteer_of


@post("/places", opt=guards.PUBLIC, status_code=200, summary="Who serves a place; kept and logged nowhere")
async def who_serves(request: Request[Any, Any, Any], data: JSONBody[PlaceIn]) -> ServedBy:
    """Take a ZIP code, "County, ST", or "#" and a county code."""
    place = _meant(await gazetteer_of(request), data.place)
    if isinstance(place, Unclear):
        raise RequestError("no such place is known", reason="not-found")
    centres = await centres_at(request, place)
    return ServedBy(
        code=place.county.code,
        name=_name(place.county),
        agencies=tuple(centre.name for centre in centres),
    )


@post(
    "/places/near",
    opt=guards.PUBLIC,
    status_code=200,
    summary="What of a place was not understood, and what may be meant; kept and logged nowhere",
)
async def near(request: Request[Any, Any, Any], data: JSONBody[PlaceIn]) -> Nearby:
    """Take what `/places` takes; ", ST" lists the counties of a state."""
    place = _meant(await gazetteer_of(request), data.place)
    if isinstance(place, Place):
        return Nearby(near=(_named(place.county),))
    return Nearby(field=place.field, fault=place.fault, near=tuple(_named(county) for county in place.near))


def _meant(gazetteer: Gazetteer, text: str) -> Place | Unclear:
    county, _, state = text.strip()[:80].partition(",")
    county = county.strip()
    coded = gazetteer.coded(county[1:]) if county.startswith("#") else None
    if coded is not None:
        return Place(coded)
    if any(character.isdigit() for character in county):
        return find(gazetteer, Asked(zip=county))
    return find(gazetteer, Asked(county=county, state=state))


def _named(county: County) -> NamedPlace:
    return NamedPlace(code=county.code, name=_name(county))


def _name(county: County) -> str:
    return f"{county.name}, {county.state}"


ROUTES = Router(path="/", route_handlers=[who_serves, near])
