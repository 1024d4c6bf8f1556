"""Fences: by the keyholder's permit a phone is looked at for a watch, and the client's sink is told if it crossed.

What is told is told within the permit's seconds, or not at all: nothing waits here. What could not be told may be told
under a later permit, if it is so still. INVARIANT: from the moment a STOP is acknowledged, nothing of its number is
told to any sink; and nothing is told that the keyholder does not confirm right before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any
from weakref import WeakValueDictionary

from breakseal.courier.codes import check_permit
from breakseal.courier.delivery import open_number
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location.cloudevents import MAX_EVENTS, event
from breakseal.courier.location.fences import Fences
from breakseal.courier.location.locating import Locating
from breakseal.courier.location.looks import Looks, Outcome
from breakseal.courier.location.sinks import Line, Sinks
from breakseal.courier.location.stops import Stops
from breakseal.courier.outbox.store import Outbox
from breakseal.courier.private import Private
from breakseal.courier.standing import Keyholder
from breakseal.kernel.errors import BreaksealError, RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.location import Found, Sink, Watched, locate_info, watch_info
from breakseal.kernel.model.permit import Permit
from breakseal.kernel.ports import Clock
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol
from breakseal.keyholder.location.messages import AskStands

AT_ONCE = 64
"""More than come within a permit's life: a client whose sink is slow keeps nobody else waiting."""
HALF = 50
"""Percent of the coarse circle inside the area from which on a phone counts as inside; it is out when none of it is."""
GONE = 410


