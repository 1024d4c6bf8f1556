"""Reading what is sent, in one way only: JSON in UTF-8 without a member twice, forms without a parameter twice.

Whoever can send the same thing in two spellings finds the one that nobody checked; so there is one.
"""

from __future__ import annotations

import ipaddress
import json
import math
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

import msgspec
from litestar import Request

from breakseal.web.location.errors import CamaraError, OauthError, argument
from breakseal.web.location.messages import Device, In

B = TypeVar("B", bound=In)
MAX_BODY = 16 * 1024
MAX_PARAMETERS = 40
FORM = "application/x-www-form-urlencoded"
_UNFIT = "the body is not the JSON that this address takes"


def one_header(request: Request[Any, Any, Any], name: str) -> str | None:
    """Return the header `name` if it was sent exactly once, "" if more often, None if never."""
    key = name.encode("ascii")
    found = [value for header, value in request.scope["headers"] if header == key]
    if not found:
        return None
    return found[0].decode("latin-1") if len(found) == 1 else ""


async def json_body(request: Request[Any, Any, Any], kind: type[B]) -> B:
    """Return the body as `kind`.

    Raises:
        CamaraError: another media type (415), or not such a body (400).
    """
    _check_media_type(request)
    try:
        text = (await request.body()).decode("utf-8")
        tree = json.loads(
            text, object_pairs_hook=_no_doubles, parse_float=_number, parse_constant=_no_constant
        )
        body = msgspec.convert(tree, kind, strict=True)
    except (ValueError, RecursionError, msgspec.ValidationError) as error:
        raise argument(_UNFIT) from error
    _check_device(getattr(body, "device", msgspec.UNSET))
    return body


async def form_body(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return the parameters of a form (RFC 6749: none twice; an empty one counts as not sent).

    Raises:
        OauthError: another media type, a parameter twice, or no form.
    """
    if request.scope["query_string"]:
        raise OauthError("invalid_request", "parameters belong into the body")
    if _media_type(request) != FORM or one_header(request, "content-encoding") is not None:
        raise OauthError("invalid_request", f"send the parameters as {FORM}")
    try:
        text = (await request.body()).decode("ascii")
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except ValueError as error:
        raise OauthError("invalid_request", "the body is not a form") from error
    if len({name for name, _ in pairs}) != len(pairs):
        raise OauthError("invalid_request", "a parameter is sent twice")
    return {name: value for name, value in pairs if value}


def _check_media_type(request: Request[Any, Any, Any]) -> None:
    if _media_type(request) != "application/json" or one_header(request, "content-encoding") is not None:
        raise CamaraError(415, "UNSUPPORTED_MEDIA_TYPE", "send application/json")


def _media_type(request: Request[Any, Any, Any]) -> str:
    kind, _, parameters = (one_header(request, "content-type") or "").partition(";")
    plain = parameters.strip().lower().replace('"', "") in ("", "charset=utf-8")
    return kind.strip().lower() if plain else ""


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _number(text: str) -> int | float:
    """Return a JSON number; 60.0 is the integer 60 (JSON Schema)."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("not a number of JSON")
    return int(value) if value.is_integer() else value


def _no_constant(_text: str) -> NoReturn:
    raise ValueError("not JSON")


def _check_device(device: object) -> None:
    """Refuse a device that the published schema refuses; a fitting one is judged by the kind of token."""
    if not isinstance(device, Device):
        return
    if all(value is msgspec.UNSET for value in msgspec.structs.astuple(device)):
        raise argument(_UNFIT)
    v4 = device.ipv4Address
    if v4 is not msgspec.UNSET:
        if v4.publicAddress is msgspec.UNSET or (v4.privateAddress, v4.publicPort) == (msgspec.UNSET,) * 2:
            raise argument(_UNFIT)
        _check_address(v4.publicAddress, ipaddress.IPv4Address)
        _check_address(v4.privateAddress, ipaddress.IPv4Address)
    _check_address(device.ipv6Address, ipaddress.IPv6Address)


def _check_address(text: object, kind: type[ipaddress.IPv4Address | ipaddress.IPv6Address]) -> None:
    if text is msgspec.UNSET:
        return
    try:
        kind(str(text))
    except ValueError as error:
        raise argument(_UNFIT) from error
