"""CAMARA's `x-correlator`: what the client sent comes back with the answer, and goes nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from litestar import Request

from breakseal.web.location.errors import argument

NAME = "x-correlator"
SCHEMA = {"type": "string", "pattern": r"^[a-zA-Z0-9\-_:;./<>{}]{0,256}$"}
_SHAPE = re.compile(r"[a-zA-Z0-9\-_:;./<>{}]{0,256}")
_KEY = NAME.encode("ascii")


def check(request: Request[Any, Any, Any]) -> None:
    """Refuse a correlator that is not of the published shape, or given twice.

    Raises:
        CamaraError: so it is.
    """
    given = _given(request.scope)
    if len(given) > 1 or (given and not _SHAPE.fullmatch(given[0])):
        raise argument(f"`{NAME}` is given twice or not of its shape")


def echo(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the header that gives a well-formed correlator back."""
    given = _given(request.scope)
    return {NAME: given[0]} if len(given) == 1 and _SHAPE.fullmatch(given[0]) else {}


def _given(scope: Mapping[str, Any]) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == _KEY]
