"""Serves the public view over HTTP: `checkpoint` and `tile/...` under a prefix (C2SP tlog-tiles)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from breakseal.kernel.errors import FormatError, UnavailableError
from breakseal.kernel.tlog.tilepath import parse_path
from breakseal.log.publisher import PublicView

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CHECKPOINT_AGE = "public, max-age=5"
TILE_AGE = "public, max-age=31536000, immutable"
NO_AGE = "no-store"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, content type, caching and body."""

    status: int
    content_type: str
    caching: str
    body: bytes


NOT_FOUND = Answer(404, "text/plain; charset=utf-8", NO_AGE, b"not found\n")
NOT_ALLOWED = Answer(405, "text/plain; charset=utf-8", NO_AGE, b"GET and HEAD only\n")
UNAVAILABLE = Answer(503, "text/plain; charset=utf-8", NO_AGE, b"the log's store does not answer now\n")


class TileServer:
    """An ASGI application over one public view."""

    def __init__(self, view: PublicView, prefix: str = "") -> None:
        """Serve `view` under the path `prefix`, which begins with a slash and does not end in one."""
        self._view = view
        self._prefix = f"{prefix}/"
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; lifespan and websocket scopes are closed at once."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
        elif scope["type"] == "http":
            answer = await self._answer(scope["method"], scope["path"])
            await _send(answer, send, head=scope["method"] == "HEAD")

    async def _answer(self, method: str, path: str) -> Answer:
        if method not in ("GET", "HEAD"):
            return NOT_ALLOWED
        if not path.startswith(self._prefix):
            return NOT_FOUND
        return await asyncio.to_thread(self.answer, path.removeprefix(self._prefix))

    def answer(self, path: str) -> Answer:
        """Return the answer for `path`, relative to the prefix."""
        try:
            # SAFETY: a store's connection is for one thread at a time.
            with self._lock:
                if path == "checkpoint":
                    return Answer(200, "text/plain; charset=utf-8", CHECKPOINT_AGE, self._view.checkpoint())
                tile = parse_path(path)
                return Answer(200, "application/octet-stream", TILE_AGE, self._view.tile(tile))
        except FormatError:
            return NOT_FOUND
        except UnavailableError as error:
            return NOT_FOUND if error.reason in ("no-such-tile", "not-published") else UNAVAILABLE


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})
        if kind == "lifespan.shutdown":
            return


async def _send(answer: Answer, send: Send, *, head: bool) -> None:
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"content-length", str(len(answer.body)).encode()),
        (b"cache-control", answer.caching.encode()),
        (b"access-control-allow-origin", b"*"),  # public bytes; browsers verify receipts with them
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
