"""What every CAMARA request goes through, in this order, before anybody is asked: one path, whatever the format.

Address and correlator, token and proof, body, and the rule of who may name a device. `Accept`, suffixes, method
overrides and parameters decide nothing here, because nothing here looks at them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from breakseal.web.location import correlator
from breakseal.web.location.bodies import json_body
from breakseal.web.location.credentials import Bearing, bearing_of
from breakseal.web.location.desk import desk_of
from breakseal.web.location.errors import CamaraError, argument, denied, unauthenticated
from breakseal.web.location.memory import Slip
from breakseal.web.location.messages import In, Out

B = TypeVar("B", bound=In)


async def passed(
    request: Request[Any, Any, Any], address: str, kind: type[B], scope: str, check: Callable[[B], object]
) -> tuple[Bearing, B]:
    """Return the token with its proof, and the body, of a request that may be put to the keyholder.

    `check` raises what else is wrong with the body.

    Raises:
        CamaraError: what is wrong with it, in CAMARA's words.
    """
    bearing, slip = _borne(request, address)
    try:
        body = await json_body(request, kind)
        _check_naming(body, slip)
        _check_scope(slip, scope)
        check(body)
    except CamaraError as error:
        # Of a token that went through no hand here only the keyholder knows anything: without it, it is none.
        raise (error if slip else unauthenticated()) from error
    return bearing, body


def named(request: Request[Any, Any, Any], address: str, scope: str) -> Bearing:
    """Return the token with its proof of a request without a body that may be put to the keyholder.

    Raises:
        CamaraError: what is wrong with it, in CAMARA's words.
    """
    bearing, slip = _borne(request, address)
    _check_scope(slip, scope)
    return bearing


def answer(
    request: Request[Any, Any, Any],
    value: Out | Sequence[Out],
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response[Any]:
    """Return a success with the client's correlator, and `headers`."""
    return Response(
        msgspec.json.encode(value),
        status_code=status,
        media_type="application/json",
        headers={**correlator.echo(request), **(headers or {})},
    )


def _borne(request: Request[Any, Any, Any], address: str) -> tuple[Bearing, Slip | None]:
    """Return the token with its proof, and what is known here of a token that went through our hands."""
    _check_address(request, address)
    correlator.check(request)
    bearing = bearing_of(request)
    slip = desk_of(request).memory.slips.get(bearing.token)
    _check_scheme(bearing, slip)
    return bearing, slip


def _check_address(request: Request[Any, Any, Any], address: str) -> None:
    """Refuse every other spelling of the address, and any query: proofs name this one."""
    if request.scope.get("raw_path") != address.encode("ascii", "replace"):
        raise CamaraError(404, "NOT_FOUND", "there is nothing at this address")
    if request.scope["query_string"]:
        raise argument("this address takes no query")


def _check_scheme(bearing: Bearing, slip: Slip | None) -> None:
    """A person's token opens with a proof only; a token without a person has none to give (RFC 9449 section 7.2)."""
    personal = slip is None or slip.personal
    if bearing.bound is not personal:
        raise unauthenticated()


def _check_scope(slip: Slip | None, scope: str) -> None:
    """Refuse what is known to be no person's token, or one without `scope`; of others the keyholder knows."""
    if slip and (not slip.personal or scope not in slip.scopes):
        raise denied()


def _check_naming(body: In, slip: Slip | None) -> None:
    """A person's token says whose phone it is, so the body must not; any other has to, and gets no further."""
    named = any(
        getattr(body, member, msgspec.UNSET) is not msgspec.UNSET for member in ("device", "phoneNumber")
    )
    if named and (slip is None or slip.personal):
        raise CamaraError(422, "UNNECESSARY_IDENTIFIER", "the token says already whose phone it is")
    if not named and slip and not slip.personal:
        raise CamaraError(422, "MISSING_IDENTIFIER", "this token names nobody, and the body neither")
