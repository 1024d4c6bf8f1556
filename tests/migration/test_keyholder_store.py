"""The keyholder's store of the first release opens under this one, and keeps what is in it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from importlib import resources
from pathlib import Path

import pytest

from breakseal.kernel.errors import ConfigError
from breakseal.keyholder.store import SCHEMA_VERSION, Store
from tests.support.locating import Locating
from tests.support.world import World


def first_release(path: Path) -> None:
    """Make a store as version 1 did, with one record in it."""
    script = resources.files("breakseal.keyholder").joinpath("schema/0001.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(f"BEGIN;{script};PRAGMA user_version = 1;COMMIT;")
        db.execute("INSERT INTO records VALUES ('h', 'emergency.home', 3, 's', x'01', 'w', 1790000000)")
        db.commit()


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
    folder = resources.files("breakseal.keyholder")
    with closing(sqlite3.connect(tmp_path / "old.db")) as db:
        for number in range(1, version + 1):
            db.executescript(folder.joinpath(f"schema/{number:04}.sql").read_text("utf-8"))
        db.execute(f"PRAGMA user_version = {version}")
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
    store = world.engine.core.store
    found = store.many("SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'location_*'")
    tables = [name for (name,) in found]
    world.engine.core.vault.destroy("index/location")
    world.close()
    with closing(sqlite3.connect(tmp_path / "kh" / "keyholder.db")) as db:
        schema = resources.files("breakseal.keyholder").joinpath("schema")
        later = (schema.joinpath(f"{n:04}.sql").read_text("utf-8") for n in range(4, SCHEMA_VERSION + 1))
        names = re.findall(r"CREATE TABLE (\w+)", "".join(later))
        for name in dict.fromkeys((*reversed(tables), *names)):
            db.execute(f"DROP TABLE {name}")
        db.execute("ALTER TABLE organisations DROP COLUMN proved_until")
        db.execute("PRAGMA user_version = 2")
        db.commit()
    world.engine = world.open()
    places = Locating(world)
    assert places.locate(places.agree()).handle == rosa.handle


def test_a_consent_by_key_of_before_phones_were_told_opens_nothing(tmp_path: Path) -> None:
    """It was the demo's only; it stands in its person's list as one that never began, and can be ended."""
    with closing(sqlite3.connect(tmp_path / "keyholder.db")) as db:
        for number in range(1, 5):
            text = (
                resources.files("breakseal.keyholder").joinpath(f"schema/{number:04}.sql").read_text("utf-8")
            )
            db.executescript(text)
        row = ("c", "h", b"i", "k", "o", "r", "e", "p", "1km", 4, 1, 9, -1, 0, "key", "b")
        db.execute(f"INSERT INTO location_consents VALUES ({', '.join('?' * len(row))})", row)
        db.execute("PRAGMA user_version = 4")
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
