"""The phrase table: every word and fact of the policy in every language, read strictly.

Whatever lacks a phrase, or has one too many, is a finding; `breakseal.policydesk.check` fails on any.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Final

from breakseal.kernel.errors import ConfigError
from breakseal.kernel.policy import Policy
from breakseal.kernel.policy.conditions import leaves
from breakseal.kernel.policy.request import NUMBER_FACTS, TRUTH_FACTS, WORD_FACTS
from breakseal.kernel.policy.words import NoticeTiming, Precision, Programme, Refusal, ViewFrom

Path = tuple[str, ...]


class Language(StrEnum):
    """A language in which every phrase exists."""

    ENGLISH = "en"
    SPANISH = "es"


WORD_KINDS: Final[dict[str, Iterable[StrEnum]]] = {
    **WORD_FACTS,
    "programme": Programme,
    "notice": NoticeTiming,
    "view_from": ViewFrom,
    "precision": Precision,
}
PAGE: Final = frozenset(
    {
        *("title", "intro", "sharing", "promises", "safeguards", "closed", "closed_row", "only_if"),
        *(
            "never",
            "never_by",
            "refused_if",
            "refused_except",
            "recorded",
            "all",
            "either",
            "allowed",
            "because",
        ),
        *("nearest", "missing", "who", "why", "how_long", "told", *Refusal),
        *("kept", "kept_days", "kept_until", "kept_never"),
    }
)


@dataclass(frozen=True, slots=True)
class Phrases:
    """A phrase table, by path such as `("words", "role", "call-taker")`, then by language."""

    table: Mapping[Path, Mapping[str, str]]

    def say(self, language: Language, *path: str, **values: object) -> str:
        """Return the phrase at `path` with `values` filled in.

        Raises:
            ConfigError: the table has no such phrase.
        """
        try:
            return self.table[path][language].format(**values)
        except (KeyError, IndexError) as error:
            raise ConfigError(
                f"no phrase `{'.'.join(path)}` in `{language}`; add it to phrases.toml"
            ) from error

    def has(self, *path: str) -> bool:
        """Return whether the table has a phrase at `path`."""
        return path in self.table


def parsed(data: str) -> Phrases:
    """Return the phrase table that TOML `data` holds; what it lacks is found by `check_phrases`."""
    return Phrases(dict(_flat((), tomllib.loads(data))))


def shipped_phrases() -> Phrases:
    """Return the phrase table that comes with Breakseal."""
    return parsed((files("breakseal.policydesk") / "phrases.toml").read_text("utf-8"))


def _flat(path: Path, table: Mapping[str, object]) -> Iterator[tuple[Path, Mapping[str, str]]]:
    texts = {key: value for key, value in table.items() if isinstance(value, str)}
    if texts:
        yield path, texts
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat((*path, key), value)


def check_phrases(policy: Policy, phrases: Phrases) -> list[str]:
    """Return what is missing, extra, empty or differs in placeholders; empty if all is well."""
    needed = set(_needed(policy))
    found = [f"no phrase `{'.'.join(path)}`" for path in sorted(needed - set(phrases.table))]
    for path, texts in sorted(phrases.table.items()):
        name = ".".join(path)
        if path not in needed and "just" not in path:
            found.append(f"`{name}` is a phrase for nothing in the policy")
        if set(texts) != set(Language) or not all(text.strip() for text in texts.values()):
            found.append(f"`{name}` must have {' and '.join(Language)}, none empty")
        elif len({_placeholders(text) for text in texts.values()}) > 1:
            found.append(f"`{name}` has other placeholders in one language")
    return found


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def _needed(policy: Policy) -> Iterator[Path]:
    for kind, words in WORD_KINDS.items():
        yield from (("words", kind, word) for word in words)
    used = {leaf.fact for rule in policy.rules for each in rule.conditions for leaf in leaves(each)}
    for fact in sorted(used.union(WORD_FACTS, TRUTH_FACTS, NUMBER_FACTS)):
        yield from (("facts", fact, form) for form in _forms(fact))
    yield from (("page", name) for name in PAGE)


def _forms(fact: str) -> tuple[str, ...]:
    if fact in WORD_FACTS:
        return ("one_of", "none_of")
    return ("at_most", "more_than", "actual") if fact in NUMBER_FACTS else ("yes", "no")
