"""Where the phone is: who may look, one switch that pauses all, words by text, and which police may ask in need."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get

from breakseal.web import facts, guards
from breakseal.web.pages import page

REPLIES = ("yes", "day", "no", "silence", "stop", "start", "help", "language")
"""The answers by text that the page explains, as its catalogue names them."""


@get("/where", opt=guards.SUBJECT, include_in_schema=False)
async def where(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Show a shell; the browser reads the consents from the keyholder and fills it."""
    known = await facts.current(request)
    police = [(one.org, one.name) for one in known.organisations if one.kind == "police"]
    messages = ("where", "ownphone", "map")
    return page(request, "resident/where.html", messages=messages, replies=REPLIES, own=True, police=police)


@get("/would-see", opt=guards.PUBLIC, include_in_schema=False)
async def would_see(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Show what a company would get of a place that one picks: before agreeing, and without an account."""
    return page(request, "resident/would_see.html", messages=("map",), own=False)


ROUTES = Router(path="/", route_handlers=[where, would_see])
