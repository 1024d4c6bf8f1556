"""Failures in the form that each interface's standard asks for: CAMARA's {status, code, message}, or RFC 6749's.

One handler for the whole tier: the address alone decides the form; `Accept` decides nothing. The texts are fixed: none
holds anything that was sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from breakseal.kernel.errors import BreaksealError, RefusedError, UnavailableError
from breakseal.web.errors import ForeignOriginError, NotSignedInError
from breakseal.web.location import challenge, correlator, paths
from breakseal.web.location.errors import CamaraError, OauthError
from breakseal.web.location.messages import ErrorInfo, OauthFailure

Answerer = Callable[[Request[Any, Any, Any], Exception], Response[Any]]
JSON = "application/json"
_log = logging.getLogger("breakseal.web")

_CAMARA_HTTP = {
    404: ("NOT_FOUND", "there is nothing at this address"),
    405: ("METHOD_NOT_ALLOWED", "this address does not take this method"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "send application/json"),
}


def by_address(otherwise: Answerer) -> Answerer:
    """Return the handler that answers by the request's address, and `otherwise` for all others."""

    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        path = request.scope["path"]
        if path.startswith(paths.CAMARA_PREFIXES):
            return camara(request, error)
        if path.startswith(paths.OAUTH_PREFIX) and path != paths.AUTHORIZE:
            return oauth(error)
        return otherwise(request, error)

    return answer


def camara(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Answer as CAMARA does (Commonalities: `ErrorInfo`)."""
    known = _as_camara(error)
    headers = correlator.echo(request)
    if known.status == 401:
        headers["www-authenticate"] = challenge.of(known.dpop)
    headers |= _kept(error) | _later(known.status)
    body = ErrorInfo(status=known.status, code=known.code, message=str(known))
    return Response(msgspec.json.encode(body), status_code=known.status, media_type=JSON, headers=headers)


def oauth(error: Exception) -> Response[Any]:
    """Answer as RFC 6749 section 5.2 does."""
    known = _as_oauth(error)
    body = OauthFailure(error=known.code, error_description=str(known))
    headers = _kept(error) | _later(known.status)
    return Response(msgspec.json.encode(body), status_code=known.status, media_type=JSON, headers=headers)


def _as_camara(error: Exception) -> CamaraError:
    if isinstance(error, CamaraError):
        return error
    if isinstance(error, ForeignOriginError):
        return CamaraError(403, "PERMISSION_DENIED", "pages of other sites may not call this")
    if isinstance(error, UnavailableError):
        return CamaraError(503, "UNAVAILABLE", "a part that is needed does not answer now: try again later")
    if isinstance(error, HTTPException | NotSignedInError):
        # OPTIONS declares nothing of who may call it, and so is no method here.
        status = error.status_code if isinstance(error, HTTPException) else 405
        if status in _CAMARA_HTTP:
            return CamaraError(status, *_CAMARA_HTTP[status])
        if status < 500:
            return CamaraError(400, "INVALID_ARGUMENT", "the request is not well formed, or too long")
    _unexpected(error)
    return CamaraError(500, "INTERNAL", "this failed on our side")


def _as_oauth(error: Exception) -> OauthError:
    if isinstance(error, OauthError):
        return error
    if isinstance(error, UnavailableError):
        return OauthError("temporarily_unavailable", "a part that is needed does not answer now", 503)
    if isinstance(error, HTTPException) and error.status_code < 500:
        status = error.status_code if error.status_code in (404, 405, 413) else 400
        return OauthError("invalid_request", "the request is not one that this address takes", status)
    if isinstance(error, RefusedError):
        return OauthError("invalid_request", "this request is refused", 403)
    _unexpected(error)
    return OauthError("server_error", "this failed on our side", 500)


def _unexpected(error: Exception) -> None:
    reason = error.reason if isinstance(error, BreaksealError) else type(error).__name__
    _log.error("a client's request failed: %s", reason)
    _log.debug("a client's request failed", exc_info=error)


def _kept(error: Exception) -> dict[str, str]:
    """Return the headers that HTTP itself asks for (`Allow`)."""
    return dict(error.headers or {}) if isinstance(error, HTTPException) else {}


def _later(status: int) -> dict[str, str]:
    return {"retry-after": "5"} if status == 503 else {}
