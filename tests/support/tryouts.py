"""The try-out's page before a whole installation: its own key, its own program, the web tier asked over HTTP.

async def scene(tryout: Tryout) -> None:
    visitor = await tryout.visitor()
    await visitor.begin(NUMBER)
    await tryout.says("YES")                       # the phone answers the text that came
    answer = await visitor.answer()
play(tmp_path, scene)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from breakseal.ambient import SystemEntropy
from breakseal.client.client import Client
from breakseal.tryout.app import create_tryout
from breakseal.tryout.config import TryoutConfig
from breakseal.tryout.desk import Desk
from breakseal.tryout.limits import Visitors
from tests.support.clientparts import serving
from tests.support.clients import Place, installed
from tests.support.courier import NUMBER, free_port
from tests.support.locating import Locating

PAGE = "http://localhost:8917"
ORG, RECIPIENT = "try-out", "whoever typed your number on that page"


@dataclass
class Visitor:
    """One browser: its cookie, and forms as browsers send them."""

    http: httpx.AsyncClient

    async def begin(self, number: str) -> httpx.Response:
        return await self.post("/try", {"number": number})

    async def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        return await self.http.post(path, data=form or {}, headers={"origin": PAGE} | headers)

    async def answer(self) -> httpx.Response:
        return await self.post("/try/answer")

    async def state(self) -> str:
        return str((await self.http.get("/try/state")).json()["state"])


@dataclass
class Tryout:
    """The page, and the installation behind it."""

    place: Place
    app: Any
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self) -> Visitor:
        transport = httpx.ASGITransport(app=self.app)
        self.visitors.append(Visitor(httpx.AsyncClient(transport=transport, base_url=PAGE)))
        return self.visitors[-1]

    async def texts(self, number: str = NUMBER, *, more_than: int = 0) -> list[str]:
        """Return the texts that a phone got, once there are more than so many."""
        for _ in range(100):
            await self.place.courier.delivery.deliver_due()
            texts = [one.text for one in self.place.setting.shown() if one.to == number]
            if len(texts) > more_than:
                return texts
            await asyncio.sleep(0.02)
        raise AssertionError("no text came")

    async def says(self, word: str, number: str = NUMBER) -> None:
        """Have the phone answer the question that came, and let the page's program hear of it."""
        await self.texts(number)
        text = word if word == "STOP" else f"{word} {await self.place.code()}"
        await self.place.reply(text, number)
        await self.later()

    async def later(self, seconds: int = 3) -> None:
        """Let time go by, and the page's program come for its tokens."""
        self.place.clock.time += seconds
        await asyncio.sleep(0.25)


def play(folder: Path, scene: Callable[[Tryout], Awaitable[None]], **known: Any) -> None:
    """Play `scene`."""

    async def all_of_it() -> None:
        async with tried(folder, **known) as tryout:
            await scene(tryout)

    asyncio.run(all_of_it())


@asynccontextmanager
async def tried(folder: Path, *, per_visitor: int = 50) -> AsyncIterator[Tryout]:
    """Set everything up and take it down again."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(installed(folder, origin=origin))
        await stack.enter_async_context(serving(place.app, port))
        company = await asyncio.to_thread(Locating, place.world, ORG, RECIPIENT)
        http = stack.enter_context(httpx.Client(base_url=origin, timeout=10))
        entropy = SystemEntropy()
        client = Client(company.client._private, http, place.clock, entropy)
        visitors = Visitors(per_visitor, place.clock, entropy)
        desk = Desk(client, visitors, place.clock, entropy, pause=_briefly)
        stack.callback(desk.close)
        config = TryoutConfig(
            web=origin, origin=PAGE, key=folder, name="Try-Out", recipient=RECIPIENT, per_visitor=per_visitor
        )
        tryout = Tryout(place, create_tryout(config, desk, place.clock))
        yield tryout
        for visitor in tryout.visitors:
            await visitor.http.aclose()


async def _briefly(_seconds: float) -> None:
    await asyncio.sleep(0.03)
