"""Address first: which centres could see a profile here. INVARIANT: nothing that is asked is stored or logged."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from breakseal.web import guards
from breakseal.web.pages import page
from breakseal.web.places import Asked, Unclear, centres_at, find, gazetteer_of

Pages = Request[Any, Any, Any]


class StartForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The form of the start page: a ZIP code, a point, or a state and county."""

    zip: str = ""
    lat: str = ""
    lon: str = ""
    state: str = ""
    county: str = ""


Form = Annotated[StartForm, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/start", opt=guards.PUBLIC, include_in_schema=False)
async def start(request: Pages) -> Response[bytes]:
    """Ask where the person lives."""
    states = (await gazetteer_of(request)).states()
    return page(request, "resident/start.html", states=states, typed=Asked(), unclear=None, listed=())


@post("/start", opt=guards.PUBLIC, include_in_schema=False, status_code=200, request_max_body_size=4096)
async def coverage(request: Pages, data: Form) -> Response[bytes]:
    """Say who could see a profile there; if nobody, say that plainly and keep nothing."""
    gazetteer = await gazetteer_of(request)
    typed = Asked(data.zip[:20], data.lat, data.lon, data.state[:20].upper(), data.county[:60])
    place = find(gazetteer, typed)
    if isinstance(place, Unclear):
        return page(
            request, "resident/start.html",
            states=gazetteer.states(), typed=typed, unclear=place, listed=gazetteer.counties(typed.state),
        )  # fmt: skip
    centres = await centres_at(request, place)
    remembered = {"code": place.county.code, "name": f"{place.county.name}, {place.county.state}"}
    return page(
        request, "resident/coverage.html", data=remembered if centres else None, place=place, serving=centres
    )


ROUTES = Router(path="/", route_handlers=[start, coverage])
