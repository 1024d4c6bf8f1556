"""The words of every message, from the catalogue beside this file; a missing or unbalanced text stops start."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Literal

from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError

Language = Literal["en", "es"]
Words = Literal["neutral", "plain", "reminder"]
CodeChannel = Literal["sms", "voice", "desk"]
LANGUAGES = ("en", "es")


class Wording:
    """Says things as the person chose to be told."""

    def __init__(self, name: str, site: str) -> None:
        self._name = name
        self._site = site
        self._texts = load()

    def notice(self, words: Words, language: Language) -> tuple[str, Private]:
        """Return subject and text of a notice."""
        subject = self._say(f"notice.{words}.subject", language)
        return subject, Private(self._say(f"notice.{words}.text", language))

    def code(self, channel: CodeChannel, language: Language, code: Private) -> tuple[str, Private]:
        """Return subject and text of a code for one channel; for voice the digits stand apart."""
        digits = code.reveal()
        spoken = ", ".join(digits) if channel == "voice" else digits
        return self._say("code.subject", language), Private(
            self._say(f"code.{channel}", language, code=spoken)
        )

    def _say(self, key: str, language: Language, code: str = "") -> str:
        return self._texts[key][language].format(name=self._name, site=self._site, code=code)


def load() -> dict[str, dict[str, str]]:
    """Return every text by its dotted key and language.

    Raises:
        ConfigError: a leaf has not exactly `en` and `es` with the same placeholders.
    """
    texts: dict[str, dict[str, str]] = {}
    folder = resources.files("breakseal.courier") / "catalogue"
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            _walk("", tomllib.loads(file.read_text(encoding="utf-8")), texts)
    return texts


def _walk(prefix: str, table: Mapping[str, object], texts: dict[str, dict[str, str]]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}" if prefix else name
        if not isinstance(value, dict):
            raise ConfigError(f"catalogue entry `{key}` is no table")
        if any(isinstance(part, dict) for part in value.values()):
            _walk(key, value, texts)
        else:
            texts[key] = _leaf(key, value)


def _leaf(key: str, value: dict[str, object]) -> dict[str, str]:
    leaf = {language: text for language, text in value.items() if isinstance(text, str) and text.strip()}
    if set(value) != set(LANGUAGES) or len(leaf) != len(LANGUAGES):
        raise ConfigError(f"catalogue entry `{key}` must have exactly en and es")
    if placeholders(leaf["en"]) != placeholders(leaf["es"]):
        raise ConfigError(f"catalogue entry `{key}` has other placeholders in es than in en")
    return leaf


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces in `text`."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
