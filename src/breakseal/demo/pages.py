"""What the demo's pages share: their dress, their files, and the refusal of what another site's page sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from litestar import Litestar, Request, Response
from litestar.static_files import create_static_files_router

from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.web.pages import WEB

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
"""`data:` images are the map library's own buttons."""


def application(routes: list[Any], folders: dict[str, Path]) -> Litestar:
    """Return an application of `routes`, with the web tier's public files and the files of `folders`."""
    public = {"/vendor": WEB / "static" / "vendor", "/static": WEB / "static"}
    return Litestar(
        route_handlers=[*routes, *(_files(path, folder) for path, folder in {**public, **folders}.items())],
        exception_handlers={BreaksealError: _problem},
        before_send=[_dress],
        openapi_config=None,
        request_max_body_size=16 * 1024,
        logging_config=None,
    )


def own_page(request: Request[Any, Any, Any]) -> None:
    """Refuse what another site's page sent: these programs act for nobody else.

    Raises:
        RefusedError: it did.
    """
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise RefusedError("the request came from another page", reason="foreign-origin")


def _files(path: str, folder: Path) -> Any:  # noqa: ANN401 # Litestar's router
    return create_static_files_router(path=path, directories=[folder], name=path)


def _problem(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    reason = str(getattr(error, "reason", "internal"))
    return Response(
        {"reason": reason, "title": str(error)}, status_code=400, media_type="application/problem+json"
    )


async def _dress(message: Any, _: Any) -> None:  # noqa: ANN401 # Litestar's hook
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in HEADERS.items())]
