"""A courier's store of the first version keeps everything when a newer program opens it."""

from __future__ import annotations

import sqlite3
from importlib import resources
from pathlib import Path

from breakseal.courier.outbox.database import Database
from breakseal.courier.outbox.store import Outbox, Waiting

ROW = (
    "INSERT INTO messages VALUES ('p1', 'notice', '', x'aa', zeroblob(32), 'plain', 'es', x'', 5, 900, 'waiting', 2, 7,"
    " 'gateway-failed', 0)"
)


def first_version(path: Path) -> None:
    script = resources.files("breakseal.courier.outbox") / "schema" / "001.sql"
    with sqlite3.connect(path) as old:
        old.executescript(script.read_text("utf-8") + "PRAGMA user_version = 1;")
        old.execute(ROW)
        old.execute("INSERT INTO made VALUES (zeroblob(32), 4)")
        old.execute("UPDATE swept SET before = 3")
    old.close()


def test_messages_budgets_and_what_was_swept_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "courier.db"
    first_version(path)
    for _ in range(2):
        database = Database(path)
        outbox = Outbox(database)
        assert outbox.due(900, 10) == [
            Waiting(
                permit="p1",
                kind="notice",
                channel="",
                recipient=b"\xaa",
                about=bytes(32),
                words="plain",
                language="es",
                code=b"",
                taken=5,
                expires=900,
                attempts=2,
            )
        ]
        assert outbox.swept_before() == 3
        with database.direct() as connection:
            assert connection.execute("SELECT count(*) FROM made").fetchone() == (1,)
            assert connection.execute("PRAGMA user_version").fetchone() == (3,)
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        assert {"messages_due", "asks", "reports", "stops", "heard", "replies", "looks", "fences"} <= names
        assert "messages_1" not in names
        database.close()
