"""Hands people's words to the keyholder, signed, until it took them; only then does the phone hear so."""

from __future__ import annotations

from breakseal.courier.delivery import open_number
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location.fencing import Fencing
from breakseal.courier.location.reports import Report, Reports
from breakseal.courier.location.texts import Texts
from breakseal.courier.location.words import Words
from breakseal.courier.outbox.database import Database
from breakseal.courier.standing import Keyholder, Standing
from breakseal.kernel.errors import BreaksealError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.location import STOP_INFO, ConsentAnswered, ConsentStopped, Terms, answered_info
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol
from breakseal.keyholder.location.messages import Attest

LIFE = 600
"""Seconds for which an attestation is good; a later try makes a new one."""
SPARE = 30
BATCH = 50
_FIRST_RETRY = 15
_QUICK = 1
_LONGEST_RETRY = 3600


class Attesting:
    """One round: what waits, oldest first."""

    def __init__(
        self,
        *,
        database: Database,
        reports: Reports,
        texts: Texts,
        words: Words,
        keys: CourierKeys,
        keyholder: Keyholder,
        standing: Standing,
        fencing: Fencing,
        regions: tuple[str, ...],
        clock: Clock,
        entropy: Entropy,
    ) -> None:
        self._database = database
        self._reports = reports
        self._texts = texts
        self._words = words
        self._keys = keys
        self._keyholder = keyholder
        self._standing = standing
        self._fencing = fencing
        self._regions = regions
        self._clock = clock
        self._entropy = entropy

    async def round(self) -> None:
        """Hand in what waits.

        Raises:
            UnavailableError: keyholder or store do not answer; everything waits for the next round.
        """
        for report in self._reports.due(self._clock.now(), BATCH):
            statement = await self._statement(report)
            if statement is not None:
                await self._hand_in(report, statement)

    async def _hand_in(self, report: Report, statement: bytes) -> None:
        try:
            await self._keyholder.ask(Attest(statement=statement), protocol.Done)
        except UnavailableError as error:
            if error.reason == "keyholder-unavailable":
                raise
            # One that the keyholder fails at must not hold up the others.
            note("attest-refused", reason=error.reason, attempt=report.tries + 1)
            self._reports.again(report.id, self._clock.now() + _pause(report, _QUICK))
            return
        except BreaksealError as error:
            # Used before: it was taken, and only its answer was lost.
            if error.reason != "replayed":
                self._refused(report, error.reason)
                return
        if report.kind == "stopped":
            await self._fencing.quiet(report.who)  # before the phone hears that it ended
        self._accepted(report)

    async def _statement(self, report: Report) -> bytes | None:
        """Return the envelope; None if the number cannot be read, as after a change of the courier's keys."""
        now = self._clock.now()
        if report.statement and now < report.until - SPARE:
            return report.statement
        try:
            point = await self._standing.ingest_point()
        except VerificationError as error:
            raise UnavailableError("the keyholder's ingest key does not hold", reason=error.reason) from None
        try:
            statement = self._sign(report, point, now)
        except BreaksealError as error:
            note("attest-refused", reason="unreadable", attempt=report.tries, fault=type(error).__name__)
            self._reports.finish(report.id, "refused")
            return None
        self._reports.keep_statement(report.id, statement, now + LIFE)
        return statement

    def _sign(self, report: Report, point: bytes, now: int) -> bytes:
        ask = canonical.b64(report.ask)
        info = answered_info(ask) if report.kind == "answered" else STOP_INFO
        number = open_number(self._keys, report.number, self._regions).reveal().encode()
        sealed = canonical.b64(hpke.seal_to(point, number, info))
        nonce = canonical.b64(self._entropy.token(16))
        statement = (
            ConsentAnswered(
                issued=now,
                expires=now + LIFE,
                nonce=nonce,
                ask=ask,
                answer="yes" if report.answer == "yes" else "no",
                lasting=report.lasting,
                number=sealed,
            )
            if report.kind == "answered"
            else ConsentStopped(
                issued=now,
                expires=now + LIFE,
                nonce=nonce,
                number=sealed,
                why="moved" if report.answer == "moved" else "stopped",
            )
        )
        return signed.write(statement, self._keys.signer)

    def _accepted(self, report: Report) -> None:
        with self._database.transaction():
            if self._reports.finish(report.id, "accepted"):
                self._say(report, report.reply)
        note("attested", reason=report.answer)

    def _refused(self, report: Report, reason: str) -> None:
        """Give an answer up; a STOP is tried for ever, and its number stays stopped here meanwhile."""
        note("attest-refused", reason=reason, attempt=report.tries + 1)
        now = self._clock.now()
        if report.kind == "stopped":
            self._reports.later(report.id, now + _pause(report, _FIRST_RETRY))
            return
        with self._database.transaction():
            if self._reports.finish(report.id, "refused"):
                self._say(report, "failed")

    def _say(self, report: Report, key: str) -> None:
        if not key:
            return
        terms = canonical.decode(report.terms, Terms) if report.terms else None
        text = self._words.reply(key, report.language, terms)
        self._texts.reply(report.who, report.number, text, report.language, self._clock.now())


def _pause(report: Report, first: int) -> int:
    """Return the seconds until the next try: twice as long each time, an hour at most."""
    return min(_LONGEST_RETRY, first << min(report.tries, 16))
