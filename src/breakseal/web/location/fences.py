"""Telling a client when a phone enters or leaves an area: CAMARA's geofencing-subscriptions.

Nothing that comes of a subscription passes here: the keyholder plans each check, the courier tells the client's sink.
What is kept of one the keyholder keeps: its client's words, sealed by this tier's key, come back from there.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.params import FromPath

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import Area, Sink, Watched, watch_info
from breakseal.kernel.seal import hpke
from breakseal.keyholder.location.messages import AskWatches, Watch, Watches, WatchView
from breakseal.programmes.location import fences, fields, looks
from breakseal.programmes.location.errors import AreaError, MomentError, SinkError
from breakseal.web import guards
from breakseal.web.location import correlator, gate, paths
from breakseal.web.location.bodies import MAX_BODY
from breakseal.web.location.credentials import Bearing
from breakseal.web.location.desk import Desk, courier_point, desk_of
from breakseal.web.location.errors import CamaraError, argument
from breakseal.web.location.fenceviews import FenceView
from breakseal.web.location.messages import FenceCredential, FenceOut, FenceRequest
from breakseal.web.location.moments import moment
from breakseal.web.location.replies import as_camara

_API = "GEOFENCING_SUBSCRIPTIONS"
_ID = 16
_ONE = f"{paths.FENCES}/{{subscription:str}}"


@post(paths.FENCES, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def create(request: Request[Any, Any, Any]) -> Response[Any]:
    """Begin to watch an area for the client of the token's consent."""
    desk = desk_of(request)
    now = desk.clock.now()
    bearing, body = await gate.passed(
        request, paths.FENCES, FenceRequest, fields.FENCE_ENTERED, lambda body: _check(body, desk, now)
    )
    name = canonical.b64(canonical.digest(bearing.proof.rpartition(b".")[0])[:_ID])
    until, why = _ends(body, now)
    sink = Sink(url=body.sink, token=_token_of(body))
    kept = FenceView(sink=body.sink, types=body.types, config=body.config, startsAt=moment(now))
    most = body.config.subscriptionMaxEvents
    watch = Watched(
        id=name,
        area=_area_of(body),
        type=fences.CROSSINGS[body.types[0]],
        initial=body.config.initialEvent is True,
        left=-1 if most is msgspec.UNSET else min(most, canonical.LARGEST),
        tell=why,
        sink=canonical.b64(
            hpke.seal_to(await courier_point(request), canonical.encode(sink), watch_info(name))
        ),
        view=desk.fence_views.seal(name, kept),
    )
    question = Watch(token=bearing.token, proof=bearing.proof, path=paths.FENCES, watch=watch, until=until)
    with as_camara():
        answer = await desk.keyholder.ask(question, Watches)
    return gate.answer(request, _out(answer.watches[0], kept), 201)


@get(paths.FENCES, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def listed(request: Request[Any, Any, Any]) -> Response[Any]:
    """Return what the client watches under its token's consent."""
    bearing = gate.named(request, paths.FENCES, fields.FENCE_READ)
    found = await _ask(desk_of(request), bearing, paths.FENCES, "GET")
    return gate.answer(request, found)


@get(_ONE, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def one(request: Request[Any, Any, Any], subscription: FromPath[str]) -> Response[Any]:
    """Return one subscription."""
    address = f"{paths.FENCES}/{subscription}"
    bearing = gate.named(request, address, fields.FENCE_READ)
    found = await _ask(desk_of(request), bearing, address, "GET")
    if not found:
        raise CamaraError(404, "NOT_FOUND", "there is nothing at this address")
    return gate.answer(request, found[0])


@delete(_ONE, status_code=204, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def end(request: Request[Any, Any, Any], subscription: FromPath[str]) -> Response[None]:
    """End one subscription."""
    address = f"{paths.FENCES}/{subscription}"
    bearing = gate.named(request, address, fields.FENCE_DELETE)
    await _ask(desk_of(request), bearing, address, "DELETE")
    return Response(None, status_code=204, headers=correlator.echo(request))


async def _ask(desk: Desk, bearing: Bearing, address: str, method: Any) -> list[FenceOut]:  # noqa: ANN401 # a literal
    question = AskWatches(token=bearing.token, proof=bearing.proof, path=address, method=method)
    with as_camara():
        answer = await desk.keyholder.ask(question, Watches)
    found = []
    for watch in answer.watches:
        try:
            found.append(_out(watch, desk.fence_views.open(watch.id, watch.view)))
        except (FormatError, VerificationError):
            continue  # sealed by a key that this tier has no more: it goes on, and cannot be shown
    return found


def _out(watch: WatchView, kept: FenceView) -> FenceOut:
    return FenceOut(
        sink=kept.sink,
        types=kept.types,
        config=kept.config,
        id=watch.id,
        startsAt=kept.startsAt,
        expiresAt=moment(watch.until),
    )


def _check(body: FenceRequest, desk: Desk, now: int) -> None:
    if body.protocol != "HTTP":
        raise CamaraError(400, "INVALID_PROTOCOL", "events go by HTTP only")
    try:
        fences.check_sink(body.sink, demo=desk.demo)
    except SinkError as error:
        raise CamaraError(400, "INVALID_SINK", str(error)) from error
    if body.sinkCredential is not msgspec.UNSET:
        _check_credential(body.sinkCredential)
    if len(body.types) > 1:
        code = "MULTIEVENT_SUBSCRIPTION_NOT_SUPPORTED"
        raise CamaraError(422, code, "subscribe to one type of event at a time")
    _area_of(body)
    _ends(body, now)


def _check_credential(credential: FenceCredential) -> None:
    if credential.credentialType != "ACCESSTOKEN":
        raise CamaraError(400, "INVALID_CREDENTIAL", "a sink's credential is an access token")
    if credential.accessTokenType not in ("bearer", msgspec.UNSET):
        raise CamaraError(400, "INVALID_TOKEN", "an access token is a bearer token")
    needed = (credential.accessToken, credential.accessTokenExpiresUtc, credential.accessTokenType)
    other = (
        credential.identifier,
        credential.secret,
        credential.refreshToken,
        credential.refreshTokenEndpoint,
    )
    if msgspec.UNSET in needed or any(value is not msgspec.UNSET for value in other):
        raise argument("an access token needs its text, its end and its type, and nothing else")


def _area_of(body: FenceRequest) -> Area:
    circle = body.config.subscriptionDetail.area
    try:
        return looks.area_of(circle.center.latitude, circle.center.longitude, circle.radius)
    except AreaError as error:
        raise CamaraError(422, f"{_API}.INVALID_AREA", str(error)) from error


def _ends(body: FenceRequest, now: int) -> Any:  # noqa: ANN401 # as `fences.ends` has it
    asked, credential = body.config.subscriptionExpireTime, body.sinkCredential
    token = msgspec.UNSET if credential is msgspec.UNSET else credential.accessTokenExpiresUtc
    try:
        return fences.ends(
            None if asked is msgspec.UNSET else fences.read_moment(asked),
            None if token is msgspec.UNSET else fences.read_moment(token),
            now,
        )
    except MomentError as error:
        raise argument(str(error)) from error


def _token_of(body: FenceRequest) -> str:
    token = msgspec.UNSET if body.sinkCredential is msgspec.UNSET else body.sinkCredential.accessToken
    return "" if token is msgspec.UNSET else token
