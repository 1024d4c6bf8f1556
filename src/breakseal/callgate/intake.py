"""The intake: HTTP on this machine only, for the phone system; a bearer token, JSON, a size limit.

`POST /v1/events` takes one report and answers when it is on disk. `GET /v1/state` says how the callgate is.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from breakseal.callgate.errors import CallEndedError, IntakeError, NoIngestKeyError, NotOursError
from breakseal.callgate.gate import Gate, Taken
from breakseal.callgate.report import MAX_REPORT, read_report
from breakseal.kernel.errors import BreaksealError

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class StateReport(msgspec.Struct, frozen=True, kw_only=True):
    """How the callgate is: events by state, whether the web answers, until when (Unix) the ingest key is good."""

    org: str
    web: str
    web_answers: bool
    ingest_until: int
    events: dict[str, int]


class ProblemReport(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    reason: str


class Intake:
    """The ASGI application. `taken` is told of each new event; `state` says how things are."""

    def __init__(
        self, gate: Gate, token: bytes, *, taken: Callable[[Taken], None], state: Callable[[], StateReport]
    ) -> None:
        self._gate, self._token, self._taken, self._state = gate, token, taken, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        try:
            status, body = await self._answer(scope, receive)
        except BreaksealError as error:
            status = _status(error)
            body = ProblemReport(type="about:blank", title=str(error), status=status, reason=error.reason)
        await _respond(send, status, body)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, msgspec.Struct | Taken]:
        headers = dict(scope["headers"])
        given = headers.get(b"authorization", b"")
        if not hmac.compare_digest(given, b"Bearer " + self._token):
            raise NotOursError("show the intake's token as `authorization: Bearer`")
        match scope["method"], scope["path"]:
            case "GET", "/v1/state":
                return 200, self._state()
            case "POST", "/v1/events":
                if headers.get(b"content-type", b"").partition(b";")[0].strip() != b"application/json":
                    raise IntakeError("send application/json", reason="not-json")
                taken = self._gate.take(read_report(await _body(receive)))
                self._taken(taken)
                return 202, taken
        raise IntakeError("no such address; POST /v1/events", reason="not-found")


async def _body(receive: Receive) -> bytes:
    data: bytes = b""
    while True:
        message = await receive()
        data += bytes(message.get("body", b""))
        if len(data) > MAX_REPORT:
            raise IntakeError(f"longer than the {MAX_REPORT} bytes allowed", reason="too-large")
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return data


_BY_REASON = {"not-found": 404, "too-large": 413, "not-json": 415}
_BY_FAMILY: tuple[tuple[type[BreaksealError], int], ...] = (
    (NotOursError, 401),
    (CallEndedError, 409),
    (NoIngestKeyError, 503),
    (IntakeError, 422),
)


def _status(error: BreaksealError) -> int:
    if error.reason in _BY_REASON:
        return _BY_REASON[error.reason]
    return next((status for family, status in _BY_FAMILY if isinstance(error, family)), 500)


async def _respond(send: Send, status: int, body: msgspec.Struct | Taken) -> None:
    kind = b"application/problem+json" if isinstance(body, ProblemReport) else b"application/json"
    headers = [(b"content-type", kind), (b"cache-control", b"no-store")]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
