"""On which side of its fence a phone was last, by the watch's id: one bit, without number, area or place."""

from __future__ import annotations

from breakseal.courier.location import statements
from breakseal.courier.outbox.database import Database

KEPT = 6 * 3600
"""Seconds after the last check for which a side is remembered; a watch that was silent longer begins anew."""


class Fences:
    """The sides in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def side(self, watch: str, now: int) -> bool | None:
        """Say whether the phone was inside when it was looked at last; None if nobody knows."""
        with self._database.direct() as connection:
            row = connection.execute(statements.GET_SIDE, (watch, now - KEPT)).fetchone()
        return None if row is None else bool(row[0])

    def keep(self, watch: str, *, inside: bool, now: int) -> None:
        """Remember the side."""
        with self._database.transaction() as connection:
            connection.execute(statements.SET_SIDE, (watch, inside, now))

    def drop(self, watch: str) -> None:
        """Forget a watch that ended."""
        with self._database.transaction() as connection:
            connection.execute(statements.DROP_SIDE, (watch,))

    def sweep(self, now: int) -> None:
        """Forget watches of which nothing was heard for long."""
        with self._database.transaction() as connection:
            connection.execute(statements.SWEEP_SIDES, (now - KEPT,))
