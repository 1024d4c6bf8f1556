"""One look: a source is asked against one permit, once; the answer leaves sealed, no more precise than agreed."""

from __future__ import annotations

import asyncio

import msgspec

from breakseal.courier.codes import check_permit
from breakseal.courier.delivery import open_number
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location.looks import Looks, Outcome
from breakseal.courier.location.messages import AskSource, SourceAnswered
from breakseal.courier.location.precision import found
from breakseal.courier.location.sources.port import NotLocatedError, Source
from breakseal.courier.location.stops import Stops
from breakseal.courier.location.told import choose, read_told, suffices
from breakseal.courier.outbox.store import Outbox
from breakseal.courier.private import Private
from breakseal.courier.standing import Keyholder, Standing
from breakseal.kernel.errors import BreaksealError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.location import (
    SMALLEST_AREA,
    Area,
    Fix,
    Found,
    LocationPrecision,
    SourceName,
    found_info,
    locate_info,
)
from breakseal.kernel.model.permit import Permit
from breakseal.kernel.ports import Clock
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol

BATCH = 500


class Locating:
    """Answers `AskSource`, and tells the keyholder what became of each permit."""

    def __init__(
        self,
        *,
        looks: Looks,
        stops: Stops,
        outbox: Outbox,
        source: Source | None,
        timeout: float,
        keys: CourierKeys,
        keyholder: PublicKey,
        client: Keyholder,
        standing: Standing,
        regions: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self._looks = looks
        self._stops = stops
        self._outbox = outbox
        self._source = source
        self._timeout = timeout
        self._keys = keys
        self._keyholder = keyholder
        self._client = client
        self._standing = standing
        self._regions = regions
        self._clock = clock

    async def answer(self, question: AskSource) -> SourceAnswered:
        """Return the sealed answer; whatever goes wrong once the permit is used up reads "unknown".

        Raises:
            FormatError, VerificationError: no permit to locate, one that asks for more than can be agreed to, or the
                phone's fix was handed in for another.
            RequestError: no number that is served.
            RefusedError: permit used or over, or the source's processor not enrolled. Nobody was asked.
            UnavailableError: no source here, keyholder silent, or store failed. Nobody was asked.
        """
        now = max(self._clock.now(), self._outbox.swept_before())
        permit = check_permit(question.permit, self._keyholder, "locate", now)
        precision = _check_look(permit)
        point = canonical.unb64(permit.recipient, 65)
        hpke.parse_recipient(point)
        number = open_number(self._keys, canonical.unb64(permit.to), self._regions, locate_info(permit.id))
        told = read_told(self._keys, permit, question.fix, now)
        source = await self._source_beside(permit, told, now)
        await self._looks.use(permit.id, permit.expires)
        who = self._keys.number_mac(number)
        if self._stopped(permit, who, now):
            answer = _unknown(permit, "stopped")
        else:
            answer = await self._look(permit, precision, number, source, told)
        return SourceAnswered(sealed=self._seal(permit, answer, who, point))

    async def find(self, permit: Permit, area: Area, number: Private) -> Found:
        """Return how the phone lies to an area, for a watch; "unknown" if nobody can say.

        Raises:
            VerificationError: the area is too small to ask about.
            RefusedError, UnavailableError: there is nobody to ask.
        """
        asked = msgspec.structs.replace(permit, area=area)
        precision = _check_look(asked)
        if self._stops.holds(self._keys.number_mac(number), self._clock.now()):
            return _unknown(asked, "stopped")
        return await self._look(asked, precision, number, await self._ready_source(), None)

    async def tell(self) -> None:
        """Tell the keyholder every outcome that it does not know: what it has not heard of by then was never done.

        Raises:
            UnavailableError: it does not answer; it is told later.
        """
        while await self._tell_some() == BATCH:
            pass

    async def _tell_some(self) -> int:
        untold = self._looks.untold(self._clock.now(), BATCH)
        told = await asyncio.gather(*(self._tell_one(permit, outcome) for permit, outcome in untold))
        self._looks.mark_told([permit for (permit, _), known in zip(untold, told, strict=True) if known])
        if not all(told):
            raise UnavailableError("the keyholder does not answer", reason="keyholder-unavailable")
        return len(untold)

    async def _tell_one(self, permit: str, outcome: Outcome) -> bool:
        try:
            await self._client.ask(protocol.PermitDone(permit=permit, outcome=outcome), protocol.Done)
        except UnavailableError:
            return False
        except BreaksealError as error:
            note("permit-refused", reason=error.reason)
        return True

    async def close(self) -> None:
        """Close the source."""
        if self._source is not None:
            await self._source.close()

    async def _source_beside(self, permit: Permit, told: Fix | None, now: int) -> Source | None:
        """Return the carrier to ask; None where the phone's own word is enough, or all that there is."""
        if told is not None and (self._source is None or suffices(permit, told, now)):
            return None
        return await self._ready_source()

    async def _ready_source(self) -> Source:
        if self._source is None:
            raise UnavailableError("no source of location here", reason="source-not-offered")
        await self._standing.check_processor(self._source.processor)
        return self._source

    async def _look(
        self,
        permit: Permit,
        precision: LocationPrecision,
        number: Private,
        source: Source | None,
        told: Fix | None,
    ) -> Found:
        asked = "source-not-asked" if source is None else await self._ask(permit, number, source)
        carrier = None if source is None or isinstance(asked, str) else (asked, source.name)
        best = choose(carrier, told)
        if best is None:
            return _unknown(permit, str(asked))
        return self._found(permit, precision, *best)

    async def _ask(self, permit: Permit, number: Private, source: Source) -> Fix | str:
        """Return what the carrier says, or why it does not, for our log."""
        timeout = min(self._timeout, permit.expires - self._clock.now())
        if timeout <= 0:
            return "permit-expired"
        try:
            async with asyncio.timeout(timeout):
                return await source.ask(number, permit.max_age)
        except TimeoutError:
            return "carrier-slow"
        except NotLocatedError as error:
            return error.reason
        except Exception as error:  # noqa: BLE001 # a bug of an adapter's: its text may be personal
            note("fault", fault=type(error).__name__)
            return "source-failed"

    def _found(self, permit: Permit, precision: LocationPrecision, fix: Fix, name: SourceName) -> Found:
        now = self._clock.now()
        if now >= permit.expires:
            return _unknown(permit, "permit-expired")
        if fix.at > now + SKEW or (permit.max_age >= 0 and fix.at < now - permit.max_age - SKEW):
            return _unknown(permit, "fix-too-old")
        return found(fix, precision, permit.area, name, permit.about)

    def _stopped(self, permit: Permit, who: bytes, now: int) -> bool:
        """Say whether STOP ends this look: not one that a court ordered, or that a danger to life asks for.

        Of a missing person it does: that look stands on what the person agreed to.
        """
        return permit.ground not in ("order", "exigent") and self._stops.holds(who, now)

    def _seal(self, permit: Permit, answer: Found, who: bytes, point: bytes) -> bytes:
        """INVARIANT: nothing is awaited between the last look at STOP and the seal."""
        if answer.answer != "unknown" and self._stopped(permit, who, self._clock.now()):
            answer = _unknown(permit, "stopped")
        self._looks.finish(permit.id, "failed" if answer.answer == "unknown" else "sent")
        if answer.answer != "unknown":
            note("located")
        return hpke.seal_to(point, canonical.encode(answer), found_info(permit.about))


def _check_look(permit: Permit) -> LocationPrecision:
    """Return how precise the answer may be.

    Raises:
        VerificationError: the permit names no ground or no precision, or one without the area that it needs.
    """
    precision, area = permit.precision, permit.area
    if permit.ground == "":
        raise VerificationError(
            "the permit says not on what the look stands", reason="permit-of-another-kind"
        )
    if precision == "" or (precision == "yes-or-no" and area is None):
        raise VerificationError("the permit says not how precise", reason="permit-of-another-kind")
    if area is not None and area.radius < SMALLEST_AREA:
        raise VerificationError("the area is too small to ask about", reason="area-too-small")
    return precision


def _unknown(permit: Permit, reason: str) -> Found:
    note("not-located", reason=reason)
    return Found(answer="unknown", leaf=permit.about)
