"""Where is it, or is it there: one look, asked of the keyholder, then of the courier, answered and forgotten.

The key to which the answer is sealed lives for this one request. INVARIANT: no place is stored or logged here.
"""

from __future__ import annotations

from asyncio import get_running_loop, sleep
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from litestar import Request, Response, post

from breakseal.courier.location.messages import AskSource, SourceAnswered
from breakseal.courier.protocol import AskState, CourierState
from breakseal.kernel.errors import (
    FormatError,
    RefusedError,
    RequestError,
    UnavailableError,
    VerificationError,
)
from breakseal.kernel.model import canonical
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.location import Area, Fix, Found, found_info
from breakseal.kernel.seal import hpke
from breakseal.keyholder.location.messages import Locate, Located
from breakseal.programmes.location import fields, looks
from breakseal.programmes.location.errors import AreaError
from breakseal.web import guards
from breakseal.web.ingest.handing import handed, told_last
from breakseal.web.location import fixsource, gate, paths
from breakseal.web.location.bodies import MAX_BODY
from breakseal.web.location.credentials import Bearing
from breakseal.web.location.desk import Desk, desk_of
from breakseal.web.location.errors import CamaraError
from breakseal.web.location.messages import (
    Circle,
    LocationOut,
    Point,
    RetrievalRequest,
    VerificationOut,
    VerificationRequest,
)
from breakseal.web.location.moments import moment
from breakseal.web.location.replies import as_camara

DEGREE = 1_000_000
_RETRIEVAL = "LOCATION_RETRIEVAL"
_VERIFICATION = "LOCATION_VERIFICATION"


@post(paths.RETRIEVE, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def retrieve(request: Request[Any, Any, Any]) -> Response[Any]:
    """Tell where the phone of the token's consent is, no more precisely than was agreed."""
    bearing, body = await gate.passed(request, paths.RETRIEVE, RetrievalRequest, fields.READ, _age_of)
    desk = desk_of(request)
    age, asked = _age_of(body), desk.clock.now()
    found = await _look(desk, bearing, paths.RETRIEVE, age, None)
    fix = found.fix if found and found.answer == "found" else None
    if found is None or fix is None:
        raise _unable(_RETRIEVAL, stale=age != looks.ANY_AGE)
    if not looks.is_fresh(fix.at, asked, age):
        raise _unable(_RETRIEVAL, stale=True)
    if not looks.fits_surface(fix, None if body.maxSurface is msgspec.UNSET else body.maxSurface):
        code = f"{_RETRIEVAL}.UNABLE_TO_FULFILL_MAX_SURFACE"
        raise CamaraError(422, code, "what was agreed to or found is a larger area")
    answer = LocationOut(lastLocationTime=moment(fix.at), area=_circle(fix))
    return gate.answer(request, answer, headers=fixsource.header(found, desk.clock.now()))


@post(paths.VERIFY, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def verify(request: Request[Any, Any, Any]) -> Response[Any]:
    """Tell whether the phone of the token's consent is in an area."""
    bearing, body = await gate.passed(request, paths.VERIFY, VerificationRequest, fields.VERIFY, _area_of)
    desk = desk_of(request)
    age, asked = _age_of(body), desk.clock.now()
    found = await _look(desk, bearing, paths.VERIFY, age, _area_of(body))
    verdict = looks.VERDICTS.get(found.answer) if found else None
    if found is None or verdict is None:
        raise _unable(_VERIFICATION, stale=age != looks.ANY_AGE)
    if not looks.is_fresh(found.at, asked, age):
        raise _unable(_VERIFICATION, stale=True)
    rate = max(1, min(found.share, 99)) if verdict == "PARTIAL" else msgspec.UNSET
    answer = VerificationOut(verificationResult=verdict, lastLocationTime=moment(found.at), matchRate=rate)
    return gate.answer(request, answer, headers=fixsource.header(found, desk.clock.now()))


async def _look(desk: Desk, bearing: Bearing, path: str, age: int, area: Area | None) -> Found | None:
    """Return what was found; None where the keyholder permits no source to be asked, or the courier asks none."""
    key = ec.generate_private_key(ec.SECP256R1())
    question = Locate(
        token=bearing.token,
        proof=bearing.proof,
        path=path,
        recipient=hpke.point_of(key.public_key()),
        max_age=age,
        area=area,
    )
    with as_camara():
        located = await desk.keyholder.ask(question, Located)
    newest = await told_last(desk.devices, located, desk.clock.now())
    if not located.permit:
        await _seem_to_ask(desk, told=newest is not None)
        return None
    started = get_running_loop().time()
    try:
        fix = await handed(desk.keyholder, located, newest)
        sealed = await desk.courier.ask(AskSource(permit=located.permit, fix=fix), SourceAnswered)
    except (RefusedError, RequestError):
        # Stopped since, or nobody to ask: to the client a phone that cannot be found now.
        return None
    desk.memory.pace.note(get_running_loop().time() - started, told=newest is not None)
    return _opened(key, sealed.sealed, b64(located.leaf))


async def _seem_to_ask(desk: Desk, *, told: bool) -> None:
    """Take as long as a source does, and fail as it would if the courier is down: a pause reads as unavailable.

    Raises:
        UnavailableError: the courier does not answer.
    """
    await desk.courier.ask(AskState(), CourierState)
    await sleep(desk.memory.pace.one(int.from_bytes(desk.entropy.token(4)), told=told))


def _opened(key: ec.EllipticCurvePrivateKey, sealed: bytes, leaf: str) -> Found:
    try:
        found = canonical.decode(hpke.open_from(key, sealed, found_info(leaf)), Found)
    except (FormatError, VerificationError) as error:
        raise UnavailableError("the courier's answer does not open", reason="courier-unavailable") from error
    if found.leaf != leaf:
        raise UnavailableError("the courier answered another look", reason="courier-unavailable")
    return found


def _unable(api: str, *, stale: bool) -> CamaraError:
    if stale:
        return CamaraError(422, f"{api}.UNABLE_TO_FULFILL_MAX_AGE", "nothing is known that is as new as that")
    return CamaraError(422, f"{api}.UNABLE_TO_LOCATE", "the phone cannot be located now")


def _area_of(body: VerificationRequest) -> Area:
    circle = body.area
    try:
        return looks.area_of(circle.center.latitude, circle.center.longitude, circle.radius)
    except AreaError as error:
        raise CamaraError(422, f"{_VERIFICATION}.INVALID_AREA", str(error)) from error


def _age_of(body: RetrievalRequest | VerificationRequest) -> int:
    return looks.greatest_age(None if body.maxAge is msgspec.UNSET else body.maxAge)


def _circle(fix: Fix) -> Circle:
    center = Point(latitude=fix.lat / DEGREE, longitude=fix.lon / DEGREE)
    return Circle(areaType="CIRCLE", center=center, radius=max(fix.radius, 1))
