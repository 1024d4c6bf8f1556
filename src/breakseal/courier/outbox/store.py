"""The outbox: a permit taken is sent at least once, and marked sent exactly once.

The order is: row committed; try counted (committed); handed to the channel; marked sent (committed);
keyholder told. A crash after the channel took the message and before the mark sends it again, with
the same reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from breakseal.courier.outbox import statements
from breakseal.courier.outbox.database import Database

MessageState = Literal["waiting", "sent", "failed"]
KEPT = 86_400
"""Seconds for which a finished message's row outlives its permit."""
HOUR = 3600


@dataclass(frozen=True, slots=True)
class Waiting:
    """One message that waits; `recipient` and `code` (of a text the whole) are sealed, times Unix seconds.

    A notice in the words "agreed" has its whole text in `code` too, and `about` stands for its number (`about_phone`).
    """

    permit: str
    kind: Literal["code", "notice", "text"]
    channel: Literal["sms", "voice", "desk", "mail", ""]
    recipient: bytes
    about: bytes
    words: Literal["neutral", "plain", "reminder", "agreed"]
    language: Literal["en", "es"]
    code: bytes
    taken: int
    expires: int
    attempts: int = 0


class Outbox:
    """The messages in the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, message: Waiting) -> None:
        """Take a message in, in the caller's transaction or alone.

        Raises:
            StoreError: the store failed, or the permit is there already.
        """
        with self._database.direct() as connection:
            connection.execute(
                statements.ADD_MESSAGE,
                (
                    *(
                        message.permit,
                        message.kind,
                        message.channel,
                        message.recipient,
                        message.about,
                        message.words,
                    ),
                    *(message.language, message.code, message.taken, message.expires, message.taken),
                ),
            )

    def state_of(self, permit: str) -> MessageState | None:
        """Return the state of a permit's message, None if it was never taken."""
        with self._database.direct() as connection:
            row = connection.execute(statements.STATE_OF, (permit,)).fetchone()
        return None if row is None else cast("MessageState", row[0])

    def due(self, now: int, limit: int) -> list[Waiting]:
        """Return messages whose next try has come or whose permit is over, longest due first."""
        with self._database.direct() as connection:
            return [Waiting(*row) for row in connection.execute(statements.DUE, (now, now, limit))]

    def begin_try(self, permit: str, channel: str, next_try: int) -> bool:
        """Count a try before it is made, so that a message that ends the process is not tried at once again.

        False if the message does not wait any more.
        """
        return self._change(statements.BEGIN_TRY, next_try, channel, permit) > 0

    def mark_sent(self, permit: str) -> None:
        """Mark a message sent and forget where to; a second mark changes nothing."""
        self._change(statements.MARK_SENT, permit)

    def mark_later(self, permit: str, reason: str) -> None:
        """Keep why a try failed."""
        self._change(statements.MARK_LATER, reason, permit)

    def mark_failed(self, permit: str, reason: str) -> None:
        """Give a message up."""
        self._change(statements.MARK_FAILED, reason, permit)

    def renew(self, message: Waiting) -> None:
        """Let a permit that is offered again replace the one that waits or failed; a failed one is tried at once."""
        row = (
            message.recipient,
            message.words,
            message.language,
            message.code,
            message.expires,
            message.taken,
            message.permit,
        )
        self._change(statements.RENEW, *row)

    def tell_again(self, permit: str) -> None:
        """Note that the keyholder does not know the outcome of a finished permit."""
        self._change(statements.TELL_AGAIN, permit)

    def untold(self, limit: int) -> list[tuple[str, MessageState]]:
        """Return finished notices of which the keyholder does not know."""
        with self._database.direct() as connection:
            return list(connection.execute(statements.UNTOLD, (limit,)))

    def mark_told(self, permit: str) -> None:
        """Keep that the keyholder knows the outcome."""
        self._change(statements.MARK_TOLD, permit)

    def waiting(self) -> tuple[int, int]:
        """Return how many messages wait, and when the oldest was taken (0: none)."""
        with self._database.direct() as connection:
            count, oldest = connection.execute(statements.WAITING).fetchone()
        return count, oldest

    def swept_before(self) -> int:
        """Return the Unix time up to which finished messages were swept; time counts as no earlier than this."""
        with self._database.direct() as connection:
            return int(connection.execute(statements.GET_SWEPT).fetchone()[0])

    def sweep(self, now: int) -> None:
        """Forget what is over: finished messages, claims, and codes older than the longest budget."""
        with self._database.transaction() as connection:
            connection.execute(statements.SET_SWEPT, (now - KEPT,))
            connection.execute(statements.SWEEP_MESSAGES, (now - KEPT,))
            connection.execute(statements.SWEEP_CLAIMS, (now - HOUR,))
            connection.execute(statements.SWEEP_MADE, (now - KEPT,))

    def _change(self, statement: str, *values: object) -> int:
        with self._database.direct() as connection:
            return connection.execute(statement, values).rowcount
