"""The desks' pages: shells that the browser fills, as what stands on them is sealed to it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.response import Redirect

from breakseal.web import facts, guards
from breakseal.web.pages import page
from breakseal.web.parts import WebParts
from breakseal.web.ports import Session

Pages = Request[Any, Any, Any]
DESKS = {"investigator": "/orders", "legal-reviewer": "/reviews"}
"""The page of each role that has a desk of its own."""
HOURS = (1, 4, 8, 12)
"""How long an officer's session may be; the keyholder ends it after a shift at the latest."""


class DeskData(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk's module needs to know: whose desk it is, and how organisations are called."""

    org: str
    handle: str
    names: dict[str, str]


@get("/desk/sign-in", opt=guards.PUBLIC, include_in_schema=False)
async def sign_in(request: Pages) -> Response[Any]:
    """Show the form that begins a session at a desk."""
    parts: WebParts = request.app.state.parts
    data = {"door": parts.settings.door_origin, "desks": DESKS}
    return page(request, "orders/sign_in.html", data=data, messages=("desk",), hours=HOURS)


@get("/orders", opt=guards.PUBLIC, include_in_schema=False)
async def orders(request: Pages) -> Response[Any]:
    """Show an investigator the orders of their agency, and where the phone of one is."""
    return await _desk(request, "investigator", "orders/orders.html", ("desk", "orders", "map"))


@get("/reviews", opt=guards.PUBLIC, include_in_schema=False)
async def reviews(request: Pages) -> Response[Any]:
    """Show a legal reviewer the papers of other agencies that wait for a call to the court."""
    return await _desk(request, "legal-reviewer", "orders/reviews.html", ("desk", "reviews"))


async def _desk(request: Pages, role: str, template: str, messages: tuple[str, ...]) -> Response[Any]:
    session = await guards.session_of(request)
    if session is None or session.kind != "officer" or session.role != role:
        asked = request.query_params.get("lang")
        return Redirect("/desk/sign-in" + (f"?lang={asked}" if asked in ("en", "es") else ""))
    known = await facts.current(request)
    names = {one.org: one.name for one in known.organisations}
    own = names.get(session.org, session.org)
    return page(request, template, data=_data(session, names), messages=messages, own_org=own)


def _data(session: Session, names: dict[str, str]) -> DeskData:
    return DeskData(org=session.org, handle=session.handle, names=names)


ROUTES = Router(path="/", route_handlers=[sign_in, orders, reviews])
