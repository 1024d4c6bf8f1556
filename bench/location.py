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
from pathlib import Path

import msgspec
import uvloop
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.consents import (
    RETRIEVE,
    Client,
    Looks,
    agree,
    courier_settings,
    enrolments_of,
    everything,
)
from bench.figures import Figures, percentile
from bench.fsync import beside, scratch
from bench.load import Connection, closed_loop, der, open_loop
from bench.openings import leaves
from bench.town import build, free_port
from breakseal.kernel.model.signers import P256Signer

PEOPLE, COUNT, WARM, PACED, CONCURRENCY = 90, 3000, 300, 1500, 32
"""Ninety people who agreed to sixty looks an hour each: 5,400 looks, of which 4,800 are made."""


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        folder, port = Path(name), free_port()
        key = P256Signer(ec.generate_private_key(ec.SECP256R1()), "service")
        town = build(
            folder, PEOPLE, courier=courier_settings(folder, port), also=lambda keys: enrolments_of(key, keys)
        )
        floor = beside(folder)
        with everything(town, port, PEOPLE):
            tokens = agree(town, Client(key, town.web), PEOPLE)
            before = leaves(town)
            told = load(
                folder,
                Looks(
                    web=town.web, port=town.config.settings.web.port, key=der(key._private),  # noqa: SLF001 # the bench's own key
                    tokens=tuple(tokens), warm=WARM, count=COUNT, paced=PACED, concurrency=CONCURRENCY,
                ),
            )  # fmt: skip
            logged = leaves(town) - before
        sent = WARM + COUNT + PACED
        assert logged >= sent, f"{logged} leaves for {sent} looks"
    return Figures("location", told, {"leaves": logged, "sent": sent, **floor})


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
    head = (
        f"POST {RETRIEVE} HTTP/1.1\r\nhost: localhost:{job.port}\r\nauthorization: DPoP {token}\r\n"
        f"dpop: {client.proof(token)}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def play(job: Looks) -> dict[str, float]:
    """Send everything; an answer that is not a location ends the bench."""
    private = serialization.load_der_private_key(job.key, None)
    client = Client(P256Signer(private, "service"), job.web)  # type: ignore[arg-type] # the bench's own key
    bad: list[tuple[int, bytes]] = []

    def check(status: int, body: bytes) -> None:
        if status != 200 or b"lastLocationTime" not in body:
            bad.append((status, body))

    connections = [
        Connection(*await asyncio.open_connection("localhost", job.port)) for _ in range(job.concurrency)
    ]
    await closed_loop(connections, looks(job, client, job.warm), check)
    rate = await closed_loop(connections, looks(job, client, job.count), check)
    samples = await open_loop(connections, looks(job, client, job.paced), rate / 2, check)
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
