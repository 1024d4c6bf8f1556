"""The permits to locate that were used, and what came of them.

Permits that come at once are used up in one commit, since each commit waits for the disk. What came of a look is
written with the next telling: a look whose process died counts as "sent", so that it is never given twice.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from breakseal.courier.location import statements
from breakseal.courier.outbox.database import Database
from breakseal.kernel.errors import BreaksealError, RefusedError

Outcome = Literal["sent", "failed", "over"]
"""Of a watch: an event was told, or not; or nobody wants to be told any more."""
LATE = 10
"""Seconds after its permit's end at which a look without an outcome is given up."""
_Use = tuple[str, int, asyncio.Future[None]]


class Looks:
    """The looks in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Use] = []
        self._ended: dict[str, Outcome] = {}

    async def use(self, permit: str, expires: int) -> None:
        """Use a permit up; returns once that is durable.

        Raises:
            RefusedError: it was used before.
            UnavailableError: the store failed; nothing was used.
        """
        loop = asyncio.get_running_loop()
        used: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._use_all)
        self._waiting.append((permit, expires, used))
        await used

    def finish(self, permit: str, outcome: Outcome) -> None:
        """Keep what came of a look: "sent" if a place or an answer about an area left the courier."""
        self._ended[permit] = outcome

    def untold(self, now: int, limit: int) -> list[tuple[str, Outcome]]:
        """Return looks of whose outcome the keyholder does not know."""
        ended = dict(self._ended)
        with self._database.transaction() as connection:
            connection.executemany(
                statements.FINISH_LOOK, [(outcome, permit) for permit, outcome in ended.items()]
            )
            connection.execute(statements.LOSE_LOOKS, (now - LATE,))
            untold = list(connection.execute(statements.UNTOLD_LOOKS, (limit,)))
        for permit in ended:
            self._ended.pop(permit, None)
        return untold

    def mark_told(self, permits: list[str]) -> None:
        """Keep that the keyholder knows."""
        with self._database.transaction() as connection:
            connection.executemany(statements.TOLD_LOOK, [(permit,) for permit in permits])

    def _use_all(self) -> None:
        uses, self._waiting = self._waiting, []
        try:
            with self._database.transaction() as connection:
                fresh = [
                    connection.execute(statements.ADD_LOOK, (permit, expires)).rowcount > 0
                    for permit, expires, _ in uses
                ]
        except BreaksealError as error:
            for _, _, used in uses:
                _settle(used, error)
            return
        for (_, _, used), new in zip(uses, fresh, strict=True):
            _settle(used, None if new else RefusedError("this permit was used before", reason="permit-used"))


def _settle(used: asyncio.Future[None], error: BreaksealError | None) -> None:
    if used.done():  # who asked went away
        return
    if error is None:
        used.set_result(None)
    else:
        used.set_exception(error)
