"""How the web tier asks the courier over its Unix socket; a `Problem` is raised as the error of its family."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec

from breakseal.courier import protocol
from breakseal.kernel import errors
from breakseal.keyholder.protocol import Message, expect

A = TypeVar("A", bound=Message)


class CourierClient:
    """Asks one question a connection: codes are rare, so there is no pool to keep."""

    def __init__(self, path: str, *, connections: int = 8, timeout: float = 15.0) -> None:
        self._path = path
        self._timeout = timeout
        self._limit = asyncio.Semaphore(connections)

    async def ask(self, question: Message, answer: type[A]) -> A:
        """Return the courier's answer of type `answer`.

        Raises:
            RequestError, VerificationError, RefusedError: as the courier judged.
            UnavailableError: it does not answer, or not within the timeout.
        """
        try:
            async with self._limit, asyncio.timeout(self._timeout):
                reply = await self._exchange(question)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, msgspec.MsgspecError) as error:
            raise errors.UnavailableError(
                "the courier does not answer", reason="courier-unavailable"
            ) from error
        if not isinstance(reply, answer | protocol.ProblemAnswer):
            raise errors.UnavailableError("the courier answered something else", reason="courier-unavailable")
        return expect(reply, answer)

    async def _exchange(self, question: Message) -> Message:
        reader, writer = await asyncio.open_unix_connection(self._path)
        try:
            writer.write(protocol.write_frame(question))
            size = int.from_bytes(await reader.readexactly(4), "big")
            if size > protocol.MAX_FRAME:
                raise OSError("frame too long")
            answer: Message = protocol.answer_decoder.decode(await reader.readexactly(size))
            return answer
        finally:
            writer.close()
