"""What a visitor sends: one number in one form, and the cookie of their browser."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import phonenumbers
from litestar import Request

from breakseal.kernel.errors import RefusedError, RequestError

FORM = "application/x-www-form-urlencoded"
MAX_NUMBER = 40


def check_own_page(request: Request[Any, Any, Any], origin: str) -> None:
    """Refuse what another site's page sent.

    Raises:
        RefusedError: it did, or it does not say where it comes from (browsers do, with each form).
    """
    if request.headers.get("origin") != origin:
        raise RefusedError("the request came from another page", reason="foreign-origin")


async def number_of(request: Request[Any, Any, Any], region: str) -> str:
    """Return the number that was typed, in E.164; whether anybody has it is not looked at.

    Raises:
        RequestError: no form with one number, or a text that no number can be.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        pairs = parse_qsl((await request.body()).decode("ascii"), strict_parsing=True, max_num_fields=1)
        number = phonenumbers.parse(dict(pairs)["number"][:MAX_NUMBER], region)
    except (ValueError, KeyError, phonenumbers.NumberParseException) as error:
        raise RequestError("this is no telephone number", reason="number-invalid") from error
    if kind != FORM or number.extension or not phonenumbers.is_possible_number(number):
        raise RequestError("this is no telephone number", reason="number-invalid")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Cookie:
    """The browser's cookie: a name that means nothing, for this page only."""

    def __init__(self, origin: str, seconds: int) -> None:
        secure = urlsplit(origin).scheme == "https"
        self._name = "__Host-bs_try" if secure else "bs_try"
        self._tail = f"; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict" + (
            "; Secure" if secure else ""
        )

    def of(self, request: Request[Any, Any, Any]) -> str:
        """Return what the browser's cookie says, empty without one."""
        return request.cookies.get(self._name, "")[:128]

    def set(self, value: str) -> str:
        """Return the header that gives the browser its cookie (RFC 6265)."""
        return f"{self._name}={value}{self._tail}"
