"""The web tier's connections to the courier: kept while they are used, one question at a time on each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from breakseal.courier import client as client_module
from breakseal.courier import protocol
from breakseal.courier.client import CourierClient
from breakseal.courier.protocol import AskState, CourierState
from breakseal.kernel.errors import UnavailableError
from tests.support.courier import asking

STATE = protocol.write_frame(CourierState(channels=(), waiting=0, oldest=0))
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Other:
    """The other side of the socket: counts connections, and answers as a test says."""

    def __init__(self) -> None:
        self.connections = 0
        self.busy = 0
        self.most = 0
        self.answer: Answer = self.at_once

    async def at_once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(4), "big")
        await reader.readexactly(size)
        writer.write(STATE)

    async def slowly(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(4), "big")
        await reader.readexactly(size)
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0.05)
        self.busy -= 1
        writer.write(STATE)

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                await self.answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[Other, CourierClient]]:
    other, path = Other(), str(folder / "courier.sock")
    server = await asyncio.start_unix_server(other.converse, path)
    try:
        async with asking(path) as client:
            yield other, client
    finally:
        server.close()


async def ask(client: CourierClient) -> None:
    assert await client.ask(AskState(), CourierState) == CourierState(channels=(), waiting=0, oldest=0)


def test_a_connection_is_kept_for_the_next_question(tmp_path: Path) -> None:
    async def scene() -> None:
        async with both(tmp_path) as (other, client):
            for _ in range(5):
                await ask(client)
            assert other.connections == 1

    asyncio.run(scene())


def test_questions_at_once_have_a_connection_each_and_do_not_wait_for_one_another(tmp_path: Path) -> None:
    """A carrier that takes its time with one look holds up no other."""

    async def scene() -> None:
        async with both(tmp_path) as (other, client):
            other.answer = other.slowly
            await asyncio.gather(*(ask(client) for _ in range(40)))
            assert other.connections == other.most == 32

    asyncio.run(scene())


def test_a_connection_that_the_other_side_closed_is_not_used_again(tmp_path: Path) -> None:
    async def scene() -> None:
        async with both(tmp_path) as (other, client):

            async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await other.at_once(reader, writer)
                writer.close()

            other.answer = once
            await ask(client)
            await asyncio.sleep(0.05)
            await ask(client)
            assert other.connections == 2

    asyncio.run(scene())


def test_a_connection_unused_for_long_is_not_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The courier may be about to close it."""
    monkeypatch.setattr(client_module, "KEPT", 0.02)

    async def scene() -> None:
        async with both(tmp_path) as (other, client):
            await ask(client)
            await asyncio.sleep(0.05)
            await ask(client)
            assert other.connections == 2

    asyncio.run(scene())


def test_an_answer_that_came_too_late_is_nobodys(tmp_path: Path) -> None:
    """Whoever gives up takes the connection along: the next question must not get the last one's answer."""

    async def scene() -> None:
        async with both(tmp_path) as (other, client):
            other.answer = other.slowly
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await ask(client)
            other.answer = other.at_once
            await ask(client)
            assert other.connections == 2

    asyncio.run(scene())


@pytest.mark.parametrize("said", [b"", b"\xff\xff\xff\xff", STATE + STATE, protocol.write_frame(AskState())])
def test_what_is_no_answer_reads_as_unavailable(tmp_path: Path, said: bytes) -> None:
    """Nothing, a frame beyond all bounds, two answers, a question."""

    async def scene() -> None:
        async with both(tmp_path) as (other, client):

            async def garble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                size = int.from_bytes(await reader.readexactly(4), "big")
                await reader.readexactly(size)
                writer.write(said)
                await writer.drain()
                writer.close()

            other.answer = garble
            if said == STATE + STATE:
                await ask(client)
            else:
                with pytest.raises(UnavailableError) as caught:
                    await ask(client)
                assert caught.value.reason == "courier-unavailable"
            other.answer = other.at_once
            await ask(client)
            assert other.connections == 2

    asyncio.run(scene())
