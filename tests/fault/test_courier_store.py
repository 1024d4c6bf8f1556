"""The courier's store fails at each write: what is not kept is not sent, what is kept is not lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from breakseal.courier.app import Courier
from breakseal.courier.outbox.database import Database, StoreError, connect
from breakseal.courier.outbox.store import Outbox
from breakseal.kernel.errors import ConfigError
from tests.support.courier import NUMBER, Setting, make_setting, play


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def forbid(courier: Courier, when: str) -> Callable[[], None]:
    """Have the store refuse a kind of write, by a trigger; return what allows it again."""
    with courier.database.direct() as connection:
        connection.execute(f"CREATE TRIGGER broken BEFORE {when} BEGIN SELECT RAISE(ABORT, 'broken'); END")

    def allow() -> None:
        with courier.database.direct() as connection:
            connection.execute("DROP TRIGGER broken")

    return allow


@pytest.mark.parametrize("table", ["messages", "claims", "made"])
def test_a_code_that_is_not_kept_is_not_sent(setting: Setting, table: str) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim()
        allow = forbid(courier, f"INSERT ON {table}")
        with pytest.raises(StoreError) as caught:
            await courier.codes.start(question)
        assert "broken" not in str(caught.value)
        await courier.delivery.deliver_due()
        assert setting.shown() == []
        allow()
        assert (await courier.codes.start(question)).state == "sent"

    play(setting, scene)


def test_a_permit_that_is_not_kept_is_taken_later(setting: Setting) -> None:
    setting.keyholder.notice("sms", NUMBER)

    async def scene(courier: Courier) -> None:
        allow = forbid(courier, "INSERT ON messages")
        with pytest.raises(StoreError):
            await courier.poll()
        allow()
        await courier.poll()
        await courier.delivery.deliver_due()

    play(setting, scene)
    assert len(setting.shown()) == 1


def test_a_try_that_is_not_counted_is_not_made(setting: Setting) -> None:
    setting.keyholder.notice("sms", NUMBER)

    async def scene(courier: Courier) -> None:
        await courier.poll()
        allow = forbid(courier, "UPDATE OF attempts ON messages")
        with pytest.raises(StoreError):
            await courier.delivery.deliver_due()
        assert setting.shown() == []
        allow()
        await courier.delivery.deliver_due()

    play(setting, scene)
    assert len(setting.shown()) == 1


def test_a_mark_that_fails_is_made_later_without_sending_again(setting: Setting) -> None:
    setting.keyholder.notice("sms", NUMBER)

    async def scene(courier: Courier) -> None:
        await courier.poll()
        allow = forbid(courier, "UPDATE OF state ON messages WHEN new.state = 'sent'")
        for _ in range(3):
            with pytest.raises(StoreError):
                await courier.delivery.deliver_due()
            setting.clock.time += 60
        (file,) = (setting.folder / "sms").iterdir()
        file.unlink()  # a second sending would put it there again
        allow()
        await courier.delivery.deliver_due()
        await courier.intake.tell()
        assert setting.shown() == []

    play(setting, scene)
    assert [outcome for _, outcome in setting.keyholder.told] == ["sent"]


def test_a_wrong_code_is_not_judged_before_it_is_counted(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        question = setting.keyholder.claim()
        await courier.codes.start(question)
        forbid(courier, "UPDATE OF tries ON claims")
        with pytest.raises(StoreError):
            await courier.codes.answer(setting.answer(question))

    play(setting, scene)


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    def small(path: Path) -> sqlite3.Connection:
        connection = connect(path)
        connection.execute("PRAGMA max_page_count = 60")
        return connection

    database = Database(tmp_path / "courier.db", connect=small)

    def fill() -> None:
        with database.transaction() as connection:
            connection.execute("INSERT INTO made (number, at) VALUES (zeroblob(32), 1)")
            connection.execute("CREATE TABLE big AS SELECT zeroblob(400000)")

    with pytest.raises(StoreError) as caught:
        fill()
    assert caught.value.reason == "disk-full"
    with database.direct() as connection:
        assert connection.execute("SELECT count(*) FROM made").fetchone() == (0,)
    assert Outbox(database).waiting() == (0, 0)
    database.close()


def test_a_store_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "courier.db"
    database = Database(path)
    with database.direct() as connection:
        connection.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(ConfigError):
        Database(path)
