"""The parts of an installation for one client (`support.clients`): each the real one, set up in a folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvicorn

from breakseal.courier.client import CourierClient
from breakseal.courier.config import Camara, Replies
from breakseal.kernel.model import enrolments, signed
from breakseal.kernel.ports import Clock
from breakseal.keyholder import protocol as p
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.server import Worker
from breakseal.simulate.carrier.network import Network
from breakseal.simulate.carrier.tracks import Subscriber, Waypoint
from breakseal.stores.sqlite.calls import SqliteCallKeep
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web.app import create_app
from breakseal.web.board.hub import BoardHub
from breakseal.web.parts import WebParts, WebSettings
from tests.support import published
from tests.support.courier import ENTROPY, NUMBER, Setting, make_setting
from tests.support.world import World

ELSEWHERE = "+12025550187"
HERE = (38.8977, -77.0365)


class OriginWorld(World):
    """A world whose root names another origin of the web tier."""

    def __init__(self, folder: Path, clock: Clock, origin: str) -> None:
        self.origin = origin
        super().__init__(folder, clock=clock)  # type: ignore[arg-type] # any clock will do

    def _root(self, demo: bool) -> bytes:  # the base's signature
        _, root = signed.read(super()._root(demo))
        assert isinstance(root, enrolments.Root)
        door = msgspec.structs.replace(root.door, web_origin=self.origin)
        return signed.write(msgspec.structs.replace(root, door=door), *self.oversight[:2])


def make_world(folder: Path, clock: Clock, origin: str, setting: Setting) -> OriginWorld:
    world = OriginWorld(folder, clock, origin)
    world.courier, world.courier_opener = setting.keys.signer, setting.keys.seal
    world.found()
    for processor in ("demo-phone", "cedar-mobile"):
        _enrol_processor(world, processor)
    return world


@asynccontextmanager
async def web_tier(
    folder: Path, keyholder: KeyholderClient, setting: Setting, clock: Clock, origin: str
) -> AsyncIterator[Any]:
    store, calls = SqliteMainStore(folder / "records.db"), SqliteCallKeep(folder / "calls.db")
    courier = CourierClient(setting.config.socket)
    parts = WebParts(
        keyholder=keyholder,  # type: ignore[arg-type] # the port takes any message
        courier=courier,  # type: ignore[arg-type] # as above
        store=store,
        clock=clock,
        entropy=ENTROPY,
        settings=WebSettings(web_origin=origin, door_origin="http://localhost:8912", demo=True),
        board=BoardHub(clock, calls, "test"),
    )
    try:
        yield create_app(parts)
    finally:
        await courier.close()
        await store.close()
        calls.close()


def http_client(app: Any, origin: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=origin, event_hooks={"response": [_judge]})


async def _judge(answer: httpx.Response) -> None:
    """Have the published files judge every exchange of every test."""
    await answer.aread()
    if published.FOLDER.is_dir():
        published.check_exchange(answer)


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[uvicorn.Server]:
    """Serve `app` on a port of this machine."""
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # `serve` would take the process's signals too
    while not server.started:  # noqa: ASYNC110 # the server has no event for it
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        await task


def make_network(clock: Clock) -> Network:
    tracks = {NUMBER: HERE, ELSEWHERE: (40.7128, -74.0060)}
    subscribers = {
        number: Subscriber(number=number, track=(Waypoint(lat=at[0], lon=at[1], after=0),), radius=600)
        for number, at in tracks.items()
    }
    return Network(
        subscribers=subscribers, client="breakseal", secret="for-tests-only", clock=clock, entropy=ENTROPY
    )


def make_courier_setting(folder: Path, port: int) -> Setting:
    (folder / "replies").mkdir(parents=True)
    secret = folder / "carrier.secret"
    secret.touch(0o600)
    secret.write_text("for-tests-only")
    carrier = Camara(
        processor="cedar-mobile",
        base_url=f"http://127.0.0.1:{port}",
        token_url=f"http://127.0.0.1:{port}/oauth/token",
        client_id="breakseal",
        secret_file=str(secret),
        timeout_seconds=2,
    )
    return make_setting(
        folder,
        keyholder_socket=str(folder / "courier.sock"),
        carrier=carrier,
        inbound=Replies(folder=str(folder / "replies")),
    )


def _enrol_processor(world: World, processor: str) -> None:
    envelope = world.sign(
        enrolments.EnrolProcessor,
        *world.oversight[:2],
        processor=processor,
        name=processor,
        does="for tests",
    )
    world.submit(envelope)


def ask_through(world: World, worker: Worker) -> None:
    """Have the world ask through the worker, as neighbours do; from another thread than the event loop's."""

    def ask(question: p.Message, answer: type[Any]) -> Any:
        reply: Future[p.Message] = Future()
        worker.submit(question, reply.set_result)
        return p.expect(reply.result(10), answer)

    world.ask = ask  # type: ignore[method-assign] # so it is meant


def ending_keyholder(
    servers: list[asyncio.Server], worker: Worker, client: KeyholderClient
) -> Callable[[], Awaitable[None]]:
    async def end() -> None:
        await client.close()
        for server in servers:
            server.close()
        await asyncio.sleep(0.05)
        if worker.is_alive():
            worker.stop()
            await asyncio.to_thread(worker.join, 5)

    return end
