"""The desks' pages: shells that the browser fills, as what stands on them is sealed to it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, Router, get
from litestar.response import Redirect

from breakseal.kernel.model import exigent
from breakseal.web import facts, guards
from breakseal.web.desks import DESKS, roles_of
from breakseal.web.pages import page
from breakseal.web.parts import WebParts
from breakseal.web.ports import Session

Pages = Request[Any, Any, Any]
HOURS = (1, 4, 8, 12)
"""How long an officer's session may be; the keyholder ends it after a shift at the latest."""


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """How long what lasts in a danger to life, in seconds, and how many looks; the keyholder judges by the same."""

    alone: int = exigent.ALONE
    life: int = exigent.LIFE
    review: int = exigent.REVIEW_WITHIN
    looks: int = exigent.CONFIRMED_LOOKS


class DeskData(msgspec.Struct, frozen=True, kw_only=True):
    """What a desk's module needs to know: whose desk it is, and how organisations are called."""

    org: str
    handle: str
    role: str
    names: dict[str, str]
    times: Times = Times()


@get("/desk/sign-in", opt=guards.PUBLIC, include_in_schema=False)
async def sign_in(request: Pages) -> Response[Any]:
    """Show the form that begins a session at a desk."""
    parts: WebParts = request.app.state.parts
    data = {"door": parts.settings.door_origin, "desks": DESKS}
    return page(request, "orders/sign_in.html", data=data, messages=("desk",), hours=HOURS)


@get("/orders", opt=guards.PUBLIC, include_in_schema=False)
async def orders(request: Pages) -> Response[Any]:
    """Show an investigator the orders of their agency, and where the phone of one is."""
    return await _desk(request, "/orders", "orders/orders.html", ("desk", "orders", "map"))


@get("/danger", opt=guards.PUBLIC, include_in_schema=False)
async def danger(request: Pages) -> Response[Any]:
    """Show an investigator and their supervisor where the agency's requests in a danger to life stand."""
    return await _desk(request, "/danger", "orders/danger.html", ("desk", "danger", "orders", "map"))


@get("/reviews", opt=guards.PUBLIC, include_in_schema=False)
async def reviews(request: Pages) -> Response[Any]:
    """Show a reviewer what other agencies wait for: a call to the court or to them, or a judgement."""
    return await _desk(request, "/reviews", "orders/reviews.html", ("desk", "reviews", "urgent", "danger"))


async def _desk(request: Pages, path: str, template: str, messages: tuple[str, ...]) -> Response[Any]:
    session = await guards.session_of(request)
    if session is None or session.kind != "officer" or session.role not in roles_of(path):
        return Redirect("/desk/sign-in" + _asked(request, path))
    known = await facts.current(request)
    names = {one.org: one.name for one in known.organisations}
    own = names.get(session.org, session.org)
    data = _data(session, names)
    return page(request, template, data=data, messages=messages, own_org=own, role=session.role)


def _asked(request: Pages, path: str) -> str:
    """Return the query that keeps the language, and the desk where it is not the first of every role that has it."""
    lang = request.query_params.get("lang")
    first = all(DESKS[role][0] == path for role in roles_of(path))
    asked = ([] if first else [f"to={path}"]) + ([f"lang={lang}"] if lang in ("en", "es") else [])
    return "?" + "&".join(asked) if asked else ""


def _data(session: Session, names: dict[str, str]) -> DeskData:
    return DeskData(org=session.org, handle=session.handle, role=session.role, names=names)


ROUTES = Router(path="/", route_handlers=[sign_in, orders, danger, reviews])
