"""What a client wants to ask a person, read from the scope and the hint of its request (CIBA, CAMARA ICM profile).

Nothing here depends on whose number it is, nor on whether anybody has it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from breakseal.kernel.model.location import LocationPrecision
from breakseal.programmes.location import fields
from breakseal.programmes.location.errors import HintError, ScopeError

MAX_SCOPE = 512
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
_TERM = re.compile(r"[A-Za-z0-9]+")
_RATE = re.compile(r"[1-9][0-9]?")
_DAYS = re.compile(r"([1-9][0-9]{0,2})d")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person would agree to; `rate` is looks an hour."""

    purpose: str
    precision: LocationPrecision
    lasting: Literal["once", "day"]
    rate: int


@dataclass(frozen=True, slots=True)
class WantedByKey:
    """What a person would agree to with their own key, for so many `days`; `rate` is looks an hour."""

    purpose: str
    precision: LocationPrecision
    rate: int
    days: int


def read_scope(text: str) -> Wanted:
    """Return what the scope of a request to ask a person by text says.

    Raises:
        ScopeError: no `openid`, not exactly one purpose with words, nothing of ours asked for, an unknown or
            doubled word, or a precision that a text message cannot agree to.
    """
    words, plain, extra = _parts(text)
    return Wanted(
        purpose=_purpose(words),
        precision=_precision(extra.get("precision"), fields.BY_MESSAGE, place=fields.READ in plain),
        lasting=_lasting(extra.get("lasting", "day")),
        rate=_rate(extra.get("rate", str(fields.LOOKS_AN_HOUR))),
    )


def read_key_scope(text: str) -> WantedByKey:
    """Return what the scope of a request to have a person agree by their own key says.

    Raises:
        ScopeError: as `read_scope`, or more than 365 days.
    """
    words, plain, extra = _parts(text)
    return WantedByKey(
        purpose=_purpose(words),
        precision=_precision(extra.get("precision"), fields.BY_KEY, place=fields.READ in plain),
        rate=_rate(extra.get("rate", str(fields.LOOKS_AN_HOUR))),
        days=_days(extra.get("lasting", f"{fields.DAYS}d")),
    )


def _parts(text: str) -> tuple[list[str], list[str], dict[str, str]]:
    """Return the words, those that are scopes of ours, and our extensions by name."""
    words = _words(text)
    if fields.OPENID not in words:
        raise ScopeError("the scope lacks `openid`")
    plain = [word for word in words if word in fields.SCOPES]
    if not {fields.READ, fields.VERIFY, fields.FENCE_ENTERED, fields.FENCE_LEFT} & set(plain):
        raise ScopeError(f"the scope asks for nothing like `{fields.READ}` or `{fields.VERIFY}`")
    return words, plain, _extras([word for word in words if word not in (*fields.SCOPES, fields.OPENID)])


def read_machine_scope(text: str) -> tuple[str, ...]:
    """Return the scopes of a token without a person; they open nothing personal.

    Raises:
        ScopeError: it names a purpose, a person's terms, or a scope that is not ours.
    """
    words = _words(text) if text else []
    if foreign := [word for word in words if word not in fields.SCOPES]:
        raise ScopeError(f"a token without a person has no such scope: {len(foreign)} not known")
    return tuple(words)


def read_hint(text: str) -> str:
    """Return the E.164 number of a login hint ("tel:+15555550117").

    Raises:
        HintError: another kind of hint, or no number; the same for every number.
    """
    kind, _, number = text.partition(":")
    if kind != "tel" or not _NUMBER.fullmatch(number):
        raise HintError("the login_hint is not `tel:` and a number in international form")
    return number


def _words(text: str) -> list[str]:
    if len(text) > MAX_SCOPE:
        raise ScopeError(f"the scope is longer than {MAX_SCOPE} characters")
    words = text.split(" ")
    if len(set(words)) != len(words) or "" in words:
        raise ScopeError("the scope has a word twice, or an empty one")
    return words


def _purpose(words: list[str]) -> str:
    terms = [word.removeprefix(fields.PURPOSE_PREFIX) for word in words if _is_purpose(word)]
    if len(terms) != 1:
        raise ScopeError("the scope needs exactly one purpose, written `dpv:` and a term")
    if not _TERM.fullmatch(terms[0]) or terms[0] not in fields.PURPOSES:
        raise ScopeError("the purpose is not offered: see scopes_supported in the metadata")
    return terms[0]


def _is_purpose(word: str) -> bool:
    return word.startswith(fields.PURPOSE_PREFIX)


def _extras(words: list[str]) -> dict[str, str]:
    extras: dict[str, str] = {}
    for word in words:
        if _is_purpose(word):
            continue
        name, colon, value = word.partition(":")
        if not colon or name not in ("precision", "lasting", "rate") or name in extras:
            raise ScopeError("the scope has a word that is not known, or two of one kind")
        extras[name] = value
    return extras


def _precision(text: str | None, offered: tuple[LocationPrecision, ...], *, place: bool) -> LocationPrecision:
    if text is None:
        return "1km" if place else "yes-or-no"
    for known in offered:
        if known == text and (known != "yes-or-no" or not place):
            return known
    raise ScopeError("the precision cannot be agreed to in this way, or does not fit the other scopes")


def _lasting(text: str) -> Literal["once", "day"]:
    if text == "once":
        return "once"
    if text == "day":
        return "day"
    raise ScopeError("lasting is `once` or `day`")


def _days(text: str) -> int:
    found = _DAYS.fullmatch(text)
    if found is None or int(found[1]) > fields.MOST_DAYS:
        raise ScopeError(f"lasting is `1d` to `{fields.MOST_DAYS}d`")
    return int(found[1])


def _rate(text: str) -> int:
    if not _RATE.fullmatch(text) or int(text) > fields.MOST_LOOKS_AN_HOUR:
        raise ScopeError(f"the rate is looks an hour, 1 to {fields.MOST_LOOKS_AN_HOUR}")
    return int(text)
