"""The demo's telephone: dials 911, shows its text messages and answers them; a program apart from the web tier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.enums import MediaType
from litestar.params import JSONBody

from breakseal.callgate.report import Location
from breakseal.courier.phonebox import PhoneMessage
from breakseal.demo.pages import application, own_page
from breakseal.demo.switch import Line, Switch
from breakseal.demo.texts import Texts, reply_route
from breakseal.kernel.ports import Clock
from breakseal.web import i18n

HERE = Path(__file__).parent
PLACES: dict[str, tuple[float, float, float, int]] = {
    "home": (44.0572, -123.0869, 25, 10),
    "park": (44.0565, -123.0722, 60, 40),
    "far": (44.0030, -123.2500, 1800, 900),
}
"""Latitude, longitude, radius in metres and age in seconds of the fixes that the demo's network can send.

All are in the county that the demo's centre serves; home is in the ZIP code of Rosa's address.
"""


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """A made-up person's phone; `number` is E.164 of a range kept for fiction. `words` stand for a name."""

    number: str
    name: str = ""
    words: str = ""


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
    switch: Switch, phones: Callable[[], tuple[DemoPhone, ...]], texts: Texts, clock: Clock
) -> Litestar:
    """Return the telephone's application."""
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
        return PhoneState(now=clock.now(), lines=switch.lines(), messages=await texts.newest())

    @post("/api/dial", status_code=200)
    async def dial(request: Request[Any, Any, Any], data: JSONBody[Dial]) -> Line:
        own_page(request)
        return await switch.dial(data.number, data.position, _fix(data.place, clock))

    @post("/api/call", status_code=200)
    async def act(request: Request[Any, Any, Any], data: JSONBody[CallAction]) -> Line:
        own_page(request)
        if data.action == "transfer":
            return await switch.transfer(data.call, data.position)
        fix = _fix(data.place, clock)
        if data.action == "locate" and fix:
            return await switch.locate(data.call, fix)
        return await switch.hang_up(data.call)

    return application([phone_page, state, dial, act, reply_route(texts)], {"/phone": HERE / "static"})


def _fix(place: str, clock: Clock) -> Location | None:
    if place not in PLACES:
        return None
    lat, lon, radius, age = PLACES[place]
    return Location(lat=lat, lon=lon, radius=radius, at=clock.now() - age)
