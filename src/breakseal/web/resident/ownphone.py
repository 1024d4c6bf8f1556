"""The page of a person's own phone: a shell that the browser fills, as everything on it is sealed."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get

from breakseal.web import guards
from breakseal.web.pages import page


@get("/own-phone", opt=guards.SUBJECT, include_in_schema=False)
async def own_phone(request: Request[Any, Any, Any]) -> Response[bytes]:
    """What one's own phone last told, and the devices that may report."""
    return page(request, "resident/own_phone.html", messages=("ownphone", "map"))


ROUTES = Router(path="/", route_handlers=[own_phone])
