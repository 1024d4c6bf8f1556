"""Live calls, kept over a restart of the web tier: one SQLite file with sealed events and positions only."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from breakseal.web.board.ports import KeptCall

_SCHEMA = """
CREATE TABLE IF NOT EXISTS live_call (
  org TEXT NOT NULL,
  call TEXT NOT NULL,
  seq INTEGER NOT NULL,
  position TEXT NOT NULL,
  officer TEXT NOT NULL,
  event BLOB NOT NULL,
  since INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  named INTEGER NOT NULL,
  PRIMARY KEY (org, call)
) STRICT, WITHOUT ROWID
"""


class SqliteCallKeep:
    """The board hub's memory in a file."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute(_SCHEMA)

    def load(self) -> Iterable[KeptCall]:
        """Return every kept call."""
        rows = self._db.execute(
            "SELECT org, call, seq, position, officer, event, since, ended, named FROM live_call"
        ).fetchall()
        return [KeptCall(*row) for row in rows]

    def save(self, call: KeptCall) -> None:
        """Keep `call`, replacing what was kept of it; durable on return."""
        self._db.execute(
            "INSERT INTO live_call (org, call, seq, position, officer, event, since, ended, named)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (org, call) DO UPDATE SET seq = excluded.seq, position = excluded.position,"
            " officer = excluded.officer, event = excluded.event, since = excluded.since, ended = excluded.ended,"
            " named = excluded.named",
            (
                call.org,
                call.call,
                call.seq,
                call.position,
                call.officer,
                call.event,
                call.since,
                call.ended,
                call.named,
            ),
        )

    def forget(self, org: str, call: str) -> None:
        """Drop a call."""
        self._db.execute("DELETE FROM live_call WHERE org = ? AND call = ?", (org, call))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
