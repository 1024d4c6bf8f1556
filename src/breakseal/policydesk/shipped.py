"""The policy text and schema that come with Breakseal: a county's default."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

_FOLDER: Final = files("breakseal.kernel.policy") / "text"


def text() -> bytes:
    """Return the Cedar policy text."""
    return (_FOLDER / "breakseal.cedar").read_bytes()


def schema() -> bytes:
    """Return the Cedar schema."""
    return (_FOLDER / "breakseal.cedarschema").read_bytes()
