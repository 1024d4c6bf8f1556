"""Failures as answers: problem documents (RFC 9457) for machines, kind pages for people.

One table turns a family of errors into a status. What is not in it becomes a bare 500 with an
incident number. INVARIANT: no status, text or member depends on whether somebody has a record.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.exceptions.http_exceptions import NotFoundException

from breakseal.kernel import errors
from breakseal.kernel.model.canonical import b64
from breakseal.programmes.emergency.photo import PhotoError
from breakseal.web import i18n
from breakseal.web.errors import ForeignOriginError, NotSignedInError, TooLargeError
from breakseal.web.pages import page

PROBLEM_TYPE = "application/problem+json"
_log = logging.getLogger("breakseal.web")

STATUS: dict[type[errors.BreaksealError], int] = {
    NotSignedInError: 401,
    ForeignOriginError: 403,
    TooLargeError: 413,
    PhotoError: 422,
    errors.FormatError: 400,
    errors.RequestError: 400,
    errors.VerificationError: 403,
    errors.RefusedError: 403,
    errors.UnavailableError: 503,
}
"""Looked up along the error's own line of classes, nearest first."""

_REASON_STATUS = {"too-large": 413, "too-many": 429, "not-found": 404}
_KNOWN_STATUS = {
    400: "bad-request",
    404: "not-found",
    405: "bad-method",
    413: "too-large",
    415: "bad-media-type",
}


class ProblemDocument(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The members of a problem document; `reason` is the machine word, `incident` names an unexpected failure."""

    type: str
    title: str
    status: int
    detail: str = ""
    reason: str
    incident: str = ""


def problem_of(
    error: Exception, words: i18n.Catalogue, language: i18n.Language, incident: str
) -> ProblemDocument:
    """Return what may be said of `error`."""
    status, reason, detail = _judged(error)
    title = words.t(_title_id(words, reason, status), language)
    return ProblemDocument(
        type=f"/help/problems#{reason}",
        title=title,
        status=status,
        detail=detail,
        reason=reason,
        incident=incident if status == HTTPStatus.INTERNAL_SERVER_ERROR else "",
    )


def _judged(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, HTTPException):
        status = (
            error.status_code
            if error.status_code in _KNOWN_STATUS
            else 500
            if error.status_code >= 500
            else 400
        )
        return status, _KNOWN_STATUS.get(status, "internal"), ""
    for kind in type(error).__mro__:
        if kind in STATUS:
            reason = str(getattr(error, "reason", "internal"))
            return _REASON_STATUS.get(reason, STATUS[kind]), reason, str(error)
    return 500, "internal", ""


def _title_id(words: i18n.Catalogue, reason: str, status: int) -> str:
    named = f"problem.{reason}"
    if words.has(named):
        return named
    return {400: "problem.bad-request", 403: "problem.refused", 503: "problem.unavailable"}.get(
        status, "problem.internal"
    )


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Turn any error into the answer that this caller can use."""
    parts = request.app.state.parts
    language = i18n.choose(request).language
    incident = b64(parts.entropy.token(9))
    problem = problem_of(error, request.app.state.words, language, incident)
    if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error(
            "incident %s on %s: %s", incident, request.scope["path"].split("/")[1], type(error).__name__
        )
        _log.debug("incident %s", incident, exc_info=error)
    headers = {"retry-after": "5"} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    if wants_page(request):
        return _page_of(request, problem, headers)
    return Response(
        content=msgspec.json.encode(problem),
        status_code=problem.status,
        media_type=PROBLEM_TYPE,
        headers=headers,
    )


def wants_page(request: Request[Any, Any, Any]) -> bool:
    """Tell whether a person's browser waits for a page."""
    return not request.scope["path"].startswith("/api/") and "text/html" in request.headers.get("accept", "")


def _page_of(
    request: Request[Any, Any, Any], problem: ProblemDocument, headers: dict[str, str]
) -> Response[Any]:
    unknown = problem.status == HTTPStatus.UNAUTHORIZED
    template = "errors/sign_in.html" if unknown else "errors/problem.html"
    reply = page(request, template, problem=problem, status=problem.status)
    for name, value in headers.items():
        reply.headers[name] = value
    return reply


KINDS: tuple[int | type[Exception], ...] = (Exception, HTTPException, NotFoundException)
"""What is answered by one handler, whatever layer of the framework raised it."""
