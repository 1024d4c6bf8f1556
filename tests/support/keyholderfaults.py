"""A keyholder whose store, log and epoch keys fail on demand, before or after they did what they were asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

from breakseal.kernel.errors import UnavailableError
from tests.support.faults import Plan
from tests.support.world import World


class FaultyDatabase:
    """A SQLite connection that follows a plan."""

    def __init__(self, real: sqlite3.Connection, plan: Plan) -> None:
        self._real = real
        self._plan = plan

    def execute(self, statement: str, *values: Any) -> Any:
        return self._plan.run(statement, lambda: self._real.execute(statement, *values))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


class FaultyPart:
    """A log or a backend whose methods follow a plan, each under its name."""

    def __init__(self, real: Any, plan: Plan, names: Sequence[str]) -> None:
        self._real = real
        self._plan = plan
        self._names = names

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._real, name)
        if name not in self._names:
            return method

        def faulty(*values: Any) -> Any:
            try:
                return self._plan.run(name, lambda: method(*values))
            except sqlite3.OperationalError as error:
                raise UnavailableError("injected") from error

        return faulty


def make_faulty(world: World, plan: Plan) -> None:
    """Let the running engine's effects follow `plan`."""
    engine = world.engine
    engine.core.store._db = FaultyDatabase(engine.core.store._db, plan)  # type: ignore[assignment]
    log: Any = FaultyPart(engine.log, plan, ("append", "publish"))
    engine.log = engine.eyes._log = engine.gate._log = log
    backend: Any = FaultyPart(engine.core.vault._backend, plan, ("create", "wrap", "unwrap", "set_anchor"))
    engine.core.vault._backend = engine.gate._backend = backend


def restarted(world: World, act: Callable[[], object]) -> bool:
    """Do something; if the store failed under it, start the keyholder again as its supervisor does. Return whether."""
    try:
        act()
    except (UnavailableError, sqlite3.Error):
        world.close()
        world.engine = world.open()
        return True
    return False
