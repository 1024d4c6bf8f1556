"""The spool: every event is on disk before the phone system hears that it was taken.

SQLite with WAL and synchronous=FULL. A row holds the signed event, whose caller is sealed to the
keyholder, so a stolen spool tells when calls came and which position answered, and nobody's number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

KEEP_SECONDS = 24 * 3600
"""How long what is settled stays, so that late repeats are recognised."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """The last known state of a call; `caller` is the sealed caller (base64url), `ended` 0 or Unix seconds."""

    call: str
    seq: int
    event: str
    position: str
    officer: str
    caller: str
    started: int
    ended: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that the web has not taken yet."""

    id: int
    call: str
    seq: int
    envelope: bytes
    expires: int
    started: int


class Spool:
    """One file; one writer."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
            script = (files("breakseal.callgate") / "schema" / "0001_spool.sql").read_text("utf-8")
            self._db.executescript(f"BEGIN;{script};PRAGMA user_version = 1;COMMIT;")

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def call(self, call: str) -> CallRow | None:
        """Return the last state of `call`, or None where it was never seen."""
        row = self._db.execute(
            "SELECT call, seq, event, position, officer, caller, started, ended FROM call WHERE call = ?",
            (call,),
        ).fetchone()
        return CallRow(*row) if row else None

    def add(self, state: CallRow, envelope: bytes, made: int, expires: int) -> None:
        """Write the call's new state and its event, both or none; durable on return."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO call (call, seq, event, position, officer, caller, started, ended)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (call) DO UPDATE SET seq = excluded.seq, event = excluded.event,"
                " position = excluded.position, officer = excluded.officer, caller = excluded.caller,"
                " ended = excluded.ended",
                (
                    state.call, state.seq, state.event, state.position, state.officer, state.caller,
                    state.started, state.ended,
                ),
            )  # fmt: skip
            self._db.execute(
                "INSERT INTO event (call, seq, envelope, made, expires) VALUES (?, ?, ?, ?, ?)",
                (state.call, state.seq, envelope, made, expires),
            )

    def waiting(self, limit: int = 50) -> list[Waiting]:
        """Return the oldest events that the web has not taken."""
        rows = self._db.execute(
            "SELECT event.id, event.call, event.seq, event.envelope, event.expires, call.started"
            " FROM event JOIN call ON call.call = event.call"
            " WHERE event.state = 'waiting' ORDER BY event.id LIMIT ?",
            (limit,),
        )
        return [Waiting(*row) for row in rows]

    def renew(self, waiting: Waiting) -> None:
        """Replace a waiting event by the same one, signed anew."""
        self._db.execute(
            "UPDATE event SET envelope = ?, expires = ? WHERE id = ?",
            (waiting.envelope, waiting.expires, waiting.id),
        )

    def settle(self, event: int, state: str, reason: str = "") -> None:
        """Say what became of an event: "sent", "refused" or "expired"."""
        self._db.execute("UPDATE event SET state = ?, reason = ? WHERE id = ?", (state, reason, event))

    def counts(self) -> dict[str, int]:
        """Return the number of events by state."""
        return dict(self._db.execute("SELECT state, count(*) FROM event GROUP BY state"))

    def sweep(self, now: int) -> None:
        """Drop what was settled a day ago, and calls that began two days ago."""
        with self._transaction():
            self._db.execute("DELETE FROM event WHERE state <> 'waiting' AND made < ?", (now - KEEP_SECONDS,))
            self._db.execute(
                "DELETE FROM call WHERE started < ? AND NOT EXISTS"
                " (SELECT 1 FROM event WHERE event.call = call.call)",
                (now - 2 * KEEP_SECONDS,),
            )

    def keep(self, name: str, value: bytes) -> None:
        """Keep a public value, such as the verified ingest key, over a restart."""
        self._db.execute(
            "INSERT INTO kept (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )

    def kept(self, name: str) -> bytes | None:
        """Return the kept value, or None."""
        row = self._db.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")
