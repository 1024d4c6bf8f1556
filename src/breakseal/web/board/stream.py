"""The event stream of one board: first everything that it may hold, then what happens, and a pulse."""

from __future__ import annotations

from collections.abc import AsyncIterator

from breakseal.kernel.ports import Clock
from breakseal.web.board.hub import BoardHub, Numbered, Subscription
from breakseal.web.board.messages import Pulse, Snapshot, frame, news_of, news_of_delivery
from breakseal.web.board.pulse import KeyholderPulse
from breakseal.web.ports import Session

PULSE_SECONDS = 2.0
"""Between two pulses; a board that hears none for three of them says that profiles are unavailable."""

RETRY = b"retry: 1000\n\n"


async def board_stream(
    hub: BoardHub, session: Session, pulse: KeyholderPulse, clock: Clock, last: str
) -> AsyncIterator[bytes]:
    """Yield the stream of the session's position until the session is over or the board is too slow.

    `last` is the browser's Last-Event-ID: what it missed of live calls comes before the snapshot, so that a
    board learns where a call went, and then what it may hold.
    """
    board = hub.subscribe(session.org, session.position)
    try:
        yield RETRY
        for missed in hub.missed(board.place, last):
            yield _told(hub, missed)
        yield _snapshot(hub, session, clock.now())
        while not board.over and clock.now() < session.until:
            yield frame("pulse", Pulse(now=clock.now(), profiles=await pulse.up()))
            async for numbered in _until_pulse(board):
                yield _told(hub, numbered)
    finally:
        hub.leave(board)


async def _until_pulse(board: Subscription) -> AsyncIterator[Numbered]:
    numbered = await board.get(PULSE_SECONDS)
    while numbered is not None:
        yield numbered
        numbered = await board.get(0.01)


def _told(hub: BoardHub, numbered: Numbered) -> bytes:
    return frame("call", news_of_delivery(numbered.delivery), f"{hub.epoch}-{numbered.number}")


def _snapshot(hub: BoardHub, session: Session, now: int) -> bytes:
    calls = hub.live(session.org, session.position)
    news = tuple(news_of("ended" if call.ended else "answered", call) for call in calls)
    return frame(
        "calls", Snapshot(now=now, position=session.position, calls=news), f"{hub.epoch}-{hub.number()}"
    )
