"""The demo's telephone: a page that dials 911 and shows its text messages; a program apart from the web tier."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.enums import MediaType
from litestar.static_files import create_static_files_router

from breakseal.callgate.report import Location
from breakseal.courier.phonebox import PhoneMessage, read_folder
from breakseal.demo.switch import Line, Switch
from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.kernel.ports import Clock
from breakseal.web import i18n
from breakseal.web.app import WEB

HERE = Path(__file__).parent
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
PLACES: dict[str, tuple[float, float, float, int]] = {
    "home": (43.0731, -89.3838, 25, 10),
    "park": (43.0800, -89.3700, 60, 40),
    "far": (43.0200, -89.2500, 1800, 900),
}
"""Latitude, longitude, radius in metres and age in seconds of the fixes that the demo's network can send."""


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A made-up person's phone; `number` is E.164 of a range kept for fiction."""

    name: str
    number: str


class Dial(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Call 911."""

    number: Annotated[str, msgspec.Meta(max_length=40)]
    position: str = ""
    place: Literal["", "home", "park", "far"] = ""


class CallAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Do something with a call."""

    call: str
    action: Literal["hang-up", "transfer", "locate"]
    position: str = ""
    place: Literal["home", "park", "far"] = "home"


class PhoneState(msgspec.Struct, frozen=True, kw_only=True):
    """What the page shows: the calls, and the messages, newest first."""

    now: int
    lines: list[Line]
    messages: list[PhoneMessage]


def create_phone(
    switch: Switch, phones: Callable[[], tuple[DemoPhone, ...]], inbox: Path, clock: Clock
) -> Litestar:
    """Return the telephone's application; `inbox` is the courier's folder of messages."""
    words = i18n.load_catalogue()
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )

    @get(["/", "/demo/phone"])
    async def phone_page(request: Request[Any, Any, Any]) -> Response[str]:
        language = i18n.choose(request).language
        shown = words.under(("phone",), language)
        text = templates.get_template("phone.html").render(
            lang=language, t=lambda message: words.t(message, language), phones=phones(), positions=switch.positions,
            places=tuple(PLACES), words=msgspec.json.encode(shown).decode().replace("<", "\\u003c"),
        )  # fmt: skip
        return Response(text, media_type=MediaType.HTML)

    @get("/api/state")
    async def state() -> PhoneState:
        messages = await to_thread(read_folder, inbox)
        return PhoneState(now=clock.now(), lines=switch.lines(), messages=messages[::-1][:20])

    @post("/api/dial", status_code=200)
    async def dial(request: Request[Any, Any, Any], data: Dial) -> Line:
        _own_page(request)
        return await switch.dial(data.number, data.position, _fix(data.place, clock))

    @post("/api/call", status_code=200)
    async def act(request: Request[Any, Any, Any], data: CallAction) -> Line:
        _own_page(request)
        if data.action == "transfer":
            return await switch.transfer(data.call, data.position)
        fix = _fix(data.place, clock)
        if data.action == "locate" and fix:
            return await switch.locate(data.call, fix)
        return await switch.hang_up(data.call)

    return _application([phone_page, state, dial, act])


def _application(routes: list[Any]) -> Litestar:
    return Litestar(
        route_handlers=[*routes, *_static()],
        exception_handlers={BreaksealError: _problem},
        before_send=[_dress],
        openapi_config=None,
        request_max_body_size=16 * 1024,
        logging_config=None,
    )


def _static() -> list[Any]:
    folders = {"/vendor": WEB / "static" / "vendor", "/phone": HERE / "static", "/static": WEB / "static"}
    return [
        create_static_files_router(path=path, directories=[folder], name=path)
        for path, folder in folders.items()
    ]


def _fix(place: str, clock: Clock) -> Location | None:
    if place not in PLACES:
        return None
    lat, lon, radius, age = PLACES[place]
    return Location(lat=lat, lon=lon, radius=radius, at=clock.now() - age)


def _own_page(request: Request[Any, Any, Any]) -> None:
    """Refuse what another site's page sent: this phone must not dial for strangers."""
    origin = request.headers.get("origin")
    if origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        raise RefusedError("the request came from another page", reason="foreign-origin")


def _problem(_: Request[Any, Any, Any], error: Exception) -> Response[dict[str, str]]:
    reason = str(getattr(error, "reason", "internal"))
    return Response(
        {"reason": reason, "title": str(error)}, status_code=400, media_type="application/problem+json"
    )


async def _dress(message: Any, _: Any) -> None:  # noqa: ANN401 # Litestar's hook
    if message["type"] == "http.response.start":
        message["headers"] = [*message["headers"], *((k.encode(), v.encode()) for k, v in HEADERS.items())]
