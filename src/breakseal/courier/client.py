"""How the web tier asks the courier over its Unix socket; a `Problem` is raised as the error of its family.

Each look of a company is a question, and one that a carrier keeps waiting holds its connection: so there are some, one
question at a time on each, kept while they are used.
"""

from __future__ import annotations

import asyncio
from typing import TypeVar, cast

import msgspec

from breakseal.courier import protocol
from breakseal.kernel import errors
from breakseal.keyholder.protocol import Frames, Message, expect

A = TypeVar("A", bound=Message)
KEPT = 30.0
"""Seconds for which a connection is kept unused: less than the courier waits for the next question on it."""


class CourierClient:
    """Asks the courier; connects when all its connections are busy."""

    def __init__(self, path: str, *, connections: int = 32, timeout: float = 15.0) -> None:
        self._path = path
        self._timeout = timeout
        self._limit = asyncio.Semaphore(connections)
        self._free: list[_Line] = []

    async def ask(self, question: Message, answer: type[A]) -> A:
        """Return the courier's answer of type `answer`.

        Raises:
            RequestError, VerificationError, RefusedError: as the courier judged.
            UnavailableError: it does not answer, or not within the timeout.
        """
        try:
            async with self._limit, asyncio.timeout(self._timeout):
                reply = await self._exchange(question)
        except (OSError, TimeoutError, msgspec.MsgspecError) as error:
            raise errors.UnavailableError(
                "the courier does not answer", reason="courier-unavailable"
            ) from error
        if not isinstance(reply, answer | protocol.ProblemAnswer):
            raise errors.UnavailableError("the courier answered something else", reason="courier-unavailable")
        return expect(reply, answer)

    async def close(self) -> None:
        """Close the connections that nobody uses."""
        while self._free:
            self._free.pop().close()

    async def _exchange(self, question: Message) -> Message:
        line = self._kept() or await self._connect()
        try:
            reply: Message = protocol.answer_decoder.decode(await line.ask(protocol.write_frame(question)))
        except BaseException:
            line.close()  # whatever is still to come would be taken for the next question's answer
            raise
        self._free.append(line)
        return reply

    def _kept(self) -> _Line | None:
        now = asyncio.get_running_loop().time()
        while self._free:
            line = self._free.pop()
            if line.serves(now):
                return line
            line.close()
        return None

    async def _connect(self) -> _Line:
        _, line = await asyncio.get_running_loop().create_unix_connection(_Line, self._path)
        return line


class _Line(asyncio.Protocol):
    """One connection, with one question at a time."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._used = self._loop.time()
        self._lost = False
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    def serves(self, now: float) -> bool:
        """Tell whether another question can be asked here."""
        return not self._lost and now - self._used < KEPT

    async def ask(self, frame: bytes) -> bytes:
        """Return the body of the answer; OSError if the connection is lost."""
        if self._transport is None or self._lost:
            raise OSError("the connection is lost")
        self._answer = self._loop.create_future()
        self._transport.write(frame)
        body = await self._answer
        self._used = self._loop.time()
        return body

    def close(self) -> None:
        self._lost = True
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        try:
            for body in self._frames.feed(data):
                if self._answer is None or self._answer.done():
                    raise errors.FormatError("an answer to no question")
                self._answer.set_result(body)
        except errors.FormatError:
            self.close()
            self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost = True
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(OSError("the connection was lost"))
