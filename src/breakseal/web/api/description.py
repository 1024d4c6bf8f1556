"""The description of all interfaces (OpenAPI 3.1)."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, get

from breakseal.web import guards


@get("/openapi.json", opt=guards.PUBLIC, include_in_schema=False)
async def description(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """Return the OpenAPI document."""
    return Response(request.app.openapi_schema.to_schema(), media_type="application/vnd.oai.openapi+json")


ROUTES = Router(path="/", route_handlers=[description])
