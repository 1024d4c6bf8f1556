"""The courier's socket for the web tier: frames in, answers out, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from breakseal.courier import protocol
from breakseal.courier.channels import Channels
from breakseal.courier.codes import Codes
from breakseal.courier.events import note
from breakseal.courier.location.asking import Asking
from breakseal.courier.location.locating import Locating
from breakseal.courier.location.messages import AskSource, StartConsent
from breakseal.courier.outbox.store import Outbox
from breakseal.kernel.errors import (
    BreaksealError,
    FormatError,
    RefusedError,
    RequestError,
    UnavailableError,
    VerificationError,
)
from breakseal.keyholder.protocol import Message

IDLE_SECONDS = 60.0
BODY_SECONDS = 10.0
MOST_CONNECTIONS = 64
_FAMILIES = (FormatError, RequestError, VerificationError, RefusedError, UnavailableError)


class Server:
    """Answers the web tier."""

    def __init__(
        self, codes: Codes, asking: Asking, locating: Locating, channels: Channels, outbox: Outbox
    ) -> None:
        self._codes = codes
        self._asking = asking
        self._locating = locating
        self._channels = channels
        self._outbox = outbox
        self._open: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def listening(self, path: str) -> AsyncIterator[None]:
        """Listen on the Unix socket `path` (this group may connect) while the block runs."""
        socket = Path(path)
        await asyncio.to_thread(socket.unlink, missing_ok=True)
        server = await asyncio.start_unix_server(self._converse, path)
        await asyncio.to_thread(socket.chmod, 0o660)
        try:
            yield
        finally:
            server.close()
            await _close(tuple(self._open))
            await asyncio.to_thread(socket.unlink, missing_ok=True)

    async def answer(self, body: bytes) -> Message:
        """Return the answer to one question; errors become a `Problem` without anything personal."""
        try:
            return await self._ask(protocol.question_decoder.decode(body))
        except msgspec.MsgspecError:
            return problem(FormatError("not a message that the courier knows"))
        except BreaksealError as error:
            return problem(error)
        except Exception as error:  # noqa: BLE001 # a bug: its name is noted, its text may be personal
            note("fault", fault=type(error).__name__)
            return problem(UnavailableError("the courier failed", reason="internal"))

    async def _ask(self, question: protocol.Question) -> Message:
        match question:
            case StartConsent():
                return await self._asking.start(question)
            case AskSource():
                return await self._locating.answer(question)
            case protocol.StartClaim():
                return await self._codes.start(question)
            case protocol.AnswerCode():
                return await self._codes.answer(question)
            case protocol.AskState():
                waiting, oldest = self._outbox.waiting()
                return protocol.CourierState(channels=self._channels.states(), waiting=waiting, oldest=oldest)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._open.add(writer)
        try:
            while (body := await _read_frame(reader)) is not None:
                writer.write(protocol.write_frame(await self.answer(body)))
                await writer.drain()
            writer.write(
                protocol.write_frame(problem(FormatError("the frame is too long", reason="too-large")))
            )
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # the other side went away or fell silent
        finally:
            self._open.discard(writer)
            writer.close()


async def _close(writers: tuple[asyncio.StreamWriter, ...]) -> None:
    for writer in writers:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def _read_frame(reader: asyncio.StreamReader) -> bytes | None:
    """Return one frame's body, None if it is too long."""
    async with asyncio.timeout(IDLE_SECONDS):
        size = int.from_bytes(await reader.readexactly(4), "big")
    if size > protocol.MAX_FRAME:
        return None
    async with asyncio.timeout(BODY_SECONDS):
        return await reader.readexactly(size)


def problem(error: BreaksealError) -> protocol.ProblemAnswer:
    """Return `error` as the answer that the client raises again."""
    family = next((kind.__name__ for kind in _FAMILIES if isinstance(error, kind)), "UnavailableError")
    return protocol.ProblemAnswer(family=family, reason=error.reason, detail=str(error))
