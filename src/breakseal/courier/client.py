"""How the web tier asks the courier over its Unix socket; a `Problem` is raised as the error of its family.

Each look of a company is a question, and one that a carrier keeps waiting holds its connection: so there are some, one
question at a time on each, kept while they are used.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TypeVar

from breakseal.courier import protocol
from breakseal.kernel import errors
from breakseal.keyholder.client import Link
from breakseal.keyholder.protocol import Message, expect

A = TypeVar("A", bound=Message)
KEPT = 30.0
"""Seconds for which a connection is kept unused: less than the courier waits for the next question on it."""


class CourierClient:
    """Asks the courier; connects when all its connections are busy."""

    def __init__(self, path: str, *, connections: int = 32, timeout: float = 15.0) -> None:
        self._path = path
        self._timeout = timeout
        self._limit = asyncio.Semaphore(connections)
        self._free: list[tuple[Link, float]] = []

    async def ask(self, question: Message, answer: type[A]) -> A:
        """Return the courier's answer of type `answer`.

        Raises:
            RequestError, VerificationError, RefusedError: as the courier judged.
            UnavailableError: it does not answer, or not within the timeout.
        """
        try:
            async with self._limit, asyncio.timeout(self._timeout):
                reply = await self._exchange(question)
        except (OSError, TimeoutError) as error:
            raise errors.UnavailableError(
                "the courier does not answer", reason="courier-unavailable"
            ) from error
        if not isinstance(reply, answer | protocol.ProblemAnswer):
            raise errors.UnavailableError("the courier answered something else", reason="courier-unavailable")
        return expect(reply, answer)

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._free:
            self._free.pop()[0].close()

    async def _exchange(self, question: Message) -> Message:
        loop = asyncio.get_running_loop()
        link = self._kept(loop.time()) or await self._connect(loop)
        try:
            reply = await link.ask(question)
        except BaseException:
            link.close()  # nobody waits for what is still to come
            raise
        self._free.append((link, loop.time()))
        return reply

    def _kept(self, now: float) -> Link | None:
        while self._free:
            link, since = self._free.pop()
            if not link.lost and now - since < KEPT:
                return link
            link.close()
        return None

    async def _connect(self, loop: asyncio.AbstractEventLoop) -> Link:
        _, link = await loop.create_unix_connection(partial(Link, protocol.answer_decoder.decode), self._path)
        return link
