"""The machine side: events come in from the callgate, streams go out to the boards.

An event is handed to the keyholder first, which checks its signature: this process cannot, and a forged
event must not take a profile off a board. While the keyholder is down the callgate keeps the event and tries
again, and every board says that profiles are unavailable.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, get, post
from litestar.params import JSONBody
from litestar.response import Stream

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.statements import CallEvent
from breakseal.keyholder.protocol import Submit, Submitted
from breakseal.web import guards
from breakseal.web.board.errors import NoBoardError, NotACallEventError, WrongRoleError
from breakseal.web.board.hub import BoardHub
from breakseal.web.board.messages import EventPost, EventTaken, Snapshot, news_of
from breakseal.web.board.pulse import KeyholderPulse
from breakseal.web.board.stream import board_stream
from breakseal.web.parts import WebParts
from breakseal.web.ports import Session

TAKERS = ("call-taker", "call-supervisor", "field-responder")
TAKEN_BEFORE = frozenset({"call-moved", "call-ended"})
"""Reasons by which the keyholder says that it checked this event and knows a later one."""


def hub_of(request: Request[Any, Any, Any]) -> BoardHub:
    """Return the hub.

    Raises:
        NoBoardError: this installation has none.
    """
    parts: WebParts = request.app.state.parts
    if not isinstance(parts.board, BoardHub):
        raise NoBoardError("this installation has no call board")
    return parts.board


def officer_of(request: Request[Any, Any, Any], *roles: str) -> Session:
    """Return the officer's session.

    Raises:
        WrongRoleError: the officer has another role.
    """
    session = guards.own_session(request)
    if session.kind != "officer" or session.role not in roles:
        raise WrongRoleError("your role does not have this page")
    return session


@post("/api/calls/events", opt=guards.SIGNATURE, status_code=202, summary="A call centre's signed call event")
async def take_event(request: Request[Any, Any, Any], data: JSONBody[EventPost]) -> EventTaken:
    """Have the keyholder check and take the event, then tell the boards of its position."""
    hub = hub_of(request)
    envelope = canonical.unb64(data.event)
    _, event = signed.read(envelope)
    if not isinstance(event, CallEvent):
        raise NotACallEventError("send a signed call event")
    if hub.knows(event):
        return EventTaken(outcome="known")
    await _submit(request.app.state.parts, envelope)
    hub.take(event, envelope)
    return EventTaken(outcome="routed")


async def _submit(parts: WebParts, envelope: bytes) -> None:
    try:
        await parts.keyholder.ask(Submit(statements=(envelope,)), Submitted)
    except RefusedError as error:
        if error.reason not in TAKEN_BEFORE:  # late, but genuine: the boards may not have heard of it yet
            raise


@get(
    "/api/calls/stream",
    opt=guards.OFFICER,
    media_type="text/event-stream",
    summary="What happens at my position",
)
async def stream(request: Request[Any, Any, Any]) -> Stream:
    """Stream the events of the position that the officer signed in at."""
    hub, session = hub_of(request), officer_of(request, *TAKERS)
    parts: WebParts = request.app.state.parts
    last = str(request.headers.get("last-event-id") or request.query_params.get("last") or "")[:64]
    headers = {"x-accel-buffering": "no"}
    content = board_stream(hub, session, _pulse(request), parts.clock, last)
    return Stream(content, media_type="text/event-stream", headers=headers)


@get("/api/calls/live", opt=guards.OFFICER, summary="The centre's live calls, for its supervisors")
async def live(request: Request[Any, Any, Any]) -> Snapshot:
    """List the live calls of the supervisor's own centre: position and time, no caller."""
    hub, session = hub_of(request), officer_of(request, "call-supervisor")
    parts: WebParts = request.app.state.parts
    calls = tuple(news_of("ended" if call.ended else "answered", call) for call in hub.live(session.org))
    return Snapshot(
        now=parts.clock.now(), position=session.position, profiles=await _pulse(request).up(), calls=calls
    )


def _pulse(request: Request[Any, Any, Any]) -> KeyholderPulse:
    """Return the application's one pulse, made when first asked for."""
    state = request.app.state
    if not hasattr(state, "board_pulse"):
        parts: WebParts = state.parts
        state.board_pulse = KeyholderPulse(parts.keyholder, parts.clock)
    pulse: KeyholderPulse = state.board_pulse
    return pulse
