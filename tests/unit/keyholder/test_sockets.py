"""The keyholder's sockets: who may ask what, what is cut off, and what a caller sees when nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from breakseal.kernel.errors import FormatError, RefusedError, UnavailableError
from breakseal.keyholder import protocol as p
from breakseal.keyholder import server as serving
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.engine import Engine
from breakseal.keyholder.server import InProcessClient, Worker, serve_sockets
from breakseal.keyholder.store import StoreFailedError
from tests.support.world import World

Test = Callable[["Served"], Awaitable[None]]


class Served:
    """A keyholder behind its sockets."""

    def __init__(self, folder: Path, worker: Worker, failed: asyncio.Event) -> None:
        self.folder, self.worker, self.failed = folder, worker, failed
        self.clients: list[KeyholderClient] = []

    def client(self, name: str, timeout: float = 5.0) -> KeyholderClient:
        self.clients.append(KeyholderClient(str(self.folder / f"{name}.sock"), timeout=timeout))
        return self.clients[-1]


@asynccontextmanager
async def served(engine: Engine, folder: Path) -> AsyncIterator[Served]:
    failed = asyncio.Event()
    worker = Worker(engine, asyncio.get_running_loop(), failed.set)
    worker.start()
    servers = await serve_sockets(worker, folder)
    own = Served(folder, worker, failed)
    try:
        yield own
    finally:
        for client in own.clients:
            await client.close()
        for server in servers:
            server.close()
        worker.stop()
        await asyncio.to_thread(worker.join, 10.0)
        await asyncio.sleep(0)


def run(world: World, test: Test) -> None:
    async def scene() -> None:
        async with served(Moved(world), world.folder) as own:  # type: ignore[arg-type] # an engine, later
            await test(own)

    asyncio.run(scene())


class Moved:
    """The engine of a world, opened in the thread that uses it, as SQLite demands."""

    def __init__(self, world: World) -> None:
        world.close()
        self._world = world
        self._engine: Engine | None = None

    def __getattr__(self, name: str) -> object:
        if self._engine is None:
            self._engine = self._world.engine = self._world.open()
        return getattr(self._engine, name)


async def raw(path: Path, data: bytes) -> bytes:
    """Send bytes to a socket; return what comes before it is closed."""
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(data)
    try:
        return await asyncio.wait_for(reader.read(), 10)
    finally:
        writer.close()
        await writer.wait_closed()


def test_each_neighbour_asks_what_is_its_own(world: World) -> None:
    async def scene(own: Served) -> None:
        facts = await own.client("web").ask(p.AskFacts(), p.Facts)
        assert facts.state == "open"
        assert (await own.client("courier").ask(p.TakePermits(limit=5), p.Permits)).permits == ()
        admin = own.client("admin")
        assert (await admin.ask(p.Administer(task="state"), p.Done)).detail == "open"
        assert (await admin.ask(p.Administer(task="sweep"), p.Done)).detail == "sweep"
        copy = own.folder / "copy"
        copy.mkdir()
        assert (await admin.ask(p.Administer(task="backup", path=str(copy)), p.Done)).detail == "backup"
        assert (copy / "keyholder.db").is_file()
        with pytest.raises(UnavailableError):
            await admin.ask(p.Administer(task="backup", path=str(own.folder / "no-such")), p.Done)
        with pytest.raises(RefusedError, match="no such task"):
            await admin.ask(p.Administer(task="rule the world"), p.Done)

    run(world, scene)


def test_a_message_of_another_socket_ends_the_connection(world: World) -> None:
    async def scene(own: Served) -> None:
        with pytest.raises(UnavailableError):
            await own.client("web").ask(p.Administer(task="state"), p.Done)
        for data in (p.frame(p.Administer(task="state")), p.frame(p.AskFacts())[:-1] + b"x", b"\xff" * 8):
            assert await raw(own.folder / "web.sock", data) == b""
        assert (await own.client("web").ask(p.AskFacts(), p.Facts)).state == "open", "others are served"

    run(world, scene)


def test_many_questions_at_once_are_answered_in_order(world: World) -> None:
    async def scene(own: Served) -> None:
        client = own.client("web")
        kinds = [p.AskFacts(), p.Prove(leaf=bytes(32))] * (serving.MAX_BATCH + 3)
        asked = [client.ask(one, p.Facts) for one in kinds]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [isinstance(one, p.Facts) for one in answers] == [True, False] * (serving.MAX_BATCH + 3)
        assert (await InProcessClient(own.worker).ask(p.AskFacts(), p.Facts)).state == "open"

    run(world, scene)


def test_an_answer_too_long_to_carry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene(own: Served) -> None:
        monkeypatch.setattr(p, "MAX_FRAME", 200)
        with pytest.raises(RefusedError) as refused:
            await own.client("web").ask(p.AskFacts(), p.Facts)
        assert refused.value.reason == "too-large"

    run(world, scene)


def test_a_sweep_that_is_due_and_one_that_fails(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SWEEP_EVERY", 0.05)
    swept = []

    def sweep(_engine: Engine) -> None:
        swept.append(1)
        raise UnavailableError("the log waits", reason="clock-back")

    async def scene(own: Served) -> None:
        await own.client("web").ask(p.AskFacts(), p.Facts)
        monkeypatch.setattr(Engine, "sweep", sweep)
        for _ in range(100):
            if len(swept) > 1:
                break
            await asyncio.sleep(0.05)
        assert len(swept) > 1
        assert (await own.client("web").ask(p.AskFacts(), p.Facts)).state == "open", "it goes on"
        assert not own.failed.is_set()

    run(world, scene)


@pytest.mark.parametrize("task", ["backup", "sweep"])
def test_a_failed_store_stops_the_process(world: World, monkeypatch: pytest.MonkeyPatch, task: str) -> None:
    def fails(*_: object) -> None:
        raise StoreFailedError("the disk is gone")

    async def scene(own: Served) -> None:
        await own.client("web").ask(p.AskFacts(), p.Facts)
        monkeypatch.setattr(Engine, task, fails)
        with pytest.raises(UnavailableError):
            await own.client("admin", timeout=0.5).ask(p.Administer(task=task, path="/"), p.Done)
        await asyncio.wait_for(own.failed.wait(), 10)

    run(world, scene)


def test_an_administrator_s_mistake_stops_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    async def scene(own: Served) -> None:
        monkeypatch.setattr(Engine, "backup", fails)
        with pytest.raises(UnavailableError, match="look at the log"):
            await own.client("admin").ask(p.Administer(task="backup", path="/"), p.Done)
        assert (await own.client("web").ask(p.AskFacts(), p.Facts)).state == "open"

    run(world, scene)


# -- the client against other servers ------------------------------------------------------------------------


def against(folder: Path, answers: bytes, *, wait: bool = False) -> UnavailableError | FormatError:
    """Ask a server that sends `answers` to whatever it is asked, and closes unless it is to wait."""

    async def scene() -> UnavailableError | FormatError:
        done = asyncio.Event()

        async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(answers)
            await writer.drain()
            if wait:
                await reader.read()
            writer.close()
            done.set()

        server = await asyncio.start_unix_server(one, str(folder / "web.sock"))
        client = KeyholderClient(str(folder / "web.sock"), timeout=0.5)
        try:
            with pytest.raises((UnavailableError, FormatError)) as raised:
                await client.ask(p.AskFacts(), p.Facts)
            return raised.value
        finally:
            await client.close()
            await done.wait()
            await asyncio.sleep(0.05)
            server.close()

    return asyncio.run(scene())


@pytest.mark.parametrize(
    "answers",
    [b"", b"\xff\xff\xff\xff", b"\x00\x00\x00\x02{}", p.frame(p.Done()) * 3, p.frame(p.Done())],
    ids=["closed", "a frame too long", "no message", "more than was asked", "another answer"],
)
def test_a_server_that_is_no_keyholder(tmp_path: Path, answers: bytes) -> None:
    assert against(tmp_path, answers).reason == "keyholder-unavailable"


def test_a_keyholder_that_does_not_answer(tmp_path: Path) -> None:
    assert against(tmp_path, b"", wait=True).reason == "keyholder-unavailable"
    client = KeyholderClient(str(tmp_path / "nobody.sock"))

    async def ask() -> None:
        await client.close()
        await client.ask(p.AskFacts(), p.Facts)

    with pytest.raises(UnavailableError):
        asyncio.run(ask())


def test_a_lost_connection_is_made_again(world: World) -> None:
    async def scene(own: Served) -> None:
        client = own.client("web")
        assert (await client.ask(p.AskFacts(), p.Facts)).state == "open"
        await client.close()
        await asyncio.sleep(0.05)
        assert (await client.ask(p.AskFacts(), p.Facts)).state == "open"

    run(world, scene)
