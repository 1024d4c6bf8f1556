"""The main store's revisions: up, down, with data, and the same schema as the tables say."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from breakseal.kernel.errors import ConfigError
from breakseal.stores import schema
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.stores.tables import metadata
from breakseal.web.ports import Session


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def test_the_newest_revision_is_what_the_tables_say(tmp_path: Path) -> None:
    schema.upgrade(url(tmp_path / "main.db"))
    engine = create_engine(url(tmp_path / "main.db"))
    with engine.connect() as connection:
        assert schema.current(connection) == schema.head()
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_every_revision_goes_back_and_forth(tmp_path: Path) -> None:
    path = tmp_path / "main.db"
    schema.upgrade(url(path))
    schema.downgrade(url(path), "base")
    with sqlite3.connect(path) as db:
        left = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    db.close()
    assert left == ["alembic_version"]
    schema.upgrade(url(path))


def test_a_start_keeps_what_is_there(tmp_path: Path) -> None:
    async def work() -> None:
        store = SqliteMainStore(tmp_path / "main.db")
        session = Session(kind="subject", handle="h", key="k", until=100)
        await store.add_session(b"t" * 32, session)
        await store.stage("h", "emergency.home", 1, b"sealed", 5)
        await store.promote("h", "emergency.home", 1)
        await store.close()
        again = SqliteMainStore(tmp_path / "main.db")
        assert await again.session(b"t" * 32, 99) == session
        assert await again.session(b"t" * 32, 100) is None
        assert [line.version for line in await again.record_lines("h")] == [1]
        assert await again.sweep(100) == 1
        await again.close()

    asyncio.run(work())


def test_a_store_of_a_later_release_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "main.db"
    schema.upgrade(url(path))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(ConfigError, match="later release"):
        SqliteMainStore(path)


def test_every_commit_waits_for_the_disk(tmp_path: Path) -> None:
    store = SqliteMainStore(tmp_path / "main.db")
    assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)
    assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    asyncio.run(store.close())
