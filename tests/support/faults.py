"""A SQLite connection that fails on demand, before or after a statement took effect."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from breakseal.log import database


@dataclass(frozen=True, slots=True)
class Fault:
    """Fail the next statement that begins with `statement`, before or after it is run."""

    statement: str
    after: bool
    error: str = "SQLITE_BUSY"


@dataclass
class Plan:
    """The faults to come, in order; empty means that all works."""

    faults: list[Fault] = field(default_factory=list)
    fired: list[Fault] = field(default_factory=list)

    def run(self, statement: str, act: Callable[[], Any]) -> Any:
        """Run one statement with the next fault if it is meant."""
        if not self.faults or not statement.startswith(self.faults[0].statement):
            return act()
        fault = self.faults.pop(0)
        self.fired.append(fault)
        if fault.after:
            act()
        error = sqlite3.OperationalError("injected")
        error.sqlite_errorname = fault.error
        raise error

    def connect(self, path: Path) -> sqlite3.Connection:
        """Open `path` with a connection that follows this plan."""
        plan = self

        class Faulty(sqlite3.Connection):
            def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                found: sqlite3.Cursor = plan.run(
                    statement, lambda: super(Faulty, self).execute(statement, *values)
                )
                return found

            def executemany(self, statement: str, rows: Iterable[Any]) -> sqlite3.Cursor:
                found: sqlite3.Cursor = plan.run(
                    statement, lambda: super(Faulty, self).executemany(statement, rows)
                )
                return found

        opened = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=1, factory=Faulty
        )
        return database.tune(opened)
