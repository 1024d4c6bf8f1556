"""The company's page: choose a phone, have its owner asked, see the answer on a map."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import jinja2
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.enums import MediaType
from litestar.params import FromPath, JSONBody

from breakseal.client.answers import AnswerError
from breakseal.demo.pages import application, own_page
from breakseal.demo.phone import DemoPhone
from breakseal.demo.roadside.desk import Desk, Said
from breakseal.demo.roadside.visiting import visit_routes
from breakseal.kernel.errors import UnavailableError
from breakseal.web import i18n

HERE = Path(__file__).parent
PRECISIONS = ("1km", "10km", "region")
MOST_USED = "RequestedServiceProvision"


class Ask(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Have somebody asked."""

    number: Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{4,14}$")]
    purpose: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9]{1,80}$")]
    precision: Literal["1km", "10km", "region"]


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Look again, under what was agreed to."""

    id: Annotated[str, msgspec.Meta(max_length=64)]


def create_roadside(desk: Desk, phones: Callable[[], tuple[DemoPhone, ...]], phone_page: str) -> Litestar:
    """Return the page's application; `phone_page` is where the visitor finds the demo's telephone."""
    words = i18n.load_catalogue()
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )

    @get("/")
    async def page(request: Request[Any, Any, Any]) -> Response[str]:
        language = i18n.choose(request).language
        offered = await _purposes(desk, words)
        shown = words.under(("roadside", "map"), language)
        text = templates.get_template("roadside.html").render(
            lang=language, t=lambda message: words.t(message, language), phones=phones(), purposes=offered,
            precisions=PRECISIONS, phone_page=phone_page,
            words=msgspec.json.encode(shown).decode().replace("<", "\\u003c"),
        )  # fmt: skip
        return Response(text, media_type=MediaType.HTML)

    @post("/api/ask", status_code=200)
    async def ask(request: Request[Any, Any, Any], data: JSONBody[Ask]) -> Said:
        own_page(request)
        language = i18n.choose(request).language
        return await to_thread(desk.ask, data.number, data.purpose, data.precision, language)

    @get("/api/state/{name:str}")
    async def state(name: FromPath[str]) -> Said:
        return await to_thread(desk.state, name)

    @post("/api/look", status_code=200)
    async def look(request: Request[Any, Any, Any], data: JSONBody[Look]) -> Said:
        own_page(request)
        return await to_thread(desk.look, data.id)

    return application([page, ask, state, look, *visit_routes(desk)], {"/roadside": HERE / "static"})


async def _purposes(desk: Desk, words: i18n.Catalogue) -> tuple[str, ...]:
    """Return the offered purposes that this page has words for; without a server only the usual one."""
    try:
        offered = await to_thread(desk.purposes)
    except (UnavailableError, AnswerError):
        offered = ()
    known = {one for one in offered if words.has(f"roadside.purpose.{one}")}
    return (MOST_USED, *sorted(known - {MOST_USED}))
