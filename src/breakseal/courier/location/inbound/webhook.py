"""A gateway's signed webhook: text messages and events about numbers, each taken once.

`Breakseal-Signature: t=<Unix seconds>,v1=<hex HMAC-SHA256 of "<t>." and the body>`, by the secret of `secret_file`.
Nothing that stands in a request stands in an answer or in a log.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any, Literal

import msgspec

from breakseal.courier.events import note
from breakseal.courier.location.inbound.port import MAX_ID, MAX_NUMBER, MAX_TEXT, Heard, Take
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError, RequestError, UnavailableError
from breakseal.kernel.ports import Clock

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PATH = "/inbound/sms"
HEADER = b"breakseal-signature"
WINDOW = 300
"""Seconds by which a signature's time may differ from ours."""
MAX_BODY = 16 * 1024
BODY_SECONDS = 10.0
MIN_SECRET = 16
_SIGNATURE = re.compile(rb"t=([0-9]{1,12}),v1=([0-9a-f]{64})")

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_ID)]
_Number = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NUMBER)]
_Time = Annotated[int, msgspec.Meta(ge=0, le=2**40)]


class InboundText(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sender": "from"}):
    """A text message."""

    id: _Id
    sender: _Number
    text: Annotated[str, msgspec.Meta(max_length=MAX_TEXT)]
    at: _Time


class InboundEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The carrier took a STOP itself, or the number has another SIM or another holder."""

    id: _Id
    event: Literal["opted-out", "number-moved"]
    number: _Number
    at: _Time


class _RefusedError(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Webhook:
    """The ASGI application."""

    def __init__(self, secret: bytes, take: Take, clock: Clock) -> None:
        """Keep the secret.

        Raises:
            ConfigError: it is too short to keep anybody out.
        """
        if len(secret) < MIN_SECRET:
            raise ConfigError(f"the inbound secret is shorter than {MIN_SECRET} bytes: make a longer one")
        self._secret = secret
        self._take = take
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            status, reason = await self._status(scope, receive)
            await _send(send, status, reason)

    async def _status(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        try:
            await self._answer(scope, receive)
        except _RefusedError as error:
            note("not-heard", reason=error.reason)
            return error.status, error.reason
        except RequestError as error:
            # Said to the gateway, not hidden from it: what it could not hand in may be a STOP.
            note("not-heard", reason=error.reason)
            return 422, error.reason
        except UnavailableError as error:
            note("store-failed", reason=error.reason)
            return 503, "try-later"
        except Exception as error:  # noqa: BLE001 # a bug: its text may be personal
            note("fault", fault=type(error).__name__)
            return 500, "internal"
        return 200, ""

    async def _answer(self, scope: Scope, receive: Receive) -> None:
        if scope["path"] != PATH:
            raise _RefusedError(404, "no-such-place")
        if scope["method"] != "POST":
            raise _RefusedError(405, "wrong-method")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read_body(receive)
        except TimeoutError:
            raise _RefusedError(400, "request-unfinished") from None
        self._verify(scope, body)
        self._take(read_body(body))

    def _verify(self, scope: Scope, body: bytes) -> None:
        """SAFETY: signature and time are checked before one byte of the body is read as anything."""
        values = [value for name, value in scope["headers"] if name == HEADER]
        found = _SIGNATURE.fullmatch(values[0]) if len(values) == 1 else None
        if found is None:
            raise _RefusedError(401, "signature-missing")
        right = hmac.digest(self._secret, found[1] + b"." + body, hashlib.sha256).hex().encode()
        if not hmac.compare_digest(right, found[2]):
            raise _RefusedError(401, "signature-wrong")
        if abs(self._clock.now() - int(found[1])) > WINDOW:
            raise _RefusedError(401, "signature-old")


def sign(secret: bytes, at: int, body: bytes) -> str:
    """Return the header's value for `body` at Unix `at`: for gateways' adapters and tests."""
    return f"t={at},v1={hmac.digest(secret, f'{at}.'.encode() + body, hashlib.sha256).hex()}"


def read_body(body: bytes) -> Heard:
    """Return what a body says."""
    try:
        said = msgspec.json.decode(body, type=InboundText)
    except msgspec.MsgspecError:
        return _read_event(body)
    return Heard(
        id=f"sms/{said.id}", event="text", number=Private(said.sender), at=said.at, text=Private(said.text)
    )


def _read_event(body: bytes) -> Heard:
    try:
        said = msgspec.json.decode(body, type=InboundEvent)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _RefusedError(400, "body-malformed") from None
    return Heard(id=f"event/{said.id}", event=said.event, number=Private(said.number), at=said.at)


async def _read_body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _RefusedError(400, "request-unfinished")
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            raise _RefusedError(413, "too-large")
        if not message.get("more_body", False):
            return body


async def _send(send: Send, status: int, reason: str) -> None:
    body = msgspec.json.encode({"reason": reason} if reason else {})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
