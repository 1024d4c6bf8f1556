"""A text that must not be seen: a number, an address, a code."""

from __future__ import annotations


class Private:
    """Holds a text whose repr and str hide it, which cannot be pickled, and which only `reveal` gives back."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text; for the adapter that sends it and for the MAC that stands for it."""
        return self._text

    def __repr__(self) -> str:
        return "<private>"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a private text is not serialised")
