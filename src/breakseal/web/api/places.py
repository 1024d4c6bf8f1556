"""Which county somebody means, and who serves it; for the page on which a profile is turned on."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, post
from litestar.params import JSONBody

from breakseal.kernel.errors import RequestError
from breakseal.programmes.emergency.coverage import Place
from breakseal.web import guards
from breakseal.web.api.messages import PlaceIn, ServedBy
from breakseal.web.places import Asked, centres_at, find, gazetteer_of


@post("/places", opt=guards.PUBLIC, status_code=200, summary="Who serves a place; kept and logged nowhere")
async def who_serves(request: Request[Any, Any, Any], data: JSONBody[PlaceIn]) -> ServedBy:
    """Take a ZIP code, "County, ST", or "#" and a county code."""
    county, _, state = data.place.strip()[:80].partition(",")
    is_zip = county.isascii() and county.isdigit()
    asked = Asked(zip=county) if is_zip else Asked(county=county, state=state.strip().upper())
    gazetteer = await gazetteer_of(request)
    coded = gazetteer.coded(county[1:]) if county.startswith("#") else None
    place = Place(coded) if coded else find(gazetteer, asked)
    if place is None:
        raise RequestError("no such place is known", reason="not-found")
    centres = await centres_at(request, place)
    return ServedBy(
        code=place.county.code,
        name=f"{place.county.name}, {place.county.state}",
        agencies=tuple(centre.name for centre in centres),
    )


ROUTES = Router(path="/", route_handlers=[who_serves])
