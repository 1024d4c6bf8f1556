"""Fences for tests: what a client sends to be told of one, and a sink on this machine that hears it."""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from breakseal.ambient import SystemClock
from breakseal.courier.app import Courier
from breakseal.courier.location.sinks import Sinks
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.seal import hpke
from tests.support import published
from tests.support.clients import Held, Place, circle
from tests.support.consents import HOME
from tests.support.courier import ENTROPY, NUMBER, Setting, nonce

FENCES = published.FENCES
ENTERED = "org.camaraproject.geofencing-subscriptions.v0.area-entered"
LEFT = "org.camaraproject.geofencing-subscriptions.v0.area-left"
STARTED = "org.camaraproject.geofencing-subscriptions.v0.subscription-started"
ENDED = "org.camaraproject.geofencing-subscriptions.v0.subscription-ended"
WATCH = "A" * 22
NEAR = location.Area(lat=HOME.lat, lon=HOME.lon, radius=5_000)
FAR = location.Area(lat=HOME.lat + 500_000, lon=HOME.lon, radius=5_000)


@dataclass
class Told:
    """One event as it arrived: its headers (lower case), what it says, and when it came (monotonic seconds)."""

    target: str
    headers: dict[str, str]
    event: dict[str, Any]
    at: float

    @property
    def type(self) -> str:
        return self.event["type"].rpartition(".")[2]  # type: ignore[no-any-return] # a text, as published


@dataclass
class SinkProgram:
    """Hears events over TLS; every one is held to the published file. `status` is what it answers."""

    url: str = ""
    status: int = 204
    headers: str = ""
    heard: list[Told] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)
    before: asyncio.Event | None = None
    """If set, an answer waits for it."""

    @property
    def types(self) -> list[str]:
        return [one.type for one in self.heard]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {
                name.lower(): value.strip()
                for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            body = json.loads(await reader.readexactly(int(headers["content-length"])))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            return
        method, target, version = head[0].split(" ")
        assert (method, version) == ("POST", "HTTP/1.1")
        assert headers["content-type"] == "application/cloudevents+json"
        if published.FOLDER.is_dir():
            published.check_event(body)
        self.heard.append(Told(target, headers, body, time.monotonic()))
        self.came.set()
        if self.before is not None:
            await self.before.wait()
        writer.write(f"HTTP/1.1 {self.status} said\r\n{self.headers}Content-Length: 0\r\n\r\n".encode())
        writer.close()


@asynccontextmanager
async def sink(
    folder: Path, whose: Place | Courier | None = None, name: str = "localhost", *, plain: bool = False
) -> AsyncIterator[SinkProgram]:
    """Run a sink at https://localhost that shows `name`; have a courier trust it and speak to this machine."""
    program, context = SinkProgram(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = await asyncio.to_thread(make_certificate, folder, name)
    context.load_cert_chain(certificate, key)
    server = await asyncio.start_server(program.converse, "127.0.0.1", 0, ssl=None if plain else context)
    port = server.sockets[0].getsockname()[1]
    program.url = f"{'http' if plain else 'https'}://localhost:{port}/events?for=cedar"
    if whose is not None:
        courier = whose if isinstance(whose, Courier) else whose.courier
        trust(courier.location.fencing._sinks, certificate)
    try:
        yield program
    finally:
        server.close()


def trust(sinks: Sinks, certificate: Path, *, local: bool = True) -> None:
    """Have a courier trust a certificate, and speak to this machine's own sinks."""
    sinks._context.load_verify_locations(certificate)
    sinks._local = local


def make_certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """Write a certificate of this machine's own, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.fromtimestamp(SystemClock().now(), UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    pem, private = folder / "sink.pem", folder / "sink.key"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return pem, private


def wanted(url: str = "https://events.cedar.example/sink", **changed: Any) -> dict[str, Any]:
    """Return the body of a subscription: entering 5 km around the place where the phone is."""
    config = {"subscriptionDetail": {"area": changed.pop("area", None) or circle()}} | changed.pop(
        "config", {}
    )
    return {
        "protocol": "HTTP",
        "sink": url,
        "types": [changed.pop("type", ENTERED)],
        "config": config,
    } | changed


async def subscribe(place: Place, held: Held, body: Any = None, **headers: str) -> httpx.Response:
    """Send a subscription with the token and a fresh proof."""
    return await place.send(held, FENCES, body or wanted(), **headers)


async def ask(
    place: Place, held: Held, method: str = "GET", name: str = "", **headers: str
) -> httpx.Response:
    """Ask for all subscriptions, or for or after one, with a fresh proof."""
    path = f"{FENCES}/{name}" if name else FENCES
    return await place.http.request(method, path, headers=place.bearing(held, path, htm=method) | headers)


async def check(place: Place, rounds: int = 1) -> None:
    """Let the courier take what is due and do it, and tell what came of it."""
    for _ in range(rounds):
        await place.courier.poll()
        await place.courier.location.fencing.settled()
    await place.courier.location.locating.tell()


def watch_permit(
    setting: Setting, url: str, tell: str = "check", number: str = NUMBER, token: str = "", **fields: Any
) -> bytes:
    """Return the keyholder's permit to do something for a watch, as it comes to a courier."""
    known: dict[str, Any] = {
        "id": WATCH, "area": NEAR, "type": "area-entered", "initial": False, "left": -1, "tell": tell,
    } | {name: fields.pop(name) for name in ("id", "area", "type", "initial", "left") if name in fields}  # fmt: skip
    point, name = setting.keyholder.point, f"{known['id']}.{nonce()}"
    where = canonical.encode(location.Sink(url=url, token=token))
    known["sink"] = canonical.b64(hpke.seal_to(point, where, location.watch_info(known["id"])))
    sealed = hpke.seal_to(point, number.encode(), location.locate_info(name))
    values: dict[str, Any] = {
        "id": name, "kind": "watch", "ground": "consent", "to": canonical.b64(sealed),
        "about": canonical.b64(ENTROPY.token(32)) if tell == "check" else NO_LINK, "precision": "yes-or-no",
        "max_age": 300, "watch": location.Watched(**known), "expires": setting.clock.time + 15,
    }  # fmt: skip
    return setting.keyholder.permit(**(values | fields))


async def take(courier: Courier, *permits: bytes) -> None:
    """Have a courier do what permits for watches allow, one after the other."""
    for permit in permits:
        courier.location.fencing.take(permit)
        await courier.location.fencing.settled()
