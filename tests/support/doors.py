"""A running door over a real keyholder, a page for the web origin, and a browser's virtual authenticator."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, CDPSession, Page

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.signers import P256Signer
from breakseal.keyholder.door.api import DemoPerson
from breakseal.keyholder.door.app import create_door
from breakseal.keyholder.server import InProcessClient, Worker
from tests.support.browser import windows_of_their_own
from tests.support.pages import module_origin
from tests.support.world import World

SMALL = {"width": 320, "height": 640}
"""The view of a small phone, in CSS pixels."""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class DoorWorld(World):
    """A keyholder whose root names this door and this web origin; its clock is the machine's."""

    def __init__(self, folder: Path, door: str, web: str, *, demo: bool) -> None:
        self._door = enrolments.Door(origin=door, rp_id="localhost", web_origin=web)
        super().__init__(folder, demo=demo, clock=SystemClock())  # type: ignore[arg-type] # any clock

    def _root(self, demo: bool) -> bytes:
        statement = signed.read(super()._root(demo))[1]
        root = msgspec.structs.replace(statement, door=self._door)
        return signed.write(root, *self.oversight[:2])


@dataclass
class RunningDoor:
    """The door's origin, the web origin's, the keyholder behind them, and the demo's people."""

    world: DoorWorld
    origin: str
    web: str

    def address(self, flow: str, **order: object) -> str:
        """Return the address by which a web page sends somebody to `flow`."""
        order = {"v": 1, "back": f"{self.web}/blank.html", **order}
        return f"{self.origin}/{flow}?lang=en#{canonical.b64(canonical.encode(order))}"

    def to_sign(self, kind: type[SignedStatement], /, **fields: object) -> str:
        """Return the address of /sign for a statement."""
        statement = kind(**self.world.stamp(), **fields)  # type: ignore[arg-type] # the fields are the kind's own
        return self.address("sign", statement=msgspec.to_builtins(statement))


@contextmanager
def running_door(folder: Path, *, demo: bool = True) -> Iterator[RunningDoor]:
    """Yield a running door with an organisation `cedar`; everything ends with the block."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    origin = f"http://localhost:{bound.getsockname()[1]}"
    with module_origin() as web:
        world = DoorWorld(folder, origin, web, demo=demo)
        world.found()
        people = (demo_person("sponsor", "Alex Sponsor", "sponsor", world.sponsor),)
        loop, over = asyncio.new_event_loop(), asyncio.Event()
        ready = threading.Event()
        thread = threading.Thread(
            target=lambda: loop.run_until_complete(_serve(world, bound, people, ready, over))
        )
        thread.start()
        try:
            assert ready.wait(20), "the door did not start"
            yield RunningDoor(world, origin, web)
        finally:
            loop.call_soon_threadsafe(over.set)
            thread.join(20)
            loop.close()
            world.close()


async def _serve(
    world: World,
    bound: socket.socket,
    people: tuple[DemoPerson, ...],
    ready: threading.Event,
    over: asyncio.Event,
) -> None:
    worker = Worker(world.engine, asyncio.get_running_loop(), over.set)
    worker.start()
    door = create_door(
        InProcessClient(worker),
        clock=SystemClock(),
        entropy=SystemEntropy(),
        facts_seconds=0,
        demo_people=people,
    )
    server = uvicorn.Server(uvicorn.Config(door, log_level="warning", access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:  # noqa: ASYNC110 # uvicorn tells it in no other way
        await asyncio.sleep(0.02)
    ready.set()
    await over.wait()
    server.should_exit = server.force_exit = True
    await serving
    worker.stop()
    await asyncio.to_thread(worker.join, 10)


def demo_person(name: str, title: str, role: str, signer: P256Signer) -> DemoPerson:
    """Return `signer`'s key as the demo hands it out."""
    der = signer._private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return DemoPerson(id=name, name=title, role=role, pkcs8=canonical.b64(der))


def with_authenticator(page: Page, **changes: Any) -> CDPSession:
    """Give the page's browser a passkey authenticator that says yes at once."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": {**AUTHENTICATOR, **changes}})
    return session


@contextmanager
def person_with_passkey(browser: Browser, **view: object) -> Iterator[Page]:
    """Yield the window of somebody whose device makes passkeys."""
    with windows_of_their_own(browser, 1, **view) as (page,):
        with_authenticator(page)
        yield page


def returned(page: Page, door: RunningDoor) -> dict[str, Any]:
    """Wait until the door sent the person back, and return what it said."""
    page.wait_for_url(f"{door.web}/blank.html#door=*")
    told: dict[str, Any] = msgspec.json.decode(canonical.unb64(page.url.partition("#door=")[2]))
    return told
