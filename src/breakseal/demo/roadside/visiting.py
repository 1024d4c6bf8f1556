"""The customer at this very browser agrees there: the way to Breakseal, and back with a code."""

from __future__ import annotations

from asyncio import to_thread
from typing import Annotated, Any, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import JSONBody
from litestar.response import Redirect

from breakseal.demo.pages import own_page
from breakseal.demo.roadside.desk import Desk

VISIT = "road_visit"
"""The cookie that holds the state of this browser's visit, so that nobody comes back with another's."""


class Begin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Have the person at this browser agree there."""

    purpose: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,80}$")]
    precision: Literal["1km", "10km", "region"]


def visit_routes(desk: Desk) -> list[Any]:
    """Return the routes of a visit."""

    @post("/api/begin", status_code=200)
    async def begin(request: Request[Any, Any, Any], data: JSONBody[Begin]) -> Response[dict[str, str]]:
        own_page(request)
        visit = await to_thread(desk.begin, data.purpose, data.precision, f"{request.base_url}back")
        kept = Cookie(key=VISIT, value=visit.state, path="/", httponly=True, samesite="lax", max_age=600)
        return Response({"to": visit.to}, cookies=[kept])

    @get("/back")
    async def back(request: Request[Any, Any, Any]) -> Redirect:
        state, asked = request.query_params.get("state", ""), request.cookies.get(VISIT, "")
        if not state or state != asked:  # another browser's visit, or none
            return Redirect("/#not-yours")
        said = await to_thread(desk.came, state, request.query_params.get("code", ""))
        return Redirect(f"/#{said.state}={said.id}")

    return [begin, back]
