"""Fixes of phones, sealed and durable before the answer: single HTTP posts, and Overland's batches.

`fixes_per_s` with one OwnTracks post each over `CONNECTIONS` kept connections; `batched_per_s` with batches of
`BATCH` points over a few. The web tier alone is run, as `breakseal part` runs it, with fsync as shipped; the client is
a process of its own.
"""

from __future__ import annotations

import asyncio
import base64
import json
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec
import uvloop

from bench.figures import Figures, percentile
from bench.fsync import beside, scratch
from bench.load import Connection, closed_loop, open_loop
from bench.town import Town, build, process
from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.kernel.model.canonical import b64, digest
from breakseal.kernel.seal import hpke
from breakseal.kernel.seal.fixkeys import derive_pair
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web.ingest.ports import Device

DEVICES, CONNECTIONS, WARM, SINGLE, PACED = 200, 32, 400, 6000, 2000
BATCH, BATCHES, BATCH_CONNECTIONS = 100, 150, 4


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to send: devices with their keys, and how many points of which kind."""

    host: str
    port: int
    devices: tuple[tuple[str, str], ...]


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        town = build(Path(name), 1)
        devices = make_devices(town)
        floor = beside(Path(name))
        with web_alone(town):
            port = town.config.settings.web.port
            told = load(Path(name), Job(host="localhost", port=port, devices=tuple(devices)))
        kept = asyncio.run(count(town))
    assert kept == told.pop("sent"), f"{kept} fixes are durable, not as many as were answered"
    explained = {key: told.pop(key) for key in ("p50_ms", "p99_ms", "batch_p50_ms")}
    return Figures("ingest", told, {**explained, "kept": kept, **floor})


def make_devices(town: Town) -> list[tuple[str, str]]:
    """Put devices into the store as the person's page does, a few to a record; return ids and keys."""
    entropy, made = SystemEntropy(), []

    async def work() -> None:
        store = SqliteMainStore(town.config.records)
        for at in range(DEVICES):
            name, key = b64(entropy.token(12)), b64(entropy.token(24))
            point = hpke.point_of(derive_pair(entropy.token(32)).public_key())
            await store.devices.add(
                Device(name, f"record-{at // 4}", digest(key.encode()), point, b"", 0), 10
            )
            made.append((name, key))
        await store.close()

    asyncio.run(work())
    return made


def web_alone(town: Town) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """Run the web tier; the entrance for phones asks no other part for anything."""
    command = ("-m", "breakseal.cli.main", "part", "web", "--config", str(town.config.path))
    return process(*command, ready=f"{town.web}/static/img/seal.svg")


async def count(town: Town) -> int:
    """Return how many fixes the store holds after the web tier ended."""
    store = SqliteMainStore(town.config.records)
    kept = [len(await store.devices.fixes(f"record-{at}", 0)) for at in range(DEVICES // 4)]
    await store.close()
    return sum(kept)


def load(folder: Path, job: Job) -> dict[str, float]:
    """Run the client in a process of its own."""
    (folder / "ingest.job").write_bytes(msgspec.msgpack.encode(job))
    command = [sys.executable, "-m", "bench.ingest", str(folder / "ingest.job")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


# -- the client ------------------------------------------------------------------------------------------------


def single(job: Job, number: int, now: int) -> bytes:
    """Return one OwnTracks post; each device's points are a second apart, so that none is there already."""
    device, key = job.devices[number % len(job.devices)]
    body = msgspec.json.encode({
        "_type": "location", "lat": 44.05 + number % 100 / 1e4, "lon": -123.09, "acc": 12, "alt": 131, "batt": 77,
        "tst": now - number // len(job.devices), "vel": 5, "cog": 310, "tid": "RO", "conn": "m",
    })  # fmt: skip
    told = base64.b64encode(f"{device}:{key}".encode()).decode()
    return _post(job, "/in/owntracks", f"Basic {told}", body)


def batch(job: Job, number: int, now: int) -> bytes:
    """Return one Overland batch of points that no single post had."""
    device, key = job.devices[number % len(job.devices)]
    first = 3600 + (number // len(job.devices)) * BATCH
    body = msgspec.json.encode({"locations": [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [-123.09, 44.05 + at / 1e4]},
            "properties": {"timestamp": now - first - at, "horizontal_accuracy": 12, "speed": 1, "motion": ["walking"]},
        } for at in range(BATCH)
    ]})  # fmt: skip
    return _post(job, "/in/overland", f"Bearer {device}.{key}", body)


def _post(job: Job, path: str, authorization: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {job.host}:{job.port}\r\nauthorization: {authorization}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def measure(job: Job) -> dict[str, float]:
    bad: list[tuple[int, bytes]] = []

    def check(status: int, body: bytes) -> None:
        if status != 200 or body not in (b"[]", b'{"result":"ok"}'):
            bad.append((status, body))

    now = SystemClock().now()
    posts = [single(job, number, now) for number in range(WARM + SINGLE + PACED)]
    batches = [batch(job, number, now) for number in range(BATCHES)]
    many = [Connection(*await asyncio.open_connection(job.host, job.port)) for _ in range(CONNECTIONS)]
    await closed_loop(many, posts[:WARM], check)
    rate = await closed_loop(many, posts[WARM : WARM + SINGLE], check)
    samples = await open_loop(many, posts[WARM + SINGLE :], rate / 2, check)
    batched = await closed_loop(many[:BATCH_CONNECTIONS], batches, check)
    if bad:
        raise SystemExit(f"{len(bad)} answers were not as they should be; the first: {bad[0]}")
    return {
        "fixes_per_s": rate, "batched_per_s": batched * BATCH, "p50_ms": percentile(samples, 0.5),
        "p99_ms": percentile(samples, 0.99), "batch_p50_ms": BATCH_CONNECTIONS / batched * 1000,
        "sent": float(len(posts) + BATCHES * BATCH),
    }  # fmt: skip


def main() -> None:
    job = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(measure(job))))


if __name__ == "__main__":
    main()
