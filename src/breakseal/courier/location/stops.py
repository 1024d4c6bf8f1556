"""The numbers about which nothing is asked and nothing is answered, until they text START."""

from __future__ import annotations

from breakseal.courier.location import statements
from breakseal.courier.outbox.database import Database

MOVED = 3600
"""Seconds for which a number that got another holder is left alone: longer than any permit lives."""


class Stops:
    """The stops in the store, by the number's HMAC (`who`). Each method works in the transaction around it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stop(self, who: bytes, at: int) -> None:
        """Keep that this number said STOP at Unix `at`; it holds until START."""
        self._set(who, at, 0)

    def move(self, who: bytes, at: int, now: int) -> None:
        """Keep that this number has another holder, who said nothing yet."""
        self._set(who, at, now + MOVED)

    def lift(self, who: bytes, at: int, now: int) -> bool:
        """Let questions come again if START was written no earlier than STOP; say whether nothing is stopped now."""
        with self._database.direct() as connection:
            connection.execute(statements.LIFT_STOP, (who, at))
            return connection.execute(statements.GET_STOP, (who, now)).fetchone() is None

    def holds(self, who: bytes, now: int) -> bool:
        """Say whether this number is stopped, or said so and the keyholder does not know it yet."""
        with self._database.direct() as connection:
            stopped = connection.execute(statements.GET_STOP, (who, now)).fetchone()
            waits = connection.execute(statements.STOP_WAITS, (who,)).fetchone()
        return stopped is not None or waits is not None

    def _set(self, who: bytes, at: int, until: int) -> None:
        with self._database.direct() as connection:
            connection.execute(statements.SET_STOP, (who, at, until))
