"""Makes every page in every language ready at the start: templates with `{{message.key}}` from the catalogue.

No template engine and no request data: nothing that somebody sends ever stands in a page.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from breakseal.kernel.errors import ConfigError
from breakseal.keyholder.door.web import Answer

LANGUAGES = ("en", "es")
HERE = Path(__file__).parent
PAGES = {
    "/": "home", "/new": "new", "/sign": "sign", "/join": "join", "/sponsor": "sponsor", "/sheet": "sheet",
    "/recover": "recover", "/trail": "trail", "/receipt": "receipt", "/devices": "devices",
    "/devices/new": "second", "/oversight": "oversight", "/lodge": "lodge", "/review": "review", "/orders": "orders",
    "/exigent": "exigent", "/exigent/second": "seconding", "/exigent/call": "calling", "/exigent/judge": "judging",
    "/demo": "demo",
}  # fmt: skip
WORDS = "/words/"
_PLACE = re.compile(r"\{\{\s*([a-z0-9_.@-]+)\s*\}\}")

Catalogue = dict[str, dict[str, str]]


def load_catalogue(folder: Path) -> Catalogue:
    """Return language -> message key -> text, from every TOML file of `folder`.

    Raises:
        ConfigError: a message has not exactly one text in each language.
    """
    texts: Catalogue = {language: {} for language in LANGUAGES}
    for path in sorted(folder.glob("*.toml")):
        _collect(tomllib.loads(path.read_text("utf-8")), "", texts)
    return texts


def _collect(table: Mapping[str, object], prefix: str, texts: Catalogue) -> None:
    if all(isinstance(value, str) for value in table.values()):
        if set(table) != set(LANGUAGES):
            raise ConfigError(f"the door's message `{prefix}` needs exactly en and es")
        for language in LANGUAGES:
            texts[language][prefix] = str(table[language])
        return
    for name, value in table.items():
        if not isinstance(value, Mapping):
            raise ConfigError(f"the door's message `{prefix}` is half a table")
        _collect(value, f"{prefix}.{name}" if prefix else name, texts)


def fill(template: str, words: Mapping[str, str], values: Mapping[str, str]) -> str:
    """Return `template` with each `{{@name}}` replaced by a value as it is and each `{{key}}` by its escaped text.

    Raises:
        ConfigError: a key that the catalogue does not have.
    """

    def text(match: re.Match[str]) -> str:
        name = match[1]
        if name.startswith("@"):
            return values[name[1:]]
        if name not in words:
            raise ConfigError(f"the door has no message `{name}`")
        return html.escape(words[name], quote=True)

    return _PLACE.sub(text, template)


@dataclass(frozen=True, slots=True)
class Pages:
    """Every answer, by path and language."""

    ready: Mapping[tuple[str, str], Answer]

    @classmethod
    def load(cls, folder: Path = HERE, catalogue: Path = HERE.parent / "catalogue") -> Pages:
        """Read templates and catalogue and make every page.

        Raises:
            ConfigError: a message is missing in a language.
        """
        texts = load_catalogue(catalogue)
        layout, proposed = ((folder / f"{name}.html").read_text("utf-8") for name in ("layout", "proposed"))
        ready: dict[tuple[str, str], Answer] = {}
        for language, words in texts.items():
            # What stands on the card of a form's page, to be read and signed, and what is said after it.
            signing = fill(proposed, words, {})
            for path, name in (*PAGES.items(), ("", "missing")):
                body = (folder / f"{name}.html").read_text("utf-8")
                values = {"lang": language, "path": path or "/", "name": name, "proposed": signing}
                ready[path, language] = _page(layout, body, words, values)
            told = msgspec.json.encode(words)
            ready[f"{WORDS}{language}.json", language] = Answer(200, "application/json", told, "no-cache")
        return cls(ready)

    def answer(self, path: str, language: str) -> Answer:
        """Return the page at `path`, or the one that says that there is none."""
        if path.startswith(WORDS):
            language = path.removeprefix(WORDS)[:2]
        return self.ready.get((path, language)) or self.ready["", language if language in LANGUAGES else "en"]


def _page(layout: str, body: str, words: Mapping[str, str], values: Mapping[str, str]) -> Answer:
    name, language = values["name"], values["lang"]
    other = next(each for each in LANGUAGES if each != language)
    inner = fill(body, words, values)
    title = html.escape(words[f"{name}.title"])
    whole = fill(layout, words, {**values, "other": other, "title": title, "body": inner})
    headers = ((b"content-language", language.encode()), (b"vary", b"accept-language"))
    status = 404 if name == "missing" else 200
    return Answer(status, "text/html; charset=utf-8", whole.encode(), headers=headers)
