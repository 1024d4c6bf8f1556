"""A look under a ground that the keyholder checks: the officer's signed question goes to it, its permit to the courier.

INVARIANT: no number passes here in clear, and no place: the one is sealed to the keyholder, the other to the officer's
browser. Whoever carries the phone, the answer is of one shape.
"""

from __future__ import annotations

from typing import Any

from litestar import Request, post
from litestar.params import JSONBody

from breakseal.courier.location.messages import AskSource, SourceAnswered
from breakseal.courier.protocol import AskState, CourierState
from breakseal.kernel.errors import RefusedError, RequestError, UnavailableError
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.orders import LookUnder
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.message import Message
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.web import guards
from breakseal.web.api.messages import Wire
from breakseal.web.board.interfaces import officer_of
from breakseal.web.parts import WebParts


class LookIn(Wire, frozen=True):
    """What the officer's own key signed at the door (a canonical envelope)."""

    request: str


class LookOut(Wire, frozen=True):
    """The entry's hash, until when the officer may see the answer (Unix seconds), and the sealed `Found`."""

    leaf: str
    until: int
    sealed: str


@post(
    "/orders/look", opt=guards.OFFICER, status_code=200,
    summary="Where the phone of an order is, sealed to the officer's browser",
)  # fmt: skip
async def look(request: Request[Any, Any, Any], data: JSONBody[LookIn]) -> LookOut:
    """Have the keyholder judge and record the look, and a source asked under its permit."""
    officer_of(request, "investigator")
    parts: WebParts = request.app.state.parts
    question = _question(unb64(data.request))
    # Asked first, because the keyholder counts a look whatever becomes of it.
    await parts.courier.ask(AskState(), CourierState)
    located = await parts.keyholder.ask(question, Located)
    try:
        answered = await parts.courier.ask(AskSource(permit=located.permit), SourceAnswered)
    except (RefusedError, RequestError) as error:
        raise UnavailableError("no source can be asked now", reason="source-unavailable") from error
    return LookOut(leaf=b64(located.leaf), until=located.until, sealed=b64(answered.sealed))


def _question(envelope: bytes) -> Message:
    """Return the keyholder's question for a signed statement: one line for each kind of ground.

    Raises:
        RequestError: another statement.
    """
    _, statement = signed.read(envelope)
    if isinstance(statement, LookUnder):
        return LocateUnder(request=envelope)
    raise RequestError("another statement belongs here", reason="wrong-statement")