class Fencing:
    """Does what permits of kind "watch" allow, each by itself and within its seconds."""

    def __init__(
        self,
        *,
        fences: Fences,
        looks: Looks,
        stops: Stops,
        outbox: Outbox,
        locating: Locating,
        sinks: Sinks,
        keys: CourierKeys,
        keyholder: PublicKey,
        client: Keyholder,
        regions: tuple[str, ...],
        source: str,
        clock: Clock,
    ) -> None:
        """`source` is what events name as where they come from."""
        self._fences = fences
        self._looks = looks
        self._stops = stops
        self._outbox = outbox
        self._locating = locating
        self._sinks = sinks
        self._keys = keys
        self._keyholder = keyholder
        self._client = client
        self._regions = regions
        self._source = source
        self._clock = clock
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._running: dict[asyncio.Task[None], bytes] = {}

    def take(self, data: bytes) -> None:
        """Begin what a permit allows; what does not hold is noted and not begun."""
        now = max(self._clock.now(), self._outbox.swept_before())
        try:
            permit = check_permit(data, self._keyholder, "watch", now)
            watch = _check_watch(permit)
            number = open_number(
                self._keys, canonical.unb64(permit.to), self._regions, locate_info(permit.id)
            )
            sink = self._open_sink(watch)
        except BreaksealError as error:
            note("permit-refused", reason=error.reason)
            return
        who = self._keys.number_mac(number)
        self._begin(who, self._one(permit, watch, number, sink))

    async def quiet(self, who: bytes) -> None:
        """Return once nothing of this number is under way any more; what was is given up."""
        await _give_up([task for task, whose in self._running.items() if whose == who])

    async def settled(self) -> None:
        """Return once nothing is under way."""
        await asyncio.gather(*self._running, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is under way."""
        await _give_up(list(self._running))

    def sweep(self, now: int) -> None:
        """Forget what is over."""
        self._fences.sweep(now)

    def _begin(self, who: bytes, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running[task] = who
        task.add_done_callback(lambda done: self._running.pop(done, None))

    def _open_sink(self, watch: Watched) -> Sink:
        plain = hpke.open_from(self._keys.seal, canonical.unb64(watch.sink), watch_info(watch.id))
        return canonical.decode(plain, Sink)

    async def _one(self, permit: Permit, watch: Watched, number: Private, sink: Sink) -> None:
        turn = self._turns.setdefault(watch.id, asyncio.Lock())
        try:
            async with turn, self._slots, asyncio.timeout(permit.expires - self._clock.now()):
                await self._looks.use(permit.id, permit.expires)
                await self._used(permit, watch, number, sink)
        except BreaksealError as error:
            note("not-told", reason=error.reason)
        except TimeoutError:
            note("not-told", reason="too-slow")
        except Exception as error:  # noqa: BLE001 # a bug: its name is noted, its text may be personal
            note("fault", fault=type(error).__name__)

    async def _used(self, permit: Permit, watch: Watched, number: Private, sink: Sink) -> None:
        outcome: Outcome = "failed"
        try:
            outcome = await self._do(permit, watch, number, sink)
        finally:
            self._looks.finish(permit.id, outcome)
        if outcome == "sent" and watch.left == 1:
            self._fences.drop(watch.id)
            await self._tell(permit, watch, number, sink, MAX_EVENTS)

    async def _do(self, permit: Permit, watch: Watched, number: Private, sink: Sink) -> Outcome:
        if watch.tell == "check":
            return await self._check(permit, watch, number, sink)
        if watch.tell != "started":
            self._fences.drop(watch.id)
        status = await self._tell(permit, watch, number, sink, watch.tell)
        return "over" if status == GONE else "failed"

    async def _check(self, permit: Permit, watch: Watched, number: Private, sink: Sink) -> Outcome:
        found = await self._locating.find(permit, watch.area, number)
        before = self._fences.side(watch.id, self._clock.now())
        inside = _side(found, before)
        if inside is None:
            return "failed"
        wanted = inside is (watch.type == "area-entered")
        crossed = watch.initial if before is None else before is not inside
        if not (wanted and crossed):
            self._fences.keep(watch.id, inside=inside, now=self._clock.now())
            return "failed"
        status = await self._tell(permit, watch, number, sink, watch.type, found.at)
        if status == GONE:
            return "over"
        # INVARIANT: only now, so that what was not told is seen as a crossing by the next check.
        self._fences.keep(watch.id, inside=inside, now=self._clock.now())
        return "sent"

    async def _tell(
        self, permit: Permit, watch: Watched, number: Private, sink: Sink, what: str, at: int = 0
    ) -> int:
        """Tell the sink; return 410 if nobody wants to be told there any more.

        Raises:
            RefusedError: it may not be told now. Nothing was said.
            UnavailableError: the sink did not take it.
        """
        now = self._clock.now()
        body = event(watch, what, name=f"{permit.id}.{what}", source=self._source, at=at or now)
        async with self._sinks.open(sink.url) as line:
            await self._client.ask(AskStands(permit=permit.id), protocol.Done)
            self._say(line, permit, number, sink, body)
            status = await line.status()
        if not (200 <= status < 300 or status == GONE):
            raise UnavailableError("the sink did not take it", reason=f"sink-status-{status}")
        note("told", reason="sink-gone" if status == GONE else "")
        return status

    def _say(self, line: Line, permit: Permit, number: Private, sink: Sink, body: bytes) -> None:
        """INVARIANT: nothing is awaited between the last look at STOP and the request."""
        now = self._clock.now()
        if now >= permit.expires or self._stops.holds(self._keys.number_mac(number), now):
            raise RefusedError("nothing is told of this number", reason="stopped")
        line.say(body, Private(sink.token))


async def _give_up(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _check_watch(permit: Permit) -> Watched:
    """Return what a permit says of its watch.

    Raises:
        VerificationError: it says nothing, or it allows more than can be agreed to.
    """
    watch = permit.watch
    if watch is None or permit.precision in ("", "exact", "1km"):
        raise VerificationError("the permit is for no watch", reason="permit-of-another-kind")
    if (watch.tell == "check") is (permit.about == NO_LINK):
        raise VerificationError("the permit is of no look that was logged", reason="permit-of-another-kind")
    return watch


def _side(found: Found, before: bool | None) -> bool | None:  # noqa: FBT001 # a side, not a switch
    """Return whether the phone is inside; in between it stays where it was; None if nobody can say."""
    if found.answer == "unknown":
        return None
    if found.answer == "inside" or (found.answer == "partly" and found.share >= HALF):
        return True
    return bool(before) if found.answer == "partly" else False
