"""A court, its agency's investigator with a session in the web tier, and the way to ask; keyholder and web tier real.

async def scene(desk: Desk) -> None:
    order = await desk.ordered()
    answer = await desk.look(await desk.question(order))
at_desk(tmp_path, scene)
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from breakseal.kernel.model import canonical
from breakseal.kernel.model import statements as s
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support.clients import Place, body_of, run
from tests.support.courier import NUMBER
from tests.support.courts import Court
from tests.support.world import Person

LOOK, CHECK, TAKE_OUT = "/api/orders/look", "/api/papers/check", "/api/papers/order"
ORIGIN = "http://localhost:8911"
T = TypeVar("T")


class Desk:
    """A court, its agency's investigator with a session in the web tier, and the way to ask."""

    def __init__(self, place: Place, court: Court) -> None:
        self.place, self.court, self.world = place, court, place.world

    async def sync(self, work: Callable[..., T], *known: Any, **named: Any) -> T:
        """Ask the keyholder from another thread than the loop's."""
        return await asyncio.to_thread(work, *known, **named)

    async def sign_in(self, person: Person) -> None:
        self.place.http.cookies.clear()
        await self.sync(self.world.shift, person, "")
        envelope = self.world.sign(s.Hello, person.session, origin=ORIGIN)
        assert (await self.post("/api/hello", {"signed": canonical.b64(envelope)})).status_code == 200

    async def post(self, path: str, body: Any) -> httpx.Response:
        return await self.place.http.post(path, json=body, headers={"origin": ORIGIN})

    async def send(self, data: bytes, path: str = CHECK) -> httpx.Response:
        headers = {"origin": ORIGIN, "content-type": "application/pdf"}
        return await self.place.http.post(path, content=data, headers=headers)

    async def look(self, question: LocateUnder) -> httpx.Response:
        return await self.post(LOOK, {"request": canonical.b64(question.request)})

    async def ordered(self, number: str = NUMBER, **changed: Any) -> bytes:
        order = self.court.order(number, **changed)
        await self.sync(self.court.lodge, order)
        return order

    async def question(self, order: bytes, number: str = NUMBER, **changed: Any) -> LocateUnder:
        return await self.sync(self.court.looking, order, number, **changed)

    async def refused(self, question: LocateUnder, reason: str, status: int = 403) -> None:
        answer = await self.look(question)
        assert (answer.status_code, body_of(answer)["reason"]) == (status, reason)
        assert "sealed" not in answer.text

    async def left(self, order: bytes) -> int:
        return await self.sync(self.court.looks_left, order)


def at_desk(folder: Path, scene: Callable[[Desk], Any]) -> None:
    async def with_court(place: Place) -> None:
        desk = Desk(place, await asyncio.to_thread(Court, place.world))
        await desk.sign_in(desk.court.officer)
        await scene(desk)

    run(folder, with_court)
