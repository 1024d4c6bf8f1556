"""A whole installation in this process: keyholder, door, web, board and callgate on free ports of localhost.

The engine is `World`'s; every other part is the shipped one too. Only the ports and the folder are the test's.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import httpx
import msgspec
import uvicorn
from cryptography.hazmat.primitives import serialization
from PIL import Image

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.callgate.config import CallgateConfig
from breakseal.callgate.program import background, build
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.keyholder.client import KeyholderClient
from breakseal.keyholder.door.api import DemoPerson
from breakseal.keyholder.door.app import create_door
from breakseal.keyholder.server import InProcessClient, Worker, serve_sockets
from breakseal.stores.sqlite.calls import SqliteCallKeep
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web.app import create_app
from breakseal.web.board.hub import BoardHub
from breakseal.web.parts import WebParts, WebSettings
from breakseal.web.ports import Asks
from tests.support.world import NUMBER, Person, World

TOKEN = "t" * 40
PROFILE: dict[str, dict[str, Any]] = {
    "emergency.identity": {
        "people": [
            {"name": "Rosa Delgado", "birth_year": "1957"},
            {"name": "Mateo Delgado", "birth_year": "2014", "description": "4 ft 8, often wears a green cap",
             "calming": "Speak softly, ask about trains."},
        ]
    },
    "emergency.contact": {
        "phones": [
            {"number": "+15555550117", "person": "Rosa Delgado", "reach": "text"},
            {"number": "+15555550118", "person": "Mateo Delgado", "reach": "call"},
        ]
    },
    "emergency.home": {
        "address": "12 Heron Lane, Cedar Lake, WI 53703",
        "finding": "Behind the boat rental, the blue door on the left.",
        "entry": "The front door sticks: use the side door. The key is with the neighbor at 14.",
        "gate_code": "4471#",
        "pets": "One small dog, friendly",
        "hazards": "Oxygen bottles in the hall closet",
    },
    "emergency.medical": {
        "people": [
            {"person": "Rosa Delgado", "conditions": "COPD, type 2 diabetes", "allergies": "Penicillin: hives and swelling",  # noqa: E501 # one value
             "medications": "metformin, tiotropium", "devices": ["oxygen"], "mobility": ["walker", "stairs"],
             "communication": ["hard-of-hearing"]},
            {"person": "Mateo Delgado", "allergies": "Peanuts", "communication": ["touch"], "notes": "Autism."},
        ]
    },
    "emergency.contacts": {"people": [{"name": "Elena Delgado", "relation": "daughter", "phone": "+15555550119"}]},
    "emergency.languages": {"first": "es", "other": "Some English", "interpreter": "yes"},
}  # fmt: skip


class StageWorld(World):
    """A world whose root names the ports of this test."""

    def __init__(self, folder: Path, web: str, door: str) -> None:
        self.origins = (web, door)
        super().__init__(folder, clock=SystemClock())  # type: ignore[arg-type] # told by the machine here

    def _root(self, demo: bool) -> bytes:
        made = signed.read(super()._root(demo))[1]
        assert isinstance(made, enrolments.Root)
        web, door = self.origins
        named = enrolments.Door(origin=door, rp_id="localhost", web_origin=web)
        return signed.write(msgspec.structs.replace(made, door=named), *self.oversight[:2])


@dataclass
class Stage:
    """What a test needs to reach the running parts."""

    world: StageWorld
    folder: Path
    web: str
    door: str
    intake: str
    servers: dict[str, uvicorn.Server]
    loop: asyncio.AbstractEventLoop
    store: SqliteMainStore
    officers: dict[str, Person] = field(default_factory=dict)
    resident: Person | None = None
    client: KeyholderClient = field(init=False)

    def report(
        self, call: str, event: str, *, number: str = "", position: str = "", **more: object
    ) -> httpx.Response:
        """Do what the call centre's phone system does."""
        body = {"call": call, "event": event, "number": number, "position": position, **more}
        return httpx.post(f"{self.intake}/v1/events", json=body, headers={"authorization": f"Bearer {TOKEN}"})

    def run(self, work: Any) -> Any:
        """Run a coroutine in the parts' loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop_keyholder(self) -> None:
        """Close the web's socket, as if the keyholder were gone."""
        self.loop.call_soon_threadsafe(
            (self.folder / "sock" / "web.sock").rename, self.folder / "sock" / "gone.sock"
        )
        self.run(self.client.close())

    def start_keyholder(self) -> None:
        self.loop.call_soon_threadsafe(
            (self.folder / "sock" / "gone.sock").rename, self.folder / "sock" / "web.sock"
        )


async def seed(world: World, store: SqliteMainStore) -> Person:
    """Enrol a resident with a full profile, whose ciphertexts are in the web's store."""
    person = world.resident(NUMBER)
    records = dict(PROFILE)
    records["emergency.photo"] = {"photos": [{"person": "Rosa Delgado", "image": canonical.b64(_photo())}]}
    for category, fields in records.items():
        world.write(person, category, _padded(fields))
        version, ciphertext = person.written[category]
        await store.stage(person.handle, category, int(version), ciphertext, 0)
        await store.promote(person.handle, category, int(version))
    return person


