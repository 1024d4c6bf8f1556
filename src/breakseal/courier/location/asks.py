"""The questions that are open at phones, and how often a number may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from breakseal.courier.location import statements
from breakseal.courier.notices import Language
from breakseal.courier.outbox.database import Database
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import Terms

DAY = 86_400
PER_CLIENT = 3
"""Questions a day that one client may put to one number."""
PER_NUMBER = 8
"""Questions a day that one number gets from all clients together."""

Closed = Literal["yes", "no", "stopped", "spent"]


@dataclass(frozen=True, slots=True)
class NewAsk:
    """A question; `number` and `code` are sealed, `who` is the number's HMAC, times are Unix seconds."""

    ask: bytes
    permit: str
    who: bytes
    number: bytes
    terms: Terms
    code: bytes
    language: Language
    taken: int
    expires: int


@dataclass(frozen=True, slots=True)
class OpenAsk:
    """A question that waits for its answer; `tries` wrong codes came so far."""

    ask: bytes
    number: bytes
    terms: Terms
    code: bytes
    language: Language
    expires: int
    tries: int


class Asks:
    """The questions in the store. Each method works in the transaction around it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, ask: NewAsk, *, silent: bool) -> None:
        """Keep a question within its budgets; a silent one is counted and never put.

        Raises:
            RefusedError: `permit-used`, or `capture-frequency`: the number was asked often enough.
        """
        with self._database.direct() as connection:
            if connection.execute(statements.ASK_KNOWN, (ask.ask, ask.permit)).fetchone() is not None:
                raise RefusedError("this permit was used before", reason="permit-used")
            self._check_budgets(ask)
            row = (ask.ask, ask.permit, ask.terms.client, ask.who, ask.number, canonical.encode(ask.terms))
            rest = (ask.code, ask.language, ask.taken, ask.expires, "silent" if silent else "open")
            connection.execute(statements.ADD_ASK, row + rest)

    def open(self, who: bytes, now: int) -> list[OpenAsk]:
        """Return the questions that are open at a number, oldest first."""
        with self._database.direct() as connection:
            rows = connection.execute(statements.OPEN_ASKS, (who, now)).fetchall()
        return [OpenAsk(row[0], row[1], canonical.decode(row[2], Terms), *row[3:]) for row in rows]

    def language(self, who: bytes) -> Language | None:
        """Return the language of the last question that was put to a number."""
        with self._database.direct() as connection:
            row = connection.execute(statements.LAST_LANGUAGE, (who,)).fetchone()
        return None if row is None else row[0]

    def set_language(self, ask: bytes, language: Language) -> None:
        """Keep in which language the rest of this conversation is."""
        self._change(statements.SET_LANGUAGE, language, ask)

    def count_try(self, ask: bytes) -> None:
        """Count a wrong code."""
        self._change(statements.COUNT_TRY, ask)

    def close(self, ask: bytes, state: Closed) -> None:
        """End a question, and forget its number and code."""
        self._change(statements.CLOSE_ASK, state, ask)

    def _check_budgets(self, ask: NewAsk) -> None:
        of_client, since = (ask.who, ask.terms.client), ask.taken - DAY
        if (
            self._count(statements.OPEN_OF_CLIENT, *of_client, ask.taken) >= 1
            or self._count(statements.TAKEN_OF_CLIENT, *of_client, since) >= PER_CLIENT
            or self._count(statements.TAKEN_OF_ALL, ask.who, since) >= PER_NUMBER
        ):
            raise RefusedError("this phone was asked often enough: wait", reason="capture-frequency")

    def _count(self, statement: str, *values: object) -> int:
        with self._database.direct() as connection:
            return int(connection.execute(statement, values).fetchone()[0])

    def _change(self, statement: str, *values: object) -> None:
        with self._database.direct() as connection:
            connection.execute(statement, values)
