"""Photos: drawn again and given back, so that the browser can seal them. Nothing is kept."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, Router, post

from breakseal.programmes.emergency import photo
from breakseal.web import guards


@post(
    "/photo", opt=guards.SUBJECT, status_code=200, summary="Have a photo made small and free of metadata",
    request_max_body_size=photo.MAX_BYTES + 1024,
)  # fmt: skip
async def take_photo(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Take image bytes, return a JPEG of at most 1,024 pixels a side."""
    jpeg = await photo.reencode_apart(await request.body())
    return Response(jpeg, media_type="image/jpeg")


ROUTES = Router(path="/", route_handlers=[take_photo])
