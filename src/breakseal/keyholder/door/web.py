"""What the door answers over HTTP: values, problem documents (RFC 9457) and the headers of every answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from breakseal.kernel import errors

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

JSON = "application/json"
PROBLEM = "application/problem+json"
NO_STORE = "no-store"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
ALLOWED = (
    "publickey-credentials-get=(self), publickey-credentials-create=(self), clipboard-write=(self), "
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
)
SECURITY = (
    (b"content-security-policy", POLICY.encode()),
    (b"permissions-policy", ALLOWED.encode()),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)

STATUS: tuple[tuple[type[errors.BreaksealError], int], ...] = (
    (errors.RequestError, 400),
    (errors.VerificationError, 403),
    (errors.RefusedError, 403),
    (errors.UnavailableError, 503),
)
BY_REASON = {
    "too-large": 413, "wrong-content-type": 415, "not-found": 404, "wrong-method": 405, "timed-out": 408,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, content type, body and further headers."""

    status: int
    content_type: str
    body: bytes
    caching: str = NO_STORE
    headers: tuple[tuple[bytes, bytes], ...] = field(default=())


def json_answer(value: object) -> Answer:
    """Return `value` as JSON."""
    return Answer(200, JSON, msgspec.json.encode(value))


def problem(error: errors.BreaksealError) -> Answer:
    """Return the problem document of `error`: its reason, its sentence and the status of its family."""
    family = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    status = BY_REASON.get(error.reason, family)
    document = {
        "type": f"urn:breakseal:problem:{error.reason}",
        "title": error.reason.replace("-", " "),
        "status": status,
        "detail": str(error),
        "reason": error.reason,
    }
    return Answer(status, PROBLEM, msgspec.json.encode(document))


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Send `answer`, with the headers that everything from the door has."""
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", answer.caching.encode()),
        *SECURITY,
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})


def header(scope: Scope, name: bytes) -> str:
    """Return the one value of a request header, or an empty string; several values are as good as none."""
    values: list[bytes] = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""


async def read_body(receive: Receive, limit: int) -> bytes:
    """Return the request's body, refusing it as soon as it is longer than `limit` bytes.

    Raises:
        RequestError: it is longer, or the client went away.
    """
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise errors.RequestError("the request was not finished", reason="timed-out")
        body += bytes(message.get("body", b""))
        if len(body) > limit:
            raise errors.RequestError(f"send at most {limit} bytes", reason="too-large")
        if not message.get("more_body", False):
            return body
