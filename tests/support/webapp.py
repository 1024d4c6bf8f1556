"""The web tier over a real keyholder's engine, asked over ASGI in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from breakseal.ambient import SystemEntropy
from breakseal.courier import protocol as courier
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.stores.sqlite.calls import SqliteCallKeep
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web.app import create_app
from breakseal.web.board.hub import BoardHub
from breakseal.web.parts import WebParts, WebSettings
from tests.support.world import Person, World

WEB = "http://localhost:8911"
T = TypeVar("T")


@dataclass
class Near:
    """The keyholder as the web tier sees it; `cut` takes the line away before or after it did what was asked."""

    world: World
    cut: str = ""
    asked: list[Any] = field(default_factory=list)

    async def ask(self, question: Any, answer: type[Any]) -> Any:
        self.asked.append(question)
        if self.cut == "before":
            raise UnavailableError("the keyholder does not answer", reason="keyholder-unavailable")
        reply = self.world.ask(question, answer)
        if self.cut == "after":
            raise UnavailableError("the keyholder does not answer", reason="keyholder-unavailable")
        return reply


@dataclass
class NearCourier:
    """A courier that tells every code it made."""

    world: World
    claims: list[bytes] = field(default_factory=list)

    async def ask(self, question: Any, answer: type[Any]) -> Any:
        if isinstance(question, courier.StartClaim):
            self.claims.append(question.claim)
            return courier.Started(state="sent")
        return courier.Attested(statement=self.world.attest(self.claims[-1], "+15555550142"))


@dataclass
class WebWorld:
    """A keyholder, the web tier before it, and a client."""

    world: World
    keyholder: Near
    store: SqliteMainStore
    app: Any
    http: httpx.AsyncClient

    async def hello(self, person: Person) -> httpx.Response:
        """Sign in with a person's session key."""
        envelope = self.world.sign(s.Hello, person.session, origin=WEB)
        return await self.post("/api/hello", {"signed": canonical.b64(envelope)})

    async def post(self, path: str, body: Any, **more: Any) -> httpx.Response:
        """Post JSON as our own page does."""
        return await self.http.post(path, json=body, headers={"origin": WEB, **more})

    async def put_record(
        self, person: Person, category: str, version: int, ciphertext: bytes
    ) -> httpx.Response:
        """Store a version as the browser does; the same ciphertext and version make a new wrap each time."""
        wrap = self.world.wrap_statement(person, category, version, ciphertext, bytes(32))
        return await self.put_wrap(category, wrap, ciphertext)

    async def put_wrap(self, category: str, wrap: bytes, ciphertext: bytes) -> httpx.Response:
        body = {"wrap": canonical.b64(wrap), "ciphertext": canonical.b64(ciphertext)}
        return await self.http.put(f"/api/records/{category}", json=body, headers={"origin": WEB})


def in_web(folder: Path, work: Callable[[WebWorld], Awaitable[T]]) -> T:
    """Run `work` with a fresh installation in `folder`."""
    return asyncio.run(_run(folder, work))


async def _run(folder: Path, work: Callable[[WebWorld], Awaitable[T]]) -> T:
    world = World(folder / "keyholder")
    world.found()
    store = SqliteMainStore(folder / "records.db")
    calls = SqliteCallKeep(folder / "calls.db")
    near = Near(world)
    parts = WebParts(
        keyholder=near,
        courier=NearCourier(world),
        store=store,
        clock=world.clock,
        entropy=SystemEntropy(),
        settings=WebSettings(web_origin=WEB, door_origin="http://localhost:8912", demo=True),
        board=BoardHub(world.clock, calls, "test"),
    )
    app = create_app(parts)
    try:
        asgi: Any = app
        transport = httpx.ASGITransport(app=asgi, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=WEB) as http:
            return await work(WebWorld(world, near, store, app, http))
    finally:
        await store.close()
        calls.close()
        world.close()


def payload_of(envelope: bytes) -> bytes:
    """Return the signed bytes of an envelope."""
    return signed.read(envelope)[0].payload_bytes()
