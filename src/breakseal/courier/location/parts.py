"""How long a text message is: the short alphabet (3GPP TS 23.038, GSM 7 bit) or UCS-2, in parts."""

from __future__ import annotations

import unicodedata

MOST_PARTS = 3
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")
"""Characters of the extension table: two septets each."""
_PLAIN = str.maketrans(
    {
        0x2018: "'",
        0x2019: "'",
        0x201C: '"',
        0x201D: '"',
        0x2013: "-",
        0x2014: "-",
        0x2026: "...",
        0x00A0: " ",
    }
)


def shorten(text: str) -> str:
    """Return `text` in the short alphabet where each letter has a form in it without its accent, else as it is."""
    plain = "".join(map(_short, text.translate(_PLAIN)))
    return plain if _is_short(plain) else text


def parts(text: str) -> int:
    """Return how many parts of a text message `text` takes: 160 or 153 septets each, else 70 or 67 UTF-16 units."""
    if _is_short(text):
        length, one, many = sum(2 if sign in _TWICE else 1 for sign in text), 160, 153
    else:
        length, one, many = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= one else -(-length // many)


def _is_short(text: str) -> bool:
    return all(sign in _GSM or sign in _TWICE for sign in text)


def _short(sign: str) -> str:
    if sign in _GSM or sign in _TWICE:
        return sign
    return "".join(one for one in unicodedata.normalize("NFD", sign) if not unicodedata.combining(one))
