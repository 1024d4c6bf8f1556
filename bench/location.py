"""Consented looks over HTTP: CAMARA location-retrieval, each with a proof of its own, its leaf, and a carrier asked.

`looks_per_s` at concurrency 32, `p50_ms` and `p99_ms` at half of that rate. The carrier answers at once; keyholder, web
tier, courier and carrier are processes of their own on this machine, and so is the client.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import httpx
import msgspec
import uvloop
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.consents import (
    Looks,
    agree,
    client_of,
    courier_settings,
    enrolments_of,
    everything,
)
from bench.figures import Figures, percentile
from bench.fsync import beside, scratch
from bench.load import Connection, closed_loop, der, open_loop
from bench.openings import leaves
from bench.town import Town, build, free_port
from breakseal.client.answers import Token
from breakseal.client.client import RETRIEVE, Client
from breakseal.kernel.model.signers import P256Signer

PIECE = 500
PEOPLE, COUNT, WARM, PACED, CONCURRENCY = 90, 3000, 300, 1500, 32
"""Ninety people who agreed to sixty looks an hour each: 5,400 looks, of which 4,800 are made."""


@dataclass(frozen=True)
class Place:
    """A town with a courier, whose carrier is at `port`, and one company's key."""

    town: Town
    port: int
    key: P256Signer


def place(folder: Path) -> Place:
    """Make the installation in `folder`, with everybody enrolled and nobody asked yet."""
    port = free_port()
    key = P256Signer(ec.generate_private_key(ec.SECP256R1()), "service")
    town = build(
        folder, PEOPLE, courier=courier_settings(folder, port), also=lambda keys: enrolments_of(key, keys)
    )
    return Place(town, port, key)


def looked_at(place: Place, warm: int = WARM, count: int = COUNT, paced: int = PACED) -> dict[str, float]:
    """Start everything, have everybody agree, and look; each look must have its leaf."""
    town, private = place.town, place.key._private  # noqa: SLF001 # the bench's own key
    with everything(town, place.port, PEOPLE):
        tokens = agree(town, private, PEOPLE)
        before = leaves(town)
        told = load(
            town.folder,
            Looks(
                web=town.web, port=town.config.settings.web.port, key=der(private), tokens=tuple(tokens),
                warm=warm, count=count, paced=paced, concurrency=CONCURRENCY,
            ),
        )  # fmt: skip
        logged = leaves(town) - before
    sent = warm + count + paced
    assert logged >= sent, f"{logged} leaves for {sent} looks"
    return told | {"leaves": logged, "sent": sent}


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        made = place(Path(name))
        floor = beside(Path(name))
        told = looked_at(made)
    explained = {key: told.pop(key) for key in ("leaves", "sent")}
    return Figures("location", told, {**explained, **floor})


def load(folder: Path, job: Looks) -> dict[str, float]:
    """Run the client in a process of its own."""
    path = folder / "looks.job"
    path.write_bytes(msgspec.msgpack.encode(job))
    done = subprocess.run(
        [sys.executable, "-m", "bench.location", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def looks(job: Looks, client: Client, count: int) -> list[bytes]:
    """Return whole HTTP requests, each with a fresh proof."""
    return [_look(job, client, job.tokens[at % len(job.tokens)]) for at in range(count)]


def _look(job: Looks, client: Client, token: str) -> bytes:
    body = b"{}"
    bearing = client.bearing(Token(access_token=token, token_type="DPoP", expires_in=600), RETRIEVE)
    head = (
        f"POST {RETRIEVE} HTTP/1.1\r\nhost: localhost:{job.port}\r\nauthorization: {bearing['authorization']}\r\n"
        f"dpop: {bearing['dpop']}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def pieces(count: int) -> list[int]:
    """Return `count` in pieces, each with proofs of its own: a proof is good for a minute only."""
    return [min(PIECE, count - at) for at in range(0, count, PIECE)]


async def play(job: Looks) -> dict[str, float]:
    """Send everything; an answer that is not a location ends the bench."""
    private = serialization.load_der_private_key(job.key, None)
    client = client_of(private, httpx.Client(base_url=job.web))  # type: ignore[arg-type] # the bench's own key
    bad: list[tuple[int, bytes]] = []

    def check(status: int, body: bytes) -> None:
        if status != 200 or b"lastLocationTime" not in body:
            bad.append((status, body))

    connections = [
        Connection(*await asyncio.open_connection("localhost", job.port)) for _ in range(job.concurrency)
    ]
    await closed_loop(connections, looks(job, client, job.warm), check)
    took, samples = 0.0, list[float]()
    for piece in pieces(job.count):
        took += piece / await closed_loop(connections, looks(job, client, piece), check)
    rate = job.count / took
    for piece in pieces(job.paced):
        samples += await open_loop(connections, looks(job, client, piece), rate / 2, check)
    if bad:
        raise SystemExit(f"{len(bad)} answers were no location; the first: {bad[0]}")
    return {
        "looks_per_s": rate,
        "p50_ms": percentile(samples, 0.5),
        "p99_ms": percentile(samples, 0.99),
    }


def main() -> None:
    job = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Looks)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(play(job))))


if __name__ == "__main__":
    main()
