"""The try-out's pages: templates with the catalogue's words, and what the answer says in words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from markupsafe import Markup

from breakseal.client.answers import Location
from breakseal.tryout.config import TryoutConfig
from breakseal.tryout.desk import WANTED
from breakseal.web import i18n

HERE = Path(__file__).parent
SOURCES = ("carrier", "phone")


class Circle(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for the page's module: degrees, metres, Unix seconds, and the age in seconds."""

    lat: float
    lon: float
    radius: float
    at: int
    age: int
    source: str


class Pages:
    """Renders the templates."""

    def __init__(self, config: TryoutConfig) -> None:
        self._config = config
        self._words = i18n.load_catalogue()
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
            trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip

    def show(
        self,
        request: Request[Any, Any, Any],
        template: str,
        *,
        status: int = 200,
        data: object = None,
        **values: object,
    ) -> Response[bytes]:
        """Return the page of `template`, in the reader's language."""
        choice = i18n.choose(request)
        lang = f"?lang={choice.language}" if choice.explicit else ""
        shown = self._words.under(("map", "js.try"), choice.language)
        text = self._templates.get_template(template).render(
            lang=choice.language, keep=lang, other="es" if choice.language == "en" else "en",
            t=lambda message, **known: self._words.t(message, choice.language, **known),
            web=self._config.web, name=self._config.name, recipient=self._config.recipient,
            precision=WANTED.precision, purpose=WANTED.purpose,
            data=_block(data), words=_block(shown), **values,
        )  # fmt: skip
        return Response(text.encode(), status_code=status, media_type=MediaType.HTML)


def circle_of(location: Location, now: int) -> Circle:
    """Return the answer as the page shows it."""
    at = int(datetime.fromisoformat(location.last_location_time).timestamp())
    middle = location.area.center
    return Circle(
        lat=middle.latitude, lon=middle.longitude, radius=location.area.radius, at=at, age=max(now - at, 0),
        source=location.source if location.source in SOURCES else "unsaid",
    )  # fmt: skip


def time_of(at: int) -> str:
    """Return a Unix second as people without scripts read it."""
    return datetime.fromtimestamp(at, UTC).strftime("%H:%M:%S UTC")


def _block(value: object) -> Markup:
    text = msgspec.json.encode(value).decode()
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 # JSON with every markup character escaped
