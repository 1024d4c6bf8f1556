"""A phone's report that was answered is on the disk; one that could not be kept is not answered as if it were."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from breakseal.stores.sqlite import devices as devices_store
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web.ingest.ports import Device, SealedFix
from tests.support import ownphones as phones
from tests.support.ownphones import feature, overland, own_phone, owntracks
from tests.support.webapp import WebWorld, in_web

MOST = 500


def in_store(folder: Path) -> list[int]:
    """Return the times of the fixes in a copy of the files as they are on the disk now, as after a crash."""
    copy = folder / "crashed"
    copy.mkdir()
    for path in folder.glob("records.db*"):
        shutil.copy(path, copy / path.name)
    with closing(sqlite3.connect(copy / "records.db")) as db:
        return [at for (at,) in db.execute("SELECT at FROM fixes ORDER BY at")]


def test_what_was_answered_outlives_a_crash(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone = await own_phone(web, web.world.resident(granted=False))
        now = web.world.clock.now()
        sent = [phones.post(web, "/in/owntracks", owntracks(now - at), **phone.basic) for at in range(40)]
        assert {answer.status_code for answer in await asyncio.gather(*sent)} == {200}
        assert in_store(tmp_path) == [now - at for at in reversed(range(40))]

    in_web(tmp_path, work)


def test_on_a_full_disk_every_waiting_report_is_refused_whole_and_later_taken(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        phone = await own_phone(web, web.world.resident(granted=False))
        now, store = web.world.clock.now(), web.store
        (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
        store._writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        batches = [overland(*(feature(now - 100 * at - more) for more in range(100))) for at in range(4)]
        sent = [phones.post(web, "/in/overland", batch, **phone.bearer) for batch in batches]
        answers = await asyncio.gather(*sent)
        assert {(answer.status_code, answer.json()["reason"]) for answer in answers} == {
            (503, "store-unavailable")
        }
        assert await store.devices.fixes(phone.person.handle, 0) == []
        store._writer.execute("PRAGMA max_page_count = 100000")
        for batch in batches:
            answer = await phones.post(web, "/in/overland", batch, **phone.bearer)
            assert answer.content == b'{"result":"ok"}'
        assert len(await store.devices.fixes(phone.person.handle, 0)) == 400

    in_web(tmp_path, work)


def test_who_hangs_up_takes_nobody_with_them(tmp_path: Path) -> None:
    async def work() -> None:
        store = SqliteMainStore(tmp_path / "main.db")
        await store.devices.add(Device("d", "h", b"", b"", b"", 0), 1)
        first = asyncio.create_task(store.devices.keep_fixes([SealedFix("d", 1, b"x")], MOST))
        gone = asyncio.create_task(store.devices.keep_fixes([SealedFix("d", 2, b"x")], MOST))
        last = asyncio.create_task(store.devices.keep_fixes([SealedFix("d", 3, b"x")], MOST))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.gather(first, last)
        assert {one.at for one in await store.devices.fixes("h", 0)} >= {1, 3}
        await store.close()

    asyncio.run(work())


def test_a_sweep_drops_many_in_turns_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices_store, "SWEPT_AT_ONCE", 7)

    async def work() -> None:
        store = SqliteMainStore(tmp_path / "main.db")
        for name in ("d", "e"):
            await store.devices.add(Device(name, "h", b"", b"", b"", 0), 2)
            await store.devices.keep_fixes([SealedFix(name, at, b"x") for at in range(1, 21)], MOST)
        assert await store.devices.sweep(16) == 32
        assert sorted({one.at for one in await store.devices.fixes("h", 0)}) == [17, 18, 19, 20]
        newest = await store.devices.newest("h", 0)
        assert newest is not None
        assert newest.at == 20
        assert await store.devices.newest("h", 20) is None
        assert await store.devices.newest("nobody", 0) is None
        await store.close()

    asyncio.run(work())
