"""The public view: moves at the turn of the day and shows nothing beyond; served over ASGI."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.tlog.checkpoint import parse_checkpoint
from breakseal.kernel.tlog.note import parse_note
from breakseal.kernel.tlog.tilepath import TilePath, parse_path, tiles_of
from breakseal.kernel.tlog.witnesspolicy import single_log
from breakseal.log.audit import audit
from breakseal.log.publisher import DAY, PublicView, Publisher
from breakseal.log.store import LogStore
from breakseal.log.tileserver import TileServer
from tests.support.logs import Log, entry

MIDNIGHT = 1_790_000_000 - 1_790_000_000 % DAY


class City:
    """A log with a publisher, from an hour after midnight on."""

    def __init__(self, folder: Path, period: int = DAY) -> None:
        self.log = Log(folder / "log.db")
        self.log.clock.time = MIDNIGHT + 3600
        self.sequencer = self.log.create()
        self.publisher = Publisher(LogStore.open(self.log.path), self.log.clock, period=period)
        self.view = PublicView(LogStore.open_reader(self.log.path))
        self.count = 0

    def call(self, count: int = 1) -> None:
        self.sequencer.append([entry(number) for number in range(self.count, self.count + count)])
        self.count += count

    def at(self, time: int) -> int:
        self.log.clock.time = time
        return self.publisher.tick()


def test_the_view_moves_at_midnight_to_what_was_there_at_midnight(tmp_path: Path) -> None:
    city = City(tmp_path)
    with pytest.raises(UnavailableError):
        city.view.size()
    assert city.publisher.tick() == 0
    city.call(40)
    assert city.at(MIDNIGHT + DAY - 1) == 0
    city.log.clock.time = MIDNIGHT + DAY + 60
    city.call(5)  # after midnight, before the publisher ran
    assert city.at(MIDNIGHT + DAY + 7200) == 40
    assert parse_checkpoint(parse_note(city.view.checkpoint()).text).size == 40
    assert city.at(MIDNIGHT + 2 * DAY) == 45
    assert city.at(MIDNIGHT + 9 * DAY) == 45


def test_the_demo_publishes_at_once(tmp_path: Path) -> None:
    city = City(tmp_path, period=0)
    city.call(3)
    assert city.publisher.tick() == 3
    city.call(3)
    assert (city.publisher.tick(), city.view.size()) == (6, 6)


def test_nothing_beyond_the_published_size_is_served(tmp_path: Path) -> None:
    city = City(tmp_path)
    city.call(300)
    assert city.at(MIDNIGHT + DAY) == 300
    city.call(600)
    allowed = {path.encode(): city.view.tile(path) for path in tiles_of(300)}
    assert len(allowed) == 5
    for path in (
        "tile/0/001.p/45",
        "tile/0/001",
        "tile/entries/001.p/45",
        "tile/entries/002",
        "tile/1/000.p/2",
    ):
        with pytest.raises(UnavailableError):
            city.view.tile(parse_path(path))
    assert audit(city.view, single_log(city.log.signer.key)).entries == 300


@pytest.fixture
def served(tmp_path: Path) -> City:
    city = City(tmp_path, period=0)
    city.call(300)
    city.publisher.tick()
    return city


def get(city: City, path: str, method: str = "GET", prefix: str = "/log") -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=TileServer(city.view, prefix))
        async with httpx.AsyncClient(transport=transport, base_url="http://log.example") as client:
            return await client.request(method, path)

    return asyncio.run(ask())


def test_checkpoint_and_tiles_are_served_with_their_types_and_ages(served: City) -> None:
    point = get(served, "/log/checkpoint")
    assert (point.status_code, point.content) == (200, served.sequencer.reader.checkpoint())
    assert point.headers["content-type"] == "text/plain; charset=utf-8"
    assert point.headers["cache-control"] == "public, max-age=5"
    for path in tiles_of(300):
        answer = get(served, f"/log/{path.encode()}")
        assert (answer.status_code, answer.content) == (200, served.sequencer.reader.tile(path))
        assert answer.headers["content-type"] == "application/octet-stream"
        assert "immutable" in answer.headers["cache-control"]
    head = get(served, "/log/checkpoint", "HEAD")
    assert (head.content, head.headers["content-length"]) == (b"", str(len(point.content)))


@pytest.mark.parametrize(
    "path",
    [
        "/checkpoint",
        "/log/",
        "/log/checkpoint/",
        "/log/tile/0/002",
        "/log/tile/0/001.p/45",
        "/log/tile/0/001.p/0",
        "/log/tile/0/000.p/256",
        "/log/tile/00/000",
        "/log/tile/64/000",
        "/log/tile/0/0",
        "/log/tile/0/x000/000",
        "/log/tile/0/%30%30%30%0a",
        "/log/tile/data/000",
        "/log/tile/0/999/999",
        "/log/tile/0/x999/x999/x999/x999/x999/x999/999",
    ],
)
def test_what_is_not_there_is_not_found(served: City, path: str) -> None:
    assert get(served, path).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused(served: City, method: str) -> None:
    assert get(served, "/log/checkpoint", method).status_code == 405


def test_before_the_first_publication_there_is_nothing(tmp_path: Path) -> None:
    city = City(tmp_path)
    assert get(city, "/log/checkpoint").status_code == 404


def test_a_store_that_fails_answers_503(served: City) -> None:
    served.view._store.close()
    answer = get(served, "/log/checkpoint")
    assert (answer.status_code, answer.headers["cache-control"]) == (503, "no-store")


def test_lifespan_is_answered(served: City) -> None:
    sent: list[Any] = []
    kinds = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive() -> dict[str, str]:
        return {"type": next(kinds)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    asyncio.run(TileServer(served.view)({"type": "lifespan"}, receive, send))
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_the_widest_partial_of_a_full_tile_is_still_served(served: City) -> None:
    whole = served.view.tile(TilePath(0, 0))
    assert served.view.tile(TilePath(0, 0, 255)) == whole[: 255 * 32]
