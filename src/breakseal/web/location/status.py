"""Does the consent still hold: CAMARA's consent-info, for the client whose token came of it.

A consent is asked for by text message only (`/oauth/bc-authorize`), so there is no address at which to capture one.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, post

from breakseal.keyholder.location.messages import AskStatus, TokenState
from breakseal.programmes.location import fields
from breakseal.web import guards
from breakseal.web.location import gate, paths
from breakseal.web.location.bodies import MAX_BODY
from breakseal.web.location.desk import desk_of
from breakseal.web.location.errors import CamaraError
from breakseal.web.location.messages import StatusInfo, StatusOut, StatusRequest
from breakseal.web.location.moments import moment
from breakseal.web.location.replies import as_camara

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_NEVER = frozenset({"javascript", "data", "file", "blob", "about", "vbscript", "http"})


@post(paths.STATUS, opt=guards.SIGNATURE, request_max_body_size=MAX_BODY, include_in_schema=False)
async def status(request: Request[Any, Any, Any]) -> Response[Any]:
    """Tell for each scope whether the consent behind the token opens it for this purpose now."""
    bearing, body = await gate.passed(request, paths.STATUS, StatusRequest, fields.STATUS, _check_offered)
    question = AskStatus(token=bearing.token, proof=bearing.proof, path=paths.STATUS)
    with as_camara():
        state = await desk_of(request).keyholder.ask(question, TokenState)
    opened = fields.scopes_for(state.precision, once=state.once)
    same = body.purpose == fields.PURPOSE_PREFIX + state.purpose
    held = tuple(scope for scope in body.scopes if same and scope in opened)
    rest = tuple(scope for scope in body.scopes if scope not in held)
    answer = StatusOut(statusInfo=(*_held(held, body.purpose, state.until), *_pending(rest, body.purpose)))
    return gate.answer(request, answer)


def _check_offered(body: StatusRequest) -> None:
    known = {fields.PURPOSE_PREFIX + term for term in fields.PURPOSES}
    if body.purpose not in known or not set(body.scopes) <= {fields.READ, fields.VERIFY, *fields.FENCING}:
        code = "CONSENT_INFO.NOT_ALLOWED_SCOPES_PURPOSE"
        raise CamaraError(403, code, "these scopes are not offered for this purpose")
    if body.callbackUrl is not msgspec.UNSET and not _may_call_back(body.callbackUrl):
        raise CamaraError(403, "CONSENT_INFO.INVALID_CALLBACK_URL", "nobody is sent to this address")


def _may_call_back(address: str) -> bool:
    """Tell whether an address has the published form; nobody is ever sent to it from here."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "http":
        return host in _LOOPBACK
    return bool(parts.scheme) and bool(host) and parts.scheme not in _NEVER and parts.username is None


def _held(scopes: tuple[str, ...], purpose: str, until: int) -> tuple[StatusInfo, ...]:
    if not scopes:
        return ()
    info = StatusInfo(
        scopes=scopes, purpose=purpose, statusValidForProcessing=True, expirationDate=moment(until)
    )
    return (info,)


def _pending(scopes: tuple[str, ...], purpose: str) -> tuple[StatusInfo, ...]:
    if not scopes:
        return ()
    return (
        StatusInfo(scopes=scopes, purpose=purpose, statusValidForProcessing=False, statusReason="PENDING"),
    )
