"""The client, a process of its own: makes signed calls and requests beforehand, sends them over kept connections.

`python -m bench.load JOB` reads a job (MessagePack), prints one JSON object of results.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvloop
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from bench.figures import percentile
from bench.town import ORG, POSITION, number_of, stamp
from breakseal.kernel.model import answers, canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.seal import hpke


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to send. `first`..: callers are people `first` to `first + people` in turn; keys are PKCS #8 (DER)."""

    host: str
    port: int
    path: str
    callgate: bytes
    session: bytes
    recipient: str
    ingest: bytes
    first: int
    people: int
    warm: int
    count: int
    paced: int
    concurrency: int
    cookie: str
    tag: str


def der(private: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Connection:
    """One kept HTTP/1.1 connection; reads no more of an answer than its length and status."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, request: bytes) -> tuple[int, bytes]:
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        return int(head[9:12]), await self._reader.readexactly(size)


def requests(job: Job, count: int, tag: str) -> list[bytes]:
    """Return whole HTTP requests: each a new call with its event, and a new signed request for it."""
    callgate = Ed25519Signer(serialization.load_der_private_key(job.callgate, None))  # type: ignore[arg-type]
    session = P256Signer(serialization.load_der_private_key(job.session, None))  # type: ignore[arg-type]
    return [_request(job, callgate, session, at, f"{tag}-{at}") for at in range(count)]


def _request(job: Job, callgate: Ed25519Signer, session: P256Signer, at: int, call: str) -> bytes:
    caller = canonical.encode(s.Caller(number=number_of(job.first + at % job.people)))
    event = signed.write(
        s.CallEvent(
            **stamp(840), org=ORG, call=call, seq=1, event="answered", position=POSITION, officer="",
            caller=canonical.b64(hpke.seal_to(job.ingest, caller, answers.caller_info(ORG, call))),
        ), callgate)  # fmt: skip
    basis = canonical.b64(canonical.digest(signed.read(event)[0].payload_bytes()))
    request = signed.write(
        s.Request(
            **stamp(840), purpose="emergency-response", basis=basis, categories=EMERGENCY_CATEGORIES,
            recipient=job.recipient,
        ), session)  # fmt: skip
    body = msgspec.json.encode({"request": canonical.b64(request), "basis": canonical.b64(event)})
    head = (
        f"POST {job.path} HTTP/1.1\r\nhost: {job.host}:{job.port}\r\norigin: http://{job.host}:{job.port}\r\n"
        f"cookie: {job.cookie}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def closed_loop(
    connections: list[Connection], work: list[bytes], check: Callable[[int, bytes], None]
) -> float:
    """Send everything as fast as the connections allow; return requests a second."""
    queue = iter(work)

    async def one(connection: Connection) -> None:
        for request in queue:
            check(*await connection.send(request))

    began = time.perf_counter()
    await asyncio.gather(*(one(connection) for connection in connections))
    return len(work) / (time.perf_counter() - began)


async def open_loop(
    connections: list[Connection], work: list[bytes], rate: float, check: Callable[[int, bytes], None]
) -> list[float]:
    """Send at a fixed rate whatever comes back; latency counts from when a request was due (ms)."""
    free: asyncio.Queue[Connection] = asyncio.Queue()
    for connection in connections:
        free.put_nowait(connection)
    samples: list[float] = []

    async def one(request: bytes, due: float) -> None:
        connection = await free.get()
        check(*await connection.send(request))
        samples.append((time.perf_counter() - due) * 1000)
        free.put_nowait(connection)

    began, tasks = time.perf_counter(), []
    for at, request in enumerate(work):
        due = began + at / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        tasks.append(asyncio.create_task(one(request, due)))
    await asyncio.gather(*tasks)
    return samples


async def run(job: Job) -> dict[str, float]:
    bad: list[tuple[int, bytes]] = []
    bodies: set[int] = set()

    def check(status: int, body: bytes) -> None:
        if status != 200:
            bad.append((status, body))
        bodies.add(len(body))

    connections = [
        Connection(*await asyncio.open_connection(job.host, job.port)) for _ in range(job.concurrency)
    ]
    await closed_loop(connections, requests(job, job.warm, f"{job.tag}w"), check)
    work = requests(job, job.count, f"{job.tag}c")
    rate = await closed_loop(connections, work, check)
    samples = (
        await open_loop(connections, requests(job, job.paced, f"{job.tag}p"), rate / 2, check)
        if job.paced
        else [0.0]
    )
    if bad:
        raise SystemExit(f"{len(bad)} answers were not 200; the first: {bad[0]}")
    return {
        "per_s": rate, "p50_ms": percentile(samples, 0.5), "p99_ms": percentile(samples, 0.99),
        "answer_bytes": float(max(bodies)), "sent": float(job.warm + job.count + job.paced),
    }  # fmt: skip


def main() -> None:
    job = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=Job)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(job))))


if __name__ == "__main__":
    main()
