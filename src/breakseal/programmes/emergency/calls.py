"""Which position has which call: pure, and the same whatever the order in which events arrive.

INVARIANT: the state after a set of a call's events depends on the set alone. The highest number names
the position; an end is final. So repeats, swaps and late arrivals are harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from breakseal.kernel.model.statements import CallEvent

VIEW_SECONDS = 45 * 60
"""How long after a call's end its profile may be seen; the policy decides, the board counts down to it."""

CALL_SECONDS = 4 * 3600
"""How long one call can be a basis at most."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is known of a call.

    `seq`, `position` and `officer` are of the latest event. `event` is the signed envelope of the latest one that
    says who answers: the basis of an opening (an end opens nothing); `named` is its number, 0 if none came yet.
    Times are Unix seconds; `ended` is 0 while the call lives.
    """

    org: str
    call: str
    seq: int = 0
    position: str = ""
    officer: str = ""
    event: bytes = b""
    since: int = 0
    ended: int = 0
    named: int = 0

    @property
    def until(self) -> int:
        """Return when the profile goes from the screen, as far as known."""
        return self.ended + VIEW_SECONDS if self.ended else self.since + CALL_SECONDS


DeliveryKind = Literal["answered", "moved", "ended"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the boards at `position` are told: the call is yours, it went elsewhere, or it ended."""

    kind: DeliveryKind
    position: str
    call: Call


@dataclass(frozen=True, slots=True)
class Routed:
    """The call's new state and who is told what; no deliveries where the event told nothing new."""

    call: Call
    deliveries: tuple[Delivery, ...]


def route(before: Call | None, event: CallEvent, envelope: bytes) -> Routed:
    """Return what follows from `event` (whose signed envelope is `envelope`) for a call known as `before`."""
    call = before or Call(org=event.org, call=event.call)
    after = replace(
        call,
        since=min(call.since, event.issued) if call.since else event.issued,
        ended=_end(call.ended, event),
    )
    if event.seq > call.seq:
        after = replace(after, seq=event.seq, position=event.position, officer=event.officer)
    if event.event != "ended" and event.seq > call.named:
        after = replace(after, named=event.seq, event=envelope)
    return Routed(after, tuple(_told(call, after)))


def _end(ended: int, event: CallEvent) -> int:
    """Return when the call ended; of two ends the earlier counts, so that nobody gains time by ending twice."""
    if event.event != "ended":
        return ended
    return min(ended, event.issued) if ended else event.issued


def _told(before: Call, after: Call) -> Iterator[Delivery]:
    if before.position and before.position != after.position:
        yield Delivery("moved", before.position, after)
    if after.seq > before.seq and not after.ended:
        yield Delivery("answered", after.position, after)
    elif after.ended and (after.ended, after.seq, after.named) != (before.ended, before.seq, before.named):
        yield Delivery("ended", after.position, after)
