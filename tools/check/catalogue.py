"""The string catalogue: every message has `en` and `es` with the same placeholders, is used, and exists.

Catalogue files are TOML under src/breakseal/web/catalogue/; each top-level table is a message key.
A use is `t("key")` in a template, a script or Python; `t("prefix." ~ x)` (or `+`) uses the whole prefix.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.check.source import ROOT, named, tracked

CATALOGUE = "src/breakseal/web/catalogue/"
LANGUAGES = ("en", "es")
USING = frozenset({".py", ".html", ".txt", ".js", ".mjs", ".jinja"})
_USE = re.compile(r"""(?<![\w$])t\(\s*(["'])(?P<key>[^"']+)\1\s*(?P<after>[~+]?)""")

Messages = dict[str, object]


@dataclass(slots=True)
class Uses:
    """Keys and prefixes of keys that the code names, each with the first place."""

    keys: dict[str, str] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)

    def read(self, name: str, text: str) -> None:
        """Add the uses in the file `name`."""
        for match in _USE.finditer(text):
            place = f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
            (self.prefixes if match["after"] else self.keys).setdefault(match["key"], place)


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def message(key: str, value: object) -> list[str]:
    """Return the findings for one message."""
    if not isinstance(value, Mapping) or set(value) != set(LANGUAGES):
        return [f"`{key}` must have exactly en and es"]
    texts = [value[language] for language in LANGUAGES]
    if not all(isinstance(text, str) and text.strip() for text in texts):
        return [f"`{key}` has an empty text"]
    try:
        sets = [_placeholders(text) for text in texts]
    except ValueError:
        return [f"`{key}` has an unclosed placeholder"]
    return [] if sets[0] == sets[1] else [f"`{key}` has other placeholders in es than in en"]


def compare(messages: Messages, uses: Uses) -> list[str]:
    """Return the keys that are used and missing, and those that are there and unused."""
    found = [f"{place}: no message `{key}`" for key, place in uses.keys.items() if key not in messages]
    for prefix, place in uses.prefixes.items():
        if not any(key.startswith(prefix) for key in messages):
            found.append(f"{place}: no message starts with `{prefix}`")
    prefixes = tuple(uses.prefixes)
    unused = (key for key in messages if key not in uses.keys and not key.startswith(prefixes))
    return found + [f"`{key}` is not used" for key in unused]


def load(files: list[Path]) -> tuple[Messages, list[str]]:
    """Return all messages, and the findings within them."""
    messages: Messages = {}
    found: list[str] = []
    for path in files:
        for key, value in tomllib.loads(path.read_text("utf-8")).items():
            if key in messages:
                found.append(f"{named(path)}: `{key}` stands in two files")
            messages[key] = value
            found += [f"{named(path)}: {line}" for line in message(key, value)]
    return messages, found


def check() -> list[str]:
    """Return the findings for the catalogue and for every use of it."""
    files = [path for path in tracked() if path.is_relative_to(ROOT / "src")]
    messages, found = load([path for path in files if named(path).startswith(CATALOGUE)])
    uses = Uses()
    for path in files:
        if path.suffix in USING:
            uses.read(named(path), path.read_text("utf-8"))
    return found + compare(messages, uses)
