"""Words in two languages, from the catalogue files; a message without both languages stops the start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from litestar.connection import ASGIConnection

from breakseal.kernel.errors import ConfigError

Language = Literal["en", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
CATALOGUE_DIR = Path(__file__).parent / "catalogue"


class Catalogue:
    """All messages by id ("resident.home.title") and language."""

    def __init__(self, messages: Mapping[str, Mapping[str, str]]) -> None:
        self._messages = messages

    def t(self, message: str, language: Language, **values: object) -> str:
        """Return `message` in `language`, with its `{names}` filled in.

        Raises:
            ConfigError: no such message; a defect of ours that the tests look for.
        """
        try:
            text = self._messages[message][language]
        except KeyError as error:
            raise ConfigError(f"no message `{message}` in `{language}`") from error
        return text.format_map(values) if values else text

    def has(self, message: str) -> bool:
        """Tell whether there is such a message."""
        return message in self._messages

    def under(self, prefixes: tuple[str, ...], language: Language) -> dict[str, str]:
        """Return the messages below the prefixes, for a page's own module."""
        return {
            name: texts[language]
            for name, texts in self._messages.items()
            if any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)
        }

    def ids(self) -> list[str]:
        """Return the ids of all messages."""
        return sorted(self._messages)


def load_catalogue(folder: Path = CATALOGUE_DIR) -> Catalogue:
    """Read every `*.toml` of `folder`.

    Raises:
        ConfigError: a file cannot be read, or a message is defined twice or lacks a language.
    """
    messages: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise ConfigError(f"the catalogue file `{path.name}` cannot be read: {error}") from error
        for name, texts in _leaves(table, ""):
            if name in messages:
                raise ConfigError(f"the message `{name}` is defined twice")
            messages[name] = texts
    return Catalogue(messages)


def _leaves(table: Mapping[str, Any], name: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    if any(isinstance(value, str) for value in table.values()):
        if set(table) != set(LANGUAGES):
            raise ConfigError(f"the message `{name}` needs exactly the languages {', '.join(LANGUAGES)}")
        yield name, table
        return
    for key, value in table.items():
        yield from _leaves(value, f"{name}.{key}" if name else key)


@dataclass(frozen=True, slots=True)
class Choice:
    """The language of an answer, and whether the address asked for it (then links keep it)."""

    language: Language
    explicit: bool


def choose(connection: ASGIConnection[Any, Any, Any, Any]) -> Choice:
    """Return the language that `?lang=` asks for, else the best of Accept-Language, else English."""
    asked = connection.query_params.get("lang")
    if asked in LANGUAGES:
        return Choice(language=asked, explicit=True)
    return Choice(language=_accepted(connection.headers.get("accept-language", "")), explicit=False)


def _accepted(header: str) -> Language:
    best, weight = LANGUAGES[0], 0.0
    for part in header[:400].split(","):
        name, _, parameter = part.strip().partition(";")
        language = name.strip().lower().split("-")[0]
        quality = _quality(parameter)
        if language in LANGUAGES and quality > weight:
            best, weight = LANGUAGES[LANGUAGES.index(language)], quality
    return best


def _quality(parameter: str) -> float:
    if not parameter.strip().startswith("q="):
        return 1.0
    try:
        return float(parameter.strip()[2:])
    except ValueError:
        return 0.0
