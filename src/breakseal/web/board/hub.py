"""Hands each call's events to the boards of the position that has it, and of no other.

One process holds the hub. What it knows is kept in a `CallKeep`, so that a restart of the web tier
forgets no live call. It holds sealed callers only.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import astuple, dataclass

from breakseal.kernel.model.statements import CallEvent
from breakseal.kernel.ports import Clock
from breakseal.programmes.emergency.calls import Call, Delivery, Routed, route
from breakseal.web.board.ports import CallKeep, KeptCall

QUEUE = 64
"""Deliveries that may wait for one slow board; then its stream ends, and it starts again from what is live."""

Place = tuple[str, str]  # organisation, position


@dataclass(frozen=True, slots=True)
class Numbered:
    """A delivery with its number in this hub's life, by which a board says how far it got."""

    number: int
    delivery: Delivery


class Subscription:
    """One board's queue; `over` once the board was too slow for it."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._queue: asyncio.Queue[Numbered] = asyncio.Queue(QUEUE)
        self.over = False

    def put(self, numbered: Numbered) -> None:
        """Hand over a delivery; a full queue ends the subscription."""
        if self.over:
            return
        try:
            self._queue.put_nowait(numbered)
        except asyncio.QueueFull:
            self.over = True

    async def get(self, seconds: float) -> Numbered | None:
        """Return the next delivery, or None if there is none within `seconds`."""
        try:
            return await asyncio.wait_for(self._queue.get(), seconds)
        except TimeoutError:
            return None


class BoardHub:
    """The calls of all organisations, and the boards that listen. `epoch` names this hub's life."""

    def __init__(self, clock: Clock, keep: CallKeep, epoch: str) -> None:
        self._clock, self._keep = clock, keep
        self.epoch = epoch
        self._number = 0
        self._calls: dict[tuple[str, str], Call] = {
            (kept.org, kept.call): Call(*astuple(kept)) for kept in keep.load()
        }
        self._boards: dict[Place, set[Subscription]] = defaultdict(set)
        self._told: dict[Place, list[Numbered]] = defaultdict(list)

    def knows(self, event: CallEvent) -> bool:
        """Say whether `event` would tell nothing new."""
        call = self._calls.get((event.org, event.call))
        if call is None:
            return False
        return bool(call.ended) if event.event == "ended" else event.seq <= call.named

    def take(self, event: CallEvent, envelope: bytes) -> Routed:
        """Route an event whose signature the keyholder checked, keep what follows, and tell the boards."""
        self._sweep()
        before = self._calls.get((event.org, event.call))
        routed = route(before, event, envelope)
        if routed.call != before:
            self._keep.save(KeptCall(*astuple(routed.call)))
            self._calls[event.org, event.call] = routed.call
        for delivery in routed.deliveries:
            self._tell((event.org, delivery.position), delivery)
        return routed

    def live(self, org: str, position: str | None = None) -> list[Call]:
        """Return the calls whose profile may still be seen, of one position or of the whole centre, newest first."""
        self._sweep()
        found = [
            call
            for call in self._calls.values()
            if call.org == org and call.event and position in (None, call.position)
        ]
        return sorted(found, key=lambda call: call.since, reverse=True)

    def subscribe(self, org: str, position: str) -> Subscription:
        """Return a new queue for a board of `position`; end it with `leave`."""
        board = Subscription((org, position))
        self._boards[board.place].add(board)
        return board

    def leave(self, board: Subscription) -> None:
        """End a board's queue."""
        boards = self._boards[board.place]
        boards.discard(board)
        if not boards:
            del self._boards[board.place]

    def number(self) -> int:
        """Return the number of the last delivery."""
        return self._number

    def missed(self, place: Place, last: str) -> list[Numbered]:
        """Return what `place` was told of live calls since the board saw `last` ("epoch-number"); else nothing."""
        epoch, _, number = last.rpartition("-")
        if epoch != self.epoch or not number.isascii() or not number.isdigit():
            return []
        after = int(number)
        told = (each for each in self._told.get(place, ()) if each.number > after)
        return [each for each in told if (each.delivery.call.org, each.delivery.call.call) in self._calls]

    def _tell(self, place: Place, delivery: Delivery) -> None:
        self._number += 1
        numbered = Numbered(self._number, delivery)
        told = self._told[place]
        told.append(numbered)
        del told[:-QUEUE]
        for board in tuple(self._boards.get(place, ())):
            board.put(numbered)

    def _sweep(self) -> None:
        now = self._clock.now()
        for key, call in tuple(self._calls.items()):
            if call.since and call.until <= now:
                del self._calls[key]
                self._keep.forget(*key)
        for place, told in tuple(self._told.items()):
            if all((each.delivery.call.org, each.delivery.call.call) not in self._calls for each in told):
                del self._told[place]
