"""The try-out's application: type a number, wait for the phone's own answer, see it once.

INVARIANT: there is one address that can show a place, by one method and in one format; `Accept`, suffixes, queries and
overrides decide nothing, because nothing here looks at them. Whoever is refused gets one page, the same bytes for all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from breakseal.kernel.errors import BreaksealError, RequestError
from breakseal.kernel.ports import Clock
from breakseal.tryout.config import TryoutConfig
from breakseal.tryout.desk import Desk, NotFoundNowError
from breakseal.tryout.forms import Cookie, check_own_page, number_of
from breakseal.tryout.pages import HERE, Pages, circle_of, time_of
from breakseal.web import i18n
from breakseal.web.pages import WEB

Visit = Request[Any, Any, Any]
PAGE, WAITING, STATE, ANSWER = "/try", "/try/wait", "/try/state", "/try/answer"
QUERIES = (b"", b"lang=en", b"lang=es")
LIFE = 900
"""Seconds for which the browser keeps its cookie: a little longer than a try lives."""
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pages work with."""

    config: TryoutConfig
    desk: Desk
    pages: Pages
    cookie: Cookie
    clock: Clock


def create_tryout(config: TryoutConfig, desk: Desk, clock: Clock) -> Litestar:
    """Return the application; `desk` holds the open tries."""
    return Litestar(
        route_handlers=[page, ask, waiting, state, answer, *_files()],
        exception_handlers={HTTPException: nothing, BreaksealError: nothing},
        before_send=[_dress],
        lifespan=[_ending(desk)],
        openapi_config=None,
        request_max_body_size=4096,
        state=State({"tryout": Parts(config, desk, Pages(config), Cookie(config.origin, LIFE), clock)}),
        logging_config=None,
    )


def _parts(request: Visit) -> Parts:
    parts: Parts = request.app.state.tryout
    return parts


def nothing(request: Visit, _error: Exception | None = None) -> Response[bytes]:
    """Answer whoever has nothing to see, with the one page that there is for it."""
    return _parts(request).pages.show(request, "nothing.html", status=404)


@get(["/", PAGE])
async def page(request: Visit) -> Response[bytes]:
    """Show the form."""
    return _parts(request).pages.show(request, "form.html", wrong=False)


@post(PAGE, status_code=303)
async def ask(request: Visit) -> Response[bytes]:
    """Begin a try. The answer does not wait for the question to go out, and so says nothing of the number."""
    parts = _parts(request)
    check_own_page(request, parts.config.origin)
    try:
        number = await number_of(request, parts.config.region)
    except RequestError:
        return parts.pages.show(request, "form.html", status=400, wrong=True)
    choice = i18n.choose(request)
    name = parts.desk.begin(number, choice.language, _visitor(request), parts.cookie.of(request))
    keep = f"?lang={choice.language}" if choice.explicit else ""
    headers = {"location": WAITING + keep, "set-cookie": parts.cookie.set(name)}
    return Response(b"", status_code=303, headers=headers)


def _visitor(request: Visit) -> str:
    header = _parts(request).config.visitor_header
    if header:
        return request.headers.get(header, "")
    return request.client.host if request.client else ""


@get(WAITING)
async def waiting(request: Visit) -> Response[bytes]:
    """Show that the phone's answer is waited for."""
    parts = _parts(request)
    if parts.desk.state(parts.cookie.of(request)) == "over":
        return nothing(request)
    return parts.pages.show(request, "wait.html", unavailable=False)


@get(STATE)
async def state(request: Visit) -> dict[str, str]:
    """Tell the page's own module how it stands; never more than that."""
    parts = _parts(request)
    return {"state": parts.desk.state(parts.cookie.of(request))}


@post(ANSWER, status_code=200)
async def answer(request: Visit) -> Response[bytes]:
    """Show the one answer, once, to the browser that asked."""
    parts = _parts(request)
    check_own_page(request, parts.config.origin)
    if request.scope.get("raw_path") != ANSWER.encode() or request.scope["query_string"] not in QUERIES:
        return nothing(request)
    try:
        found = await parts.desk.answer(parts.cookie.of(request))
    except NotFoundNowError:
        return parts.pages.show(request, "wait.html", unavailable=True)
    circle = circle_of(found, parts.clock.now())
    return parts.pages.show(request, "answer.html", data=circle, circle=circle, seen=time_of(circle.at))


def _files() -> list[Any]:
    folders = {"/vendor": WEB / "static" / "vendor", "/static": WEB / "static", "/tryout": HERE / "static"}
    return [
        create_static_files_router(path=path, directories=[folder], name=path)
        for path, folder in folders.items()
    ]


def _ending(desk: Desk) -> Any:  # noqa: ANN401 # Litestar's lifespan
    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        try:
            yield
        finally:
            desk.close()

    return lifespan


async def _dress(message: Any, _: Any) -> None:  # noqa: ANN401 # Litestar's hook
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in HEADERS.items())]