def _padded(fields: dict[str, Any]) -> bytes:
    bare = len(canonical.encode({"fields": fields, "pad": ""}))
    return canonical.encode({"fields": fields, "pad": "0" * (-bare % 512)})


def _photo() -> bytes:
    out = BytesIO()
    Image.new("RGB", (240, 300), (120, 160, 190)).save(out, "JPEG")
    return out.getvalue()


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """Yield a running installation; everything ends with the block."""
    sockets = {name: _bound() for name in ("web", "door", "intake")}
    origin = {name: f"http://localhost:{bound.getsockname()[1]}" for name, bound in sockets.items()}
    world = StageWorld(folder / "keyholder", origin["web"], origin["door"])
    world.found()
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()
    store = SqliteMainStore(folder / "records.db")
    stage = Stage(world, folder, origin["web"], origin["door"], origin["intake"], {}, loop, store)
    thread = threading.Thread(target=lambda: loop.run_until_complete(_serve(stage, sockets, ready, over)))
    thread.start()
    try:
        assert ready.wait(60), "the parts did not start"
        yield stage
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(20)
        loop.close()
        for bound in sockets.values():
            bound.close()


def _officers(world: World) -> dict[str, Person]:
    people = {
        "kim": world.officer("1"),
        "ana": world.officer("2"),
        "lee": world.officer("9", "call-supervisor"),
    }
    handles = tuple(person.handle for person in people.values())
    world.submit(world.sign(enrolments.Roster, world.sponsor, org="cedar", officers=handles))
    return people


async def _serve(
    stage: Stage, sockets: dict[str, socket.socket], ready: threading.Event, over: asyncio.Event
) -> None:
    folder, clock, entropy = stage.folder, SystemClock(), SystemEntropy()
    (folder / "sock").mkdir()
    stage.officers = _officers(stage.world)
    stage.resident = await seed(stage.world, stage.store)
    worker = Worker(stage.world.engine, asyncio.get_running_loop(), over.set)
    worker.start()
    unix = await serve_sockets(worker, folder / "sock")
    stage.client = KeyholderClient(str(folder / "sock" / "web.sock"))
    keep = SqliteCallKeep(folder / "calls.db")
    parts = _parts(stage, BoardHub(clock, keep, "stage"))
    people = tuple(_demo_person(name, person) for name, person in stage.officers.items())
    door = create_door(InProcessClient(worker), clock=clock, entropy=entropy, demo_people=people)
    async with httpx.AsyncClient() as client:
        gate = build(_callgate(stage), clock, entropy, client, lambda _line: None)
        apps = {"web": create_app(parts), "door": door, "intake": gate.intake}
        tasks = [
            asyncio.create_task(_server(stage, name, app).serve([sockets[name]]))
            for name, app in apps.items()
        ]
        async with background(gate, clock):
            while not all(server.started for server in stage.servers.values()):  # noqa: ASYNC110 # uvicorn tells no event
                await asyncio.sleep(0.02)
            ready.set()
            await over.wait()
            for server in stage.servers.values():
                server.should_exit = server.force_exit = True
            await asyncio.gather(*tasks, return_exceptions=True)
    for listener in unix:
        listener.close()
    worker.stop()
    await stage.client.close()
    gate.spool.close()
    await stage.store.close()
    keep.close()
    await asyncio.to_thread(worker.join, 10)
    stage.world.close()


def _parts(stage: Stage, board: BoardHub) -> WebParts:
    return WebParts(
        keyholder=cast("Asks", stage.client),
        courier=cast("Asks", stage.client),
        store=stage.store,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        settings=WebSettings(web_origin=stage.web, door_origin=stage.door, demo=True),
        board=board,
    )


def _server(stage: Stage, name: str, app: Any) -> uvicorn.Server:
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    stage.servers[name] = server
    return server


def _callgate(stage: Stage) -> CallgateConfig:
    folder = stage.folder / "callgate"
    folder.mkdir()
    key = stage.world.callgate._private
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, data in (("key.pem", pem), ("root.json", stage.world.root), ("token", TOKEN.encode())):
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o600)
    return CallgateConfig(
        org="cedar", web=stage.web, key=folder / "key.pem", root=folder / "root.json", token=folder / "token",
        spool=folder / "spool.db",
    )  # fmt: skip


def _demo_person(name: str, person: Person) -> DemoPerson:
    der = person.own._private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    text = base64.urlsafe_b64encode(der).rstrip(b"=").decode()
    return DemoPerson(id=name, name=name.title(), role="call-taker", pkcs8=text)


def _bound() -> socket.socket:
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    bound.listen(128)
    return bound
