"""The way in: the landing page, signing in, and coming back from the door."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get

from breakseal.web import guards
from breakseal.web.pages import page

Pages = Request[Any, Any, Any]


@get("/", opt=guards.PUBLIC, include_in_schema=False)
async def landing(request: Pages) -> Response[bytes]:
    """What this is, what it refuses, and that one can always just tell the operator."""
    return page(request, "resident/landing.html")


@get("/sign-in", opt=guards.PUBLIC, include_in_schema=False)
async def sign_in(request: Pages) -> Response[bytes]:
    """Make a session key in this page and have it let in at the door."""
    return page(request, "resident/sign_in.html", messages=("signin",))


@get("/new", opt=guards.PUBLIC, include_in_schema=False)
async def new(request: Pages) -> Response[bytes]:
    """Before the door: what a passkey is, in two sentences."""
    return page(request, "resident/new.html", messages=("signin",))


@get("/welcome", opt=guards.PUBLIC, include_in_schema=False)
async def welcome(request: Pages) -> Response[bytes]:
    """Back from the door: say hello with the session key, then go on."""
    return page(request, "resident/welcome.html", messages=("signin",))


ROUTES = Router(path="/", route_handlers=[landing, sign_in, new, welcome])
