"""Asking the keyholder for somebody who signed in: a session whose key it does not know any more is over."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, TypeVar

from litestar import Litestar, Request

from breakseal.kernel.errors import BreaksealError, VerificationError
from breakseal.kernel.model.canonical import digest
from breakseal.web.errors import SessionEndedError
from breakseal.web.parts import WebParts
from breakseal.web.security import COOKIE

SWEEP_SECONDS = 600
A = TypeVar("A")
_log = logging.getLogger("breakseal.web")


async def ask(request: Request[Any, Any, Any], question: object, answer: type[A]) -> A:
    """Return the keyholder's answer to what the session's key signed.

    Raises:
        SessionEndedError: the keyholder does not know the key (ended, or over); the cookie's session is dropped.
        BreaksealError: as the keyholder says.
    """
    parts: WebParts = request.app.state.parts
    try:
        return await parts.keyholder.ask(question, answer)
    except VerificationError as error:
        if error.reason != "unknown-key":
            raise
        await end_session(request)
        raise SessionEndedError("your key for this session was ended: sign in again") from error


async def end_session(request: Request[Any, Any, Any]) -> None:
    """Forget the session that the request's cookie names, if any."""
    parts: WebParts = request.app.state.parts
    token = request.cookies.get(COOKIE, "")
    if token:
        await parts.store.end_session(digest(token.encode("ascii", "replace")))


def sweeping(
    parts: WebParts, seconds: float = SWEEP_SECONDS
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Return the lifespan in which sessions that are over are dropped every `seconds`."""

    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        task = asyncio.create_task(_sweep(parts, seconds))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    return lifespan


async def _sweep(parts: WebParts, seconds: float) -> None:
    while True:
        try:
            await parts.store.sweep(parts.clock.now())
        except BreaksealError as error:  # a full disk, say: the next round tries again
            _log.warning("sessions were not swept: %s", error.reason)
        await asyncio.sleep(seconds)
