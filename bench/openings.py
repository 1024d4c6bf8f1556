"""Openings over HTTP: the route that a board uses, hit every time, each with its durable, proved leaf.

`openings_per_s` at concurrency 32; `p50_ms`, `p99_ms` at half of that rate; `ratio_to_plain_read` against `bench.plain`
in the same run. Openings and plain reads take turns, and of the rounds the middle one counts, because a machine that
others use too is faster in one second than in the next.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx
import msgspec

from bench.figures import Figures
from bench.fsync import beside, scratch
from bench.load import Job, der
from bench.steps import steps
from bench.town import Town, build, free_port, process, running, stamp
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.statements import Hello
from breakseal.kernel.seal import hpke
from breakseal.log.store import LogStore

PEOPLE, COUNT, WARM, CONCURRENCY = 200, 4000, 400, 32
ROUNDS = 3


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        town = build(Path(name), PEOPLE)
        floor = beside(Path(name))
        with running(town):
            cookie, before = sign_in(town), leaves(town)
            with plain(town) as port:
                rounds = [_round(town, cookie, port, turn) for turn in range(ROUNDS)]
            logged, sent = leaves(town) - before, sum(opened["sent"] for opened, _ in rounds)
            assert logged >= sent, f"{logged} leaves for {sent} openings"
        timed = steps(town)
    values = {
        "openings_per_s": median(opened["per_s"] for opened, _ in rounds),
        "p50_ms": rounds[-1][0]["p50_ms"],
        "p99_ms": rounds[-1][0]["p99_ms"],
        "ratio_to_plain_read": median(opened["per_s"] / read for opened, read in rounds),
    }
    reads = median(read for _, read in rounds)
    return Figures(
        "openings", values, {"plain_reads_per_s": reads, "leaves": logged, "sent": sent, **timed, **floor}
    )


def _round(town: Town, cookie: str, port: int, turn: int) -> tuple[dict[str, float], float]:
    """Return what the client saw of openings, the last time with those at half the rate, and plain reads a second."""
    what = job(town, cookie, paced=2000 if turn == ROUNDS - 1 else 0, tag=f"turn-{turn}")
    return load(town, what), load(town, job(town, cookie, path="/plain", port=port))["per_s"]


def job(
    town: Town,
    cookie: str,
    *,
    first: int = 0,
    people: int = 0,
    paced: int = 0,
    path: str = "/api/disclose",
    port: int = 0,
    tag: str = "calls",
) -> Job:
    """Return the client's job; `first` past the enrolled people makes every request a miss."""
    return Job(
        host="localhost", port=port or town.config.settings.web.port, path=path, callgate=der(town.callgate._private),  # noqa: SLF001 # the bench's own key
        session=der(town.session._private), recipient=canonical.b64(hpke.point_of(town.opener.public_key())),  # noqa: SLF001 # the bench's own key
        ingest=town.ingest, first=first, people=people or town.people, warm=WARM, count=COUNT, paced=paced,
        concurrency=CONCURRENCY, cookie=cookie, tag=tag,
    )  # fmt: skip


def sign_in(town: Town) -> str:
    """Say hello with the officer's session key; return the cookie as a header's value."""
    hello = signed.write(Hello(**stamp(), origin=town.web), town.session)
    answer = httpx.post(
        f"{town.web}/api/hello", json={"signed": canonical.b64(hello)}, headers={"origin": town.web}
    )
    answer.raise_for_status()
    return answer.headers["set-cookie"].partition(";")[0]


def leaves(town: Town) -> int:
    """Return how many leaves are durable in the log, read from its file."""
    store = LogStore.open_reader(town.config.log_store)
    try:
        return store.count_from(0)
    finally:
        store.close()


def load(town: Town, what: Job) -> dict[str, float]:
    """Run the client in a process of its own."""
    path = town.folder / "job"
    path.write_bytes(msgspec.msgpack.encode(what))
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def plain(town: Town) -> Iterator[int]:
    """Serve plain reads; yields the port."""
    port = free_port()
    key = msgspec.json.encode(town.session.key).decode()
    command = ("-m", "bench.plain", str(town.config.records), str(port), key, town.handles[0])
    with process(*command, ready=f"http://localhost:{port}/plain"):
        yield port
