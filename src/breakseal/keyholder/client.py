"""How the neighbours ask the keyholder: a connection to its Unix socket, on which questions are pipelined.

Questions about location, which are answered after all else, go by a connection of their own: answers of one connection
come in the order of its questions.

Everything that comes back as a `Problem` is raised as the error of its family, so that callers
handle the same errors as inside the core.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar, cast

import msgspec

from breakseal.kernel import errors
from breakseal.keyholder import protocol

A = TypeVar("A", bound=protocol.Message)


class KeyholderClient:
    """Asks one socket of the keyholder; connects when first asked, and again when the connection was lost."""

    def __init__(self, path: str, *, timeout: float = 10.0) -> None:
        self._path = path
        self._timeout = timeout
        self._links: dict[bool, Link] = {}
        self._connecting = asyncio.Lock()

    async def ask(self, question: protocol.Message, answer: type[A]) -> A:
        """Return the keyholder's answer of type `answer`.

        Raises:
            RequestError, VerificationError, RefusedError: as the keyholder judged.
            UnavailableError: it does not answer, or not within the timeout.
        """
        try:
            async with asyncio.timeout(self._timeout):
                patient = isinstance(question, protocol.PATIENT)
                link = self._links.get(patient)
                if link is None or link.lost:
                    link = await self._connect(patient=patient)
                reply = await link.ask(question)
        except (OSError, TimeoutError) as error:
            raise errors.UnavailableError(
                "the keyholder does not answer", reason="keyholder-unavailable"
            ) from error
        return protocol.expect(reply, answer)

    async def close(self) -> None:
        """Close the connections."""
        for link in self._links.values():
            link.close()

    async def _connect(self, *, patient: bool) -> Link:
        async with self._connecting:
            link = self._links.get(patient)
            if link is None or link.lost:
                loop = asyncio.get_running_loop()
                _, link = await loop.create_unix_connection(
                    partial(Link, protocol.answer_decoder.decode), self._path
                )
                self._links[patient] = link
            return link


class Link(asyncio.Protocol):
    """One connection to a neighbour; answers come in the order of the questions. `decode` reads one."""

    def __init__(self, decode: Callable[[bytes], protocol.Message]) -> None:
        self.lost = False
        self._decode = decode
        self._frames = protocol.Frames()
        self._waiting: deque[asyncio.Future[protocol.Message]] = deque()
        self._transport: asyncio.Transport | None = None

    async def ask(self, question: protocol.Message) -> protocol.Message:
        """Return the answer; OSError if the connection is lost, or what comes is no answer."""
        future: asyncio.Future[protocol.Message] = asyncio.get_running_loop().create_future()
        if self._transport is None or self.lost:
            raise OSError("the connection is lost")
        self._waiting.append(future)
        self._transport.write(protocol.frame(question))
        return await future

    def close(self) -> None:
        """Close the connection; who waits hears that it was lost."""
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; see `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Give each whole answer to who waits for it; what is none ends the connection."""
        try:
            for body in self._frames.feed(data):
                # Before anybody stops waiting: what cannot be read loses the connection.
                answer = self._decode(body)
                future = self._waiting.popleft()
                if not future.done():
                    future.set_result(answer)
        except (errors.FormatError, msgspec.MsgspecError, IndexError):
            self.close()
            self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell everybody who waits."""
        self.lost = True
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(OSError("the connection was lost"))
