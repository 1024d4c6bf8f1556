"""The keyholder's store of the first release opens under this one, and keeps what is in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from breakseal.kernel.errors import ConfigError
from breakseal.keyholder import protocol as p
from breakseal.keyholder.store import SCHEMA_VERSION, Store
from tests.support.locating import Locating
from tests.support.world import World


def first_release(path: Path) -> None:
    """Make a store as version 1 did, with one record in it."""
    with closing(sqlite3.connect(path)) as db:
        made_by_scripts(db, 1)
        db.execute("INSERT INTO records VALUES ('h', 'emergency.home', 3, 's', x'01', 'w', 1790000000)")
        db.commit()


def as_of(path: Path, version: int) -> None:
    """Put in place of a store of now one of an earlier version, with all that could be in it then."""
    now = path.rename(path.with_suffix(".now"))
    with closing(sqlite3.connect(path)) as db:
        made_by_scripts(db, version)
        db.execute("ATTACH ? AS now", (str(now),))
        for (table,) in db.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
            columns = [name for _, name, *_ in db.execute(f"PRAGMA main.table_info({table})")]
            known = {name for _, name, *_ in db.execute(f"PRAGMA now.table_info({table})")}
            # What was in the row then and stands in a table of its own now.
            shared = ", ".join(name if name in known else f"coalesce({name}, x'')" for name in columns)
            bodies = " LEFT JOIN now.bodies ON entry = id" if table == "entries" else ""
            db.execute(f"INSERT INTO main.{table} SELECT {shared} FROM now.{table}{bodies}")
        db.commit()


def made_by_scripts(db: sqlite3.Connection, version: int) -> None:
    folder = resources.files("breakseal.keyholder")
    for number in range(1, version + 1):
        db.executescript(folder.joinpath(f"schema/{number:04}.sql").read_text("utf-8"))
    db.execute(f"PRAGMA user_version = {version}")


def test_a_store_of_the_first_release_is_brought_up(tmp_path: Path) -> None:
    first_release(tmp_path / "keyholder.db")
    store = Store(tmp_path / "keyholder.db")
    row = store.one("SELECT version, written, past, reminded FROM records WHERE handle = 'h'")
    assert row == (3, 1_790_000_000, 0, 0)
    assert store.one("PRAGMA user_version") == (SCHEMA_VERSION,)
    store.close()
    Store(tmp_path / "keyholder.db").close()  # a second start changes nothing


def test_both_ways_to_the_newest_schema_end_alike(tmp_path: Path) -> None:
    first_release(tmp_path / "old.db")
    world = World(tmp_path / "kh")
    world.close()
    schemas = []
    for path in (tmp_path / "old.db", tmp_path / "kh" / "keyholder.db"):
        store = Store(path)
        schemas.append(sorted(store.many("SELECT type, name, sql FROM sqlite_master")))
        store.close()
    assert schemas[0] == schemas[1]


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_a_store_of_any_earlier_version_ends_at_the_newest_schema(version: int, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        made_by_scripts(db, version)
    schemas = []
    for name in ("old.db", "new.db"):
        store = Store(tmp_path / name)
        schemas.append(sorted(store.many("SELECT type, name, sql FROM sqlite_master")))
        assert store.one("PRAGMA user_version") == (SCHEMA_VERSION,)
        store.close()
    assert schemas[0] == schemas[1]


def test_a_keyholder_of_before_there_was_location_locates_after_the_upgrade(tmp_path: Path) -> None:
    """What was enrolled stays; asks, consents and tokens begin empty, under an index key that is made now."""
    world = World(tmp_path / "kh")
    world.found()
    rosa = world.resident()
    world.engine.core.vault.destroy("index/location")
    world.close()
    as_of(tmp_path / "kh" / "keyholder.db", 2)
    world.engine = world.open()
    places = Locating(world)
    assert places.locate(places.agree()).handle == rosa.handle


def test_a_consent_by_key_of_before_phones_were_told_opens_nothing(tmp_path: Path) -> None:
    """It was the demo's only; it stands in its person's list as one that never began, and can be ended."""
    with closing(sqlite3.connect(tmp_path / "keyholder.db")) as db:
        made_by_scripts(db, 4)
        row = ("c", "h", b"i", "k", "o", "r", "e", "p", "1km", 4, 1, 9, -1, 0, "key", "b")
        db.execute(f"INSERT INTO location_consents VALUES ({', '.join('?' * len(row))})", row)
        db.commit()
    store = Store(tmp_path / "keyholder.db")
    assert store.many("SELECT consent, told FROM location_by_key") == [("c", 0)]
    assert store.many("SELECT 1 FROM location_texts") == []
    store.close()


def test_a_store_of_a_later_release_is_not_touched(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "keyholder.db")) as db:
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    with pytest.raises(ConfigError, match="newer version"):
        Store(tmp_path / "keyholder.db")


def test_entries_keep_their_bodies_and_places_when_those_move_apart(tmp_path: Path) -> None:
    """Version 12 keeps bodies and answered requests in tables of their own; one body was lost in a restore."""
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        made_by_scripts(db, 11)
        db.executescript(
            "INSERT INTO trails (id, kind, owner, n, link) VALUES (4, 'subject', 'h', 3, 'l');"
            "INSERT INTO entries VALUES (x'0a', 4, 1, x'1a', x'2a', 7), (x'0b', 4, 2, x'1b', x'', 8),"
            " (x'0c', 4, 3, x'1c', x'2c', NULL);"
            "INSERT INTO openings VALUES (x'99', x'0a', 'h', '{}', 1790000000);"
        )
    store = Store(tmp_path / "old.db")
    assert store.many("SELECT id, hash, n, leaf, idx FROM entries ORDER BY id") == [
        (1, b"\x0a", 1, b"\x1a", 7), (2, b"\x0b", 2, b"\x1b", 8), (3, b"\x0c", 3, b"\x1c", None),
    ]  # fmt: skip
    assert store.many("SELECT * FROM bodies ORDER BY entry") == [(1, b"\x2a"), (3, b"\x2c")]
    assert store.many("SELECT * FROM openings") == [(0, b"\x99", b"\x0a", "h", "{}", 1_790_000_000)]
    assert store.many("PRAGMA foreign_key_check") == []
    store.close()


def test_a_request_that_was_answered_before_the_upgrade_is_not_answered_anew(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    world.found()
    world.resident()
    kim, event = world.officer("7"), world.call()
    question = p.Disclose(request=world.request(kim, event), basis=event)
    first = world.ask(question, p.Disclosed)
    world.engine.core.store.run("UPDATE openings SET issued = 0")  # as the upgrade leaves those of before
    size = world.log.size()
    assert world.ask(question, p.Disclosed).leaf == first.leaf
    assert world.log.size() == size
    world.close()
