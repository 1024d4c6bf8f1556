"""From a report to a signed, sealed, numbered event in the spool.

INVARIANT: a caller's number leaves `take` only sealed to the keyholder; no log line, answer, error or
spool row holds it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import msgspec

from breakseal.callgate.errors import CallEndedError, IntakeError, NoIngestKeyError
from breakseal.callgate.ingest import Ingest, verify_ingest
from breakseal.callgate.numbers import UNUSABLE, betrays, to_e164
from breakseal.callgate.report import Report
from breakseal.callgate.spool import CallRow, Spool, Waiting
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import answers, canonical, signed
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.statements import Caller, CallEvent
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.seal import hpke

_INGEST = "ingest"

EVENT_SECONDS = 15 * 60
"""How long a signed event is good before the keyholder must have heard of it; one that waited longer is renewed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a report: the call's number of this event, and whether it was new."""

    call: str
    seq: int
    outcome: str  # "new", "repeated", "unknown-call"
    number: str  # "usable", "unusable", "unchanged"


class Gate:
    """Signs for one call centre. `region` and `positions` as in the settings; `lifetime` (seconds) bounds a call."""

    def __init__(
        self,
        *,
        org: str,
        signer: signed.Signer,
        root: Root,
        spool: Spool,
        clock: Clock,
        entropy: Entropy,
        region: str = "US",
        positions: tuple[str, ...] = (),
        lifetime: int = 4 * 3600,
    ) -> None:
        self._org, self._signer, self._root, self._spool = org, signer, root, spool
        self._clock, self._entropy, self._region = clock, entropy, region
        self._positions, self._lifetime = positions, lifetime
        self.ingest: Ingest | None = self._kept_ingest()

    def learn_ingest(self, envelope: bytes) -> None:
        """Take today's ingest key, after checking it against the pinned root, and keep it over a restart.

        Raises:
            FormatError, VerificationError, NoIngestKeyError: it is not to be believed; the old one stays.
        """
        self.ingest = verify_ingest(envelope, self._root, self._clock.now())
        self._spool.keep(_INGEST, envelope)

    def take(self, report: Report) -> Taken:
        """Seal, number, sign and spool one report; durable on return. Repeats change nothing.

        Raises:
            IntakeError: unknown position, or a call id that spells the caller's number.
            CallEndedError: the call ended earlier.
            NoIngestKeyError: nothing to seal to yet; the phone system must send it again.
        """
        now, before = self._clock.now(), self._spool.call(report.call)
        if before is None and report.event == "ended":
            return Taken(report.call, 0, "unknown-call", "unchanged")
        if before and ((report.event == "ended" and before.ended) or self._repeats(report, before)):
            return Taken(report.call, before.seq, "repeated", "unchanged")
        if before and before.ended:
            raise CallEndedError("the call ended earlier; a new call needs a new id")
        self._check_position(report)
        caller, number = self._seal_caller(report, before, now)
        state = _next(report, before, caller, now)
        self._spool.add(state, self._sign(state, now), now, now + EVENT_SECONDS)
        return Taken(report.call, state.seq, "new", number)

    def renew(self, waiting: Waiting) -> Waiting | None:
        """Return the event signed anew if it waited too long, or None if its call is over by now."""
        now = self._clock.now()
        if waiting.started + self._lifetime < now:
            return None
        if now + SKEW < waiting.expires:
            return waiting
        _, event = signed.read(waiting.envelope)
        nonce = canonical.b64(self._entropy.token(16))
        fresh = msgspec.structs.replace(event, issued=now, expires=now + EVENT_SECONDS, nonce=nonce)
        renewed = replace(waiting, envelope=signed.write(fresh, self._signer), expires=fresh.expires)
        self._spool.renew(renewed)
        return renewed

    def _repeats(self, report: Report, before: CallRow) -> bool:
        """Say whether the report tells nothing new. A location always does: it gets better during a call."""
        same = (report.event, report.position, report.officer) == (
            before.event,
            before.position,
            before.officer,
        )
        return same and report.location is None

    def _check_position(self, report: Report) -> None:
        if self._positions and report.position and report.position not in self._positions:
            raise IntakeError("that position is not in this callgate's settings; add it there")

    def _seal_caller(self, report: Report, before: CallRow | None, now: int) -> tuple[str, str]:
        if before and not report.number:
            if report.location is not None:
                raise IntakeError("a location needs the number with it; send both")
            return before.caller, "unchanged"
        number = to_e164(report.number, self._region)
        if betrays(report.call, number):
            raise IntakeError(
                "the call's id spells the caller's number; have the phone system send another id"
            )
        if self.ingest is None:
            raise NoIngestKeyError("no ingest key yet; send the event again in a moment")
        self.ingest.check_fresh(now)
        sealed = hpke.seal_to(
            self.ingest.point,
            canonical.encode(_caller(number, report)),
            answers.caller_info(self._org, report.call),
        )
        return canonical.b64(sealed), "usable" if number != UNUSABLE else "unusable"

    def _sign(self, state: CallRow, now: int) -> bytes:
        event = CallEvent(
            issued=now,
            expires=now + EVENT_SECONDS,
            nonce=canonical.b64(self._entropy.token(16)),
            org=self._org,
            call=state.call,
            seq=state.seq,
            event=state.event,  # type: ignore[arg-type] # the report's closed list
            caller=state.caller,
            position=state.position,
            officer=state.officer,
        )
        return signed.write(event, self._signer)

    def _kept_ingest(self) -> Ingest | None:
        kept = self._spool.kept(_INGEST)
        try:
            return verify_ingest(kept, self._root, self._clock.now()) if kept else None
        except BreaksealError:
            return None  # of another day or another root: today's will be fetched


def _next(report: Report, before: CallRow | None, caller: str, now: int) -> CallRow:
    """Return the call's state after the report; an end without a position happened where the call was."""
    return CallRow(
        call=report.call,
        seq=before.seq + 1 if before else 1,
        event=report.event,
        position=report.position or (before.position if before else ""),
        officer=report.officer or (before.officer if before and not report.position else ""),
        caller=caller,
        started=before.started if before else now,
        ended=now if report.event == "ended" else 0,
    )


def _caller(number: str, report: Report) -> Caller:
    place = report.location
    if place is None:
        return Caller(number=number)
    return Caller(
        number=number,
        lat=round(place.lat * 1_000_000),
        lon=round(place.lon * 1_000_000),
        radius=max(1, math.ceil(place.radius)),
        at=place.at,
    )
