"""What a person's text message means. Agreeing takes the exact words and the code; ending takes any way of saying it.

The words for ending are those of 47 CFR 64.1200(a)(10) and of the carriers, and Spanish ones; that rule also honours
any reasonable free text, so one such word anywhere in a message ends everything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from breakseal.courier.notices import Language

Kind = Literal["yes", "day", "no", "stop", "start", "help", "language", "unclear"]

MAX_TEXT = 1600
"""Characters that are looked at: ten parts of a text message, more than any phone sends."""
_STOP = {
    "en": "stop stopall quit end revoke optout cancel unsubscribe remove",
    "es": "alto parar pare baja cancelar cancele terminar termine detener detenga revocar",
}
_STOP_PHRASES: tuple[tuple[str, Language], ...] = (
    (r"opt(ing|ed)? out|leave me alone|no more (texts?|messages?|questions?|location)", "en"),
    (r"(do not|don t|dont) (text|message|contact|ask|track|locate|follow)", "en"),
    (
        r"dejen? de|dejenme|no me (escriban?|manden?|envien?|contacten?|localicen?|rastreen?|sigan?|molesten?)",
        "es",
    ),
)
_WHOLE: dict[str, tuple[Kind, Language | None]] = {
    "start": ("start", None), "unstop": ("start", "en"), "iniciar": ("start", "es"), "empezar": ("start", "es"),
    "help": ("help", None), "info": ("help", None), "ayuda": ("help", "es"),
    "espanol": ("language", "es"), "spanish": ("language", "es"),
    "english": ("language", "en"), "ingles": ("language", "en"),
}  # fmt: skip
_AGREEING: dict[str, tuple[Kind, Language | None]] = {
    "yes": ("yes", "en"), "y": ("yes", None), "si": ("yes", "es"), "day": ("day", "en"), "dia": ("day", "es"),
}  # fmt: skip
_WORD_AND_CODE = re.compile(r"\W*([a-z]+)(?:\W*([0-9]{4}))?\W*")
_NO = re.compile(r"\W*no\b\W*([0-9]{4})?")


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said: `code` is four digits or empty, `language` that of the words where they show one."""

    kind: Kind
    code: str = ""
    language: Language | None = None


def read(text: str) -> Reply:
    """Return what `text` means; ending comes first, and what is not plain is "unclear"."""
    plain = _folded(text[:MAX_TEXT])
    for meaning in (_stop(plain), _whole(plain), _agreed(plain)):
        if meaning is not None:
            return meaning
    refused = _NO.match(plain)
    return Reply("no", refused[1] or "") if refused else Reply("unclear")


def _folded(text: str) -> str:
    """Return `text` in small letters without accents, one spelling for each letter and digit (NFKC)."""
    parts = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    # Cut again: one letter can stand for many.
    return "".join(one for one in parts if not unicodedata.combining(one))[:MAX_TEXT]


def _stop(plain: str) -> Reply | None:
    words = re.findall(r"\w+", plain.replace("_", " "))
    for language in ("en", "es"):
        if not set(words).isdisjoint(_STOP[language].split()):
            return Reply("stop", language=language if language == "es" else None)
    spaced = " ".join(words)
    for phrase, language in _STOP_PHRASES:
        if re.search(rf"\b(?:{phrase})\b", spaced):
            return Reply("stop", language=language)
    return None


def _whole(plain: str) -> Reply | None:
    found = _WHOLE.get(re.sub(r"\W+", "", plain))
    return None if found is None else Reply(found[0], language=found[1])


def _agreed(plain: str) -> Reply | None:
    """SAFETY: the whole message is the word and the code, so that no longer sentence is taken for agreement."""
    found = _WORD_AND_CODE.fullmatch(plain)
    meaning = _AGREEING.get(found[1]) if found else None
    return Reply(meaning[0], found[2] or "", meaning[1]) if found and meaning else None
