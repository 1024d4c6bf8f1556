"""Pages from templates: words in the reader's language, links that keep it, data for the page's own module."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from markupsafe import Markup

from breakseal.web import i18n
from breakseal.web.desks import DESKS
from breakseal.web.parts import WebParts

WEB = Path(__file__).parent
TEMPLATE_DIRS = (WEB / "templates", WEB / "board" / "templates")


def template_environment(folders: tuple[Path, ...] = TEMPLATE_DIRS) -> jinja2.Environment:
    """Return the environment of all templates; everything is escaped, an unknown name is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@dataclass(frozen=True, slots=True)
class View:
    """What every template gets: the language, and the functions that depend on it."""

    words: i18n.Catalogue
    choice: i18n.Choice
    path: str

    def t(self, message: str, **values: object) -> str:
        """Return a message in the reader's language."""
        return self.words.t(message, self.choice.language, **values)

    def url(self, path: str, **query: str) -> str:
        """Return an internal address that keeps a language asked for by address."""
        asked = dict(query)
        if self.choice.explicit:
            asked.setdefault("lang", self.choice.language)
        return f"{path}?{urlencode(asked)}" if asked else path

    def other_language(self) -> dict[str, str]:
        """Return the address of this page in the other language, and that language."""
        other = "es" if self.choice.language == "en" else "en"
        return {"href": f"{self.path}?lang={other}", "lang": other}


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    status: int = 200,
    data: object = None,
    messages: tuple[str, ...] = (),
    **values: Any,  # noqa: ANN401 # templates take any value
) -> Response[bytes]:
    """Return the page of `template`.

    `data` (anything msgspec encodes) and the messages below the prefixes `messages` reach the page's
    module as JSON in a data block, which no browser runs.
    """
    view = View(words=request.app.state.words, choice=i18n.choose(request), path=request.scope["path"])
    parts: WebParts = request.app.state.parts
    context = {
        "view": view,
        "t": view.t,
        "url": view.url,
        "lang": view.choice.language,
        "other": view.other_language(),
        "settings": parts.settings,
        "desks": DESKS,
        "signed_in": getattr(request.state, "session", None),
        "page_data": _block(data),
        "page_messages": _block(view.words.under(("js", *messages), view.choice.language)),
        **values,
    }
    text = environment_of(request).get_template(template).render(context)
    return Response(content=text.encode(), status_code=status, media_type=MediaType.HTML)


def environment_of(request: Request[Any, Any, Any]) -> jinja2.Environment:
    """Return the application's template environment."""
    environment: jinja2.Environment = request.app.state.templates
    return environment


def _block(value: object) -> Markup:
    text = msgspec.json.encode(value).decode()
    for character, escape in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 # JSON with every markup character escaped


Render = Callable[..., Response[bytes]]
