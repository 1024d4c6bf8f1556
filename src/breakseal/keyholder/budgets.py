"""How much somebody has done this hour."""

from __future__ import annotations

from breakseal.keyholder.store import Store


class Budgets:
    """Counts by holder, kind and hour. Emergencies are counted and marked, never refused."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def spend(self, holder: str, kind: str, now: int) -> int:
        """Count one more and return how many it now is this hour."""
        row = self._store.one(
            "INSERT INTO budgets VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET"
            " spent = CASE WHEN hour = excluded.hour THEN spent + 1 ELSE 1 END, hour = excluded.hour RETURNING spent",
            holder, kind, now // 3600,
        )  # fmt: skip
        assert row is not None, "INVARIANT: an upsert returns its row"  # noqa: S101 # tells the type checker
        return int(row[0])
