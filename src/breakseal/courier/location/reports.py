"""What people said, on its way to the keyholder: kept until it took it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from breakseal.courier.location import statements
from breakseal.courier.notices import Language
from breakseal.courier.outbox.database import Database
from breakseal.kernel.model.location import Lasting


@dataclass(frozen=True, slots=True)
class NewReport:
    """A person's word: `kind` "answered" with ask, answer and lasting; or "stopped", whose `answer` says why.

    `who` is the number's HMAC, `number` is sealed to the courier. `reply` names the words that the phone gets once the
    keyholder took it (empty: none); `terms` are the ask's, canonical, for these words.
    """

    kind: Literal["answered", "stopped"]
    answer: Literal["yes", "no", "stopped", "moved"]
    who: bytes
    number: bytes
    language: Language
    reply: str
    ask: bytes = b""
    lasting: Lasting = "once"
    terms: bytes = b""


@dataclass(frozen=True, slots=True)
class Report:
    """A kept word; `statement` is the signed envelope under way, good until `until` (empty and 0 before)."""

    id: int
    kind: Literal["answered", "stopped"]
    ask: bytes
    answer: Literal["yes", "no", "stopped", "moved"]
    lasting: Lasting
    who: bytes
    number: bytes
    reply: str
    terms: bytes
    language: Language
    statement: bytes
    until: int
    tries: int


class Reports:
    """The words in the store. Each method works in the transaction around it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, report: NewReport, now: int) -> None:
        """Keep a person's word for the keyholder."""
        what = (report.kind, report.ask, report.answer, report.lasting, report.who, report.number)
        with self._database.direct() as connection:
            connection.execute(
                statements.ADD_REPORT, (*what, report.reply, report.terms, report.language, now, now)
            )

    def due(self, now: int, limit: int) -> list[Report]:
        """Return what waits: stops first, then answers, oldest first."""
        with self._database.direct() as connection:
            return [Report(*row) for row in connection.execute(statements.DUE_REPORTS, (now, limit))]

    def keep_statement(self, report: int, statement: bytes, until: int) -> None:
        """Keep the envelope, so that a lost answer is asked for with the same one."""
        self._change(statements.KEEP_STATEMENT, statement, until, report)

    def finish(self, report: int, state: Literal["accepted", "refused"]) -> bool:
        """End a report; False if a STOP ended it meanwhile."""
        return self._change(statements.FINISH_REPORT, state, report) > 0

    def again(self, report: int, next_try: int) -> None:
        """Try again at `next_try`, with the same envelope: what became of it is not known."""
        self._change(statements.REPORT_AGAIN, next_try, report)

    def later(self, report: int, next_try: int) -> None:
        """Try again at `next_try`, with a new envelope."""
        self._change(statements.REPORT_LATER, next_try, report)

    def drop_yes(self, who: bytes) -> None:
        """Drop every yes of this number that the keyholder has not taken."""
        self._change(statements.DROP_YES, who)

    def _change(self, statement: str, *values: object) -> int:
        with self._database.direct() as connection:
            return connection.execute(statement, values).rowcount
