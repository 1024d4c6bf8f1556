"""The same load before small and large stores: does a million subscribers with ten million fixes slow it down?

Two towns alike but for a crowd in the stores of the second (`bench.crowd`) run at once. One client sends to them in
turn, a piece each, so that whatever else the machine does meets both; of each the median piece counts. `looks_slowed`,
`fixes_slowed` and `look_ms_slowed` are how many times slower the large one is: 1.0 is no difference. It takes six
minutes or more and about 8 GB of the scratch folder, which are gone at the end.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import msgspec
import uvloop
from cryptography.hazmat.primitives import serialization

from bench import ingest, location
from bench.consents import Looks, agree, client_of, everything
from bench.crowd import fill
from bench.figures import Figures
from bench.fsync import beside, scratch
from bench.load import Connection, closed_loop, der
from breakseal.ambient import SystemClock

SUBSCRIBERS, FIXES = 1_000_000, 10_000_000
PIECES, LOOKS, ALONE, REPORTS, WARM, CONCURRENCY = 14, 150, 40, 500, 150, 16
"""Pieces of each side, with so many looks at once, looks one by one, and reports."""
SIDES = ("small", "large")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """What the client needs to know of one town."""

    looks: Looks
    reports: ingest.Job


def run(subscribers: int = SUBSCRIBERS, fixes: int = FIXES) -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        began, folder = time.perf_counter(), Path(name)
        floor = beside(folder)
        towns = [_place(folder / side) for side in SIDES]
        devices = [tuple(ingest.make_devices(one.town)) for one in towns]
        filled = fill(towns[1].town, subscribers, fixes)
        with (
            everything(towns[0].town, towns[0].port, location.PEOPLE),
            everything(towns[1].town, towns[1].port, location.PEOPLE),
        ):
            sides = [_side(one, known) for one, known in zip(towns, devices, strict=True)]
            told = _load(folder, sides)
        took = time.perf_counter() - began
    slowed = {
        "looks_slowed": told["looks_per_s_small"] / told["looks_per_s_large"],
        "fixes_slowed": told["fixes_per_s_small"] / told["fixes_per_s_large"],
        "look_ms_slowed": told["look_ms_large"] / told["look_ms_small"],
    }
    sizes = {"subscribers": subscribers, "fixes": fixes, **filled, "took_s": took}
    return Figures("scale", {**slowed, **told}, {**sizes, **floor})


def _place(folder: Path) -> location.Place:
    folder.mkdir()
    return location.place(folder)


def _side(place: location.Place, devices: tuple[tuple[str, str], ...]) -> Side:
    town, private = place.town, place.key._private  # noqa: SLF001 # the bench's own key
    port, tokens = town.config.settings.web.port, agree(town, private, location.PEOPLE)
    looks = Looks(
        web=town.web, port=port, key=der(private), tokens=tuple(tokens), warm=WARM, count=LOOKS, paced=ALONE,
        concurrency=CONCURRENCY,
    )  # fmt: skip
    return Side(looks=looks, reports=ingest.Job(host="localhost", port=port, devices=devices))


def _load(folder: Path, sides: list[Side]) -> dict[str, float]:
    """Run the client in a process of its own."""
    (folder / "scale.job").write_bytes(msgspec.msgpack.encode(sides))
    command = [sys.executable, "-m", "bench.scale", str(folder / "scale.job")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


# -- the client ------------------------------------------------------------------------------------------------


class Client:
    """Sends to one town."""

    def __init__(self, side: Side) -> None:
        private = serialization.load_der_private_key(side.looks.key, None)
        self._side = side
        self._client = client_of(private, httpx.Client(base_url=side.looks.web))  # type: ignore[arg-type] # the bench's own key
        self._sent, self._now = 0, SystemClock().now()
        self.bad: list[tuple[int, bytes]] = []

    async def looks(self, count: int) -> float:
        """Return looks a second, many at once."""
        work = self._looks(count)
        return await closed_loop(await self._opened(), work, self._check(b"lastLocationTime"))

    async def alone(self, count: int) -> float:
        """Return milliseconds of one look alone."""
        work = self._looks(count)
        rate = await closed_loop(await self._opened(1), work, self._check(b"lastLocationTime"))
        return 1000 / rate

    async def reports(self, count: int) -> float:
        """Return fixes a second, as single posts."""
        numbers = range(self._sent, self._sent + count)
        self._sent += count
        work = [ingest.single(self._side.reports, number, self._now) for number in numbers]
        return await closed_loop(await self._opened(), work, self._check(b"[]"))

    async def _opened(self, count: int = CONCURRENCY) -> list[Connection]:
        """Return fresh connections: the server ends those that were idle while the other town was asked."""
        port = self._side.looks.port
        return [Connection(*await asyncio.open_connection("localhost", port)) for _ in range(count)]

    def _looks(self, count: int) -> list[bytes]:
        return location.looks(self._side.looks, self._client, count)

    def _check(self, word: bytes) -> Callable[[int, bytes], None]:
        def check(status: int, body: bytes) -> None:
            if status != 200 or word not in body:
                self.bad.append((status, body))

        return check


async def duel(sides: list[Side]) -> dict[str, float]:
    """Send to both in turn; who is first changes with each piece."""
    clients = [Client(side) for side in sides]
    told: dict[str, list[float]] = {}
    for client in clients:
        await client.looks(WARM)
        await client.reports(WARM)
    for piece in range(PIECES):
        for at in (0, 1) if piece % 2 else (1, 0):
            client, name = clients[at], SIDES[at]
            told.setdefault(f"looks_per_s_{name}", []).append(await client.looks(LOOKS))
            told.setdefault(f"look_ms_{name}", []).append(await client.alone(ALONE))
            told.setdefault(f"fixes_per_s_{name}", []).append(await client.reports(REPORTS))
    bad = [one for client in clients for one in client.bad]
    if bad:
        raise SystemExit(f"{len(bad)} answers were not as they should be; the first: {bad[0]}")
    return {name: statistics.median(values) for name, values in sorted(told.items())}


def main() -> None:
    sides = msgspec.msgpack.decode(Path(sys.argv[1]).read_bytes(), type=list[Side])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(duel(sides))))


if __name__ == "__main__":
    main()
