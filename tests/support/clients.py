"""A whole installation for one client: keyholder, courier, a carrier's network, and the web tier, all real.

async def scene(place: Place) -> None:
    held = await place.agreed()                    # asked, the phone said yes, token taken; all over HTTP
    answer = await place.retrieve(held)
run(tmp_path, scene)

The phone is a folder: its texts are read and its replies written as files. The clock goes only where it is told.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from breakseal.courier.app import Courier
from breakseal.courier.phonebox import PhoneReply
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.base import SignedStatement
from breakseal.keyholder import protocol as p
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.server import Worker, serve_sockets
from breakseal.simulate.carrier.app import create_carrier
from breakseal.simulate.carrier.network import Network
from tests.support.clientparts import (
    HERE,
    OriginWorld,
    ask_through,
    ending_keyholder,
    http_client,
    make_courier_setting,
    make_network,
    make_world,
    serving,
    web_tier,
)
from tests.support.courier import ENTROPY, NUMBER, Setting, free_port
from tests.support.locating import PURPOSE, RETRIEVE, VERIFY, Locating
from tests.support.world import TestClock

STATUS = "/consent-info/v0.2/retrieve"
ASK, TOKEN, INTROSPECT, REVOKE = "/oauth/bc-authorize", "/oauth/token", "/oauth/introspect", "/oauth/revoke"
CIBA = "urn:openid:params:grant-type:ciba"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = f"openid dpv:{PURPOSE} location-retrieval:read"
OFTEN = f"{SCOPE} rate:60"
_ids = itertools.count(1)


@dataclass(frozen=True)
class Held:
    """What a client holds after a yes."""

    ask: str
    token: str
    answer: dict[str, Any]

    @property
    def raw(self) -> bytes:
        return canonical.unb64(self.token)


@dataclass
class Place:
    """Everything, running in one event loop; the engine in its own thread."""

    world: OriginWorld
    setting: Setting
    courier: Courier
    network: Network
    company: Locating
    app: Any
    http: httpx.AsyncClient
    clock: Any
    cut: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    read: list[str] = field(default_factory=list)

    # -- what the client sends -------------------------------------------------------------------

    def authenticated(self, **form: str) -> dict[str, str]:
        """Return a form with the client's assertion."""
        known = {"client_assertion_type": ASSERTION, "client_assertion": self.company.assertion().decode()}
        return known | form

    async def ask(self, number: str = NUMBER, **form: str) -> httpx.Response:
        known = {"scope": SCOPE, "login_hint": f"tel:{number}"}
        return await self.http.post(ASK, data=self.authenticated(**(known | form)))

    async def poll(self, ask: str, **form: str) -> httpx.Response:
        return await self.http.post(TOKEN, data=self.authenticated(grant_type=CIBA, auth_req_id=ask, **form))

    async def machine(self, scope: str = "location-retrieval:read") -> str:
        """Return a token without a person."""
        form = self.authenticated(grant_type="client_credentials", scope=scope)
        answer = await self.http.post(TOKEN, data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    async def agreed(self, number: str = NUMBER, word: str = "DAY", **form: str) -> Held:
        """Ask, have the phone answer with the code, and take the token."""
        asked = await self.ask(number, **form)
        assert asked.status_code == 200, asked.text
        await self.reply(f"{word} {await self.code()}", number)
        answer = await self.poll(asked.json()["auth_req_id"])
        assert answer.status_code == 200, answer.text
        return Held(asked.json()["auth_req_id"], answer.json()["access_token"], answer.json())

    def bearing(self, held: Held, path: str, **claims: Any) -> dict[str, str]:
        """Return the headers of one request with the token."""
        proof = self.company.proof(held.raw, path, **claims).decode()
        return {"authorization": f"DPoP {held.token}", "dpop": proof}

    async def send(self, held: Held, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send JSON with the token and a fresh proof."""
        return await self.http.post(path, json=body or {}, headers=self.bearing(held, path) | headers)

    async def retrieve(self, held: Held, body: Any = None, **headers: str) -> httpx.Response:
        return await self.send(held, RETRIEVE, body, **headers)

    async def verify(self, held: Held, body: Any = None, **headers: str) -> httpx.Response:
        return await self.send(held, VERIFY, body or {"area": circle()}, **headers)

    # -- what the phone does -----------------------------------------------------------------------

    async def texts(self) -> list[str]:
        """Return all texts that went out."""
        await self.courier.delivery.deliver_due()
        return [one.text for one in self.setting.shown()]

    async def code(self) -> str:
        """Return the code of a question that was not answered before."""
        texts = [text for text in await self.texts() if text not in self.read]
        found = [match for text in texts if (match := re.search(r"(?:YES|SI) (\d{4})", text))]
        assert found, "no question came"
        self.read.append(found[0].string)
        return found[0][1]

    async def reply(self, text: str, number: str = NUMBER) -> None:
        """Have the phone text something, and the courier hand it in."""
        one = PhoneReply(sender=number, text=text, at=self.clock.now(), id=f"r{next(_ids)}")
        path = self.setting.folder / "replies" / f"{one.id}.json"
        path.write_bytes(msgspec.json.encode(one))
        await self.courier.location.hear()
        await self.courier.delivery.deliver_due()

    async def looks(self) -> int:
        """Return how many leaves of a look the log has."""
        counts = (await asyncio.to_thread(self.world.ask, p.AskFacts(), p.Facts)).counts
        return counts.get("disclose", 0)

    async def submit(self, what: type[SignedStatement], signer: signed.Signer, **fields: Any) -> p.Submitted:
        """Have somebody sign a statement, and the keyholder take it."""
        envelope = self.world.sign(what, signer, **fields)
        question = p.Submit(statements=(envelope,))
        return await asyncio.to_thread(self.world.ask, question, p.Submitted)

    async def end(self, part: str) -> None:
        """Stop the part with this name: "keyholder" or "courier"."""
        await self.cut[("keyholder", "courier").index(part)]()


def circle(radius: float = 5_000, at: tuple[float, float] = HERE) -> dict[str, Any]:
    """Return a CAMARA circle."""
    return {
        "areaType": "CIRCLE",
        "center": {"latitude": at[0], "longitude": at[1]},
        "radius": radius,
    }


def run(folder: Path, scene: Callable[[Place], Awaitable[None]], **known: Any) -> None:
    """Play `scene`."""

    async def all_of_it() -> None:
        async with installed(folder, **known) as place:
            await scene(place)

    asyncio.run(all_of_it())


@asynccontextmanager
async def installed(
    folder: Path, *, clock: Any = None, origin: str = "http://localhost:8911"
) -> AsyncIterator[Place]:
    """Set everything up and take it down again."""
    clock = clock or TestClock()
    port = free_port()
    network, setting = make_network(clock), make_courier_setting(folder, port)
    world = make_world(folder / "world", clock, origin, setting)
    company = Locating(world)
    company.origin = origin
    async with AsyncExitStack() as stack:
        stack.callback(world.close)
        worker = Worker(world.engine, asyncio.get_running_loop(), lambda: None)
        worker.start()
        ask_through(world, worker)
        servers = await serve_sockets(worker, folder)
        courier = Courier(setting.config, world.keyholder.key, clock, ENTROPY)
        stack.push_async_callback(courier.close)
        listening = AsyncExitStack()
        await listening.enter_async_context(courier._server.listening(setting.config.socket))
        await stack.enter_async_context(serving(create_carrier(network), port))
        keyholder = KeyholderClient(str(folder / "web.sock"), timeout=5)
        app = await stack.enter_async_context(web_tier(folder, keyholder, setting, clock, origin))
        http = await stack.enter_async_context(http_client(app, origin))
        place = Place(world, setting, courier, network, company, app, http, clock)
        place.cut = [ending_keyholder(servers, worker, keyholder), listening.aclose]
        for end in place.cut:
            stack.push_async_callback(end)
        yield place


def body_of(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON of an answer."""
    tree: dict[str, Any] = json.loads(answer.content)
    return tree


def assert_error(answer: httpx.Response, status: int, error: str) -> None:
    """Check a failure of the authorization server."""
    assert answer.status_code == status, answer.text
    said = body_of(answer)
    assert said["error"] == error
    assert set(said) == {"error", "error_description"}
    assert answer.headers["cache-control"] == "no-store"
