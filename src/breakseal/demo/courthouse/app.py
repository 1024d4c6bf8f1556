"""The clerk's page: order, hand the file over, read one's own copy out on the phone, end an order."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import jinja2
import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.enums import MediaType
from litestar.params import JSONBody

from breakseal.demo.courthouse.chambers import Chambers, Made, Wanted
from breakseal.demo.pages import application, own_page
from breakseal.demo.phone import DemoPhone
from breakseal.web import i18n

HERE = Path(__file__).parent
PRECISIONS = ("exact", "1km", "10km", "region")


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One order, by its docket."""

    docket: Annotated[str, msgspec.Meta(max_length=40)]


def create_courthouse(
    chambers: Chambers, end: Callable[[str], None], phones: Callable[[], tuple[DemoPhone, ...]], line: str
) -> Litestar:
    """Return the page's application; `end` hands in the court's statement, `line` is the court's own number."""
    words = i18n.load_catalogue()
    templates = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )

    @get("/")
    async def page(request: Request[Any, Any, Any]) -> Response[str]:
        language = i18n.choose(request).language
        shown = words.under(("courthouse", "js.place.precision"), language)
        text = templates.get_template("courthouse.html").render(
            lang=language, t=lambda message: words.t(message, language), phones=phones(), precisions=PRECISIONS,
            line=line, words=msgspec.json.encode(shown).decode().replace("<", "\\u003c"),
        )  # fmt: skip
        return Response(text, media_type=MediaType.HTML)

    @get("/api/orders")
    async def orders() -> list[Made]:
        return chambers.all()

    @post("/api/order", status_code=200)
    async def order(request: Request[Any, Any, Any], data: JSONBody[Wanted]) -> Made:
        own_page(request)
        return await to_thread(chambers.make, data)

    @post("/api/end", status_code=200)
    async def end_one(request: Request[Any, Any, Any], data: JSONBody[Named]) -> list[Made]:
        own_page(request)
        await to_thread(end, data.docket)
        return chambers.all()

    return application([page, orders, order, end_one], {"/courthouse": HERE / "static"})
