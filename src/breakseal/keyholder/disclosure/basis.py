"""The basis: from a signed, live statement the keyholder derives the subject; it never takes one from the request."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import caller_info
from breakseal.kernel.model.statements import Caller, CallEvent, Request
from breakseal.keyholder.authority import verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.calls import CALL_LIFE, Call
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.register.numbers import check_number
from breakseal.keyholder.statements.calls import take_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A live basis. `handle` is whom it is about, None if nobody of that number has a record here.

    `started` and `ended` are the call's, in the keyholder's own time (Unix seconds; 0: not ended).
    """

    kind: str
    digest: str
    handle: str | None
    answered: bool
    started: int
    ended: int
    call: str = ""
    caller: Caller | None = None


def derive(core: Core, request: Request, envelope: bytes, requester: Holder, now: int) -> Basis:
    """Return the basis of a request, verified.

    Raises:
        VerificationError: the basis is not signed by somebody who may make it, or is not the one named.
        RefusedError: it is over, or there is no such basis for this requester.
    """
    if requester.kind == "subject" and not envelope and not request.basis:
        return Basis(kind="self", digest="", handle=requester.id, answered=False, started=now, ended=0)
    if requester.kind != "officer":
        raise RefusedError("only officers ask under a basis of others", reason="not-officer")
    return _from_call(core, request, envelope, requester, now)


def _from_call(core: Core, request: Request, envelope: bytes, officer: Holder, now: int) -> Basis:
    verified = verify(core, envelope, now)
    event = verified.statement
    if not isinstance(event, CallEvent):
        raise RefusedError("there is no such basis for this request", reason="basis")
    if request.basis != canonical.b64(verified.digest):
        raise VerificationError("the request names another basis", reason="basis-mismatch")
    if event.org != officer.org:
        raise RefusedError("the call is not of your organisation", reason="not-yours")
    if event.event == "ended":
        raise RefusedError("an end of a call opens nothing", reason="call-ended")
    caller = open_caller(core, event, now)
    return _of_call(take_event(core, verified, event, now), verified.digest, caller, officer, core, now)


def _of_call(call: Call, digest: bytes, caller: Caller, officer: Holder, core: Core, now: int) -> Basis:
    if now - call.started > CALL_LIFE:
        raise RefusedError("the call began more than four hours ago", reason="call-ended")
    named = (
        call.officer == officer.id
        if call.officer
        else bool(call.position) and call.position == officer.position
    )
    return Basis(
        kind="emergency-call",
        digest=canonical.b64(digest),
        handle=core.numbers.holder(caller.number),
        answered=named,
        started=call.started,
        ended=call.ended,
        call=call.name,
        caller=caller,
    )


def open_caller(core: Core, event: CallEvent, now: int) -> Caller:
    """Return what a call event says of the caller.

    Raises:
        VerificationError: not sealed to this keyholder's ingest key of today or yesterday.
        FormatError: not a caller.
    """
    plain = core.ingest.open(canonical.unb64(event.caller), caller_info(event.org, event.call), now)
    caller = canonical.decode(plain, Caller, limit=1024)
    check_number(caller.number)
    if abs(caller.lat) > 90_000_000 or abs(caller.lon) > 180_000_000 or not 0 <= caller.radius <= 1_000_000:
        raise FormatError("the caller's position is not on earth", reason="position")
    return caller
