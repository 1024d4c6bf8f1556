"""What a call centre's callgate says about its calls."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model.statements import CallEvent
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_not_restored, check_time
from breakseal.keyholder.core import Core
from breakseal.keyholder.permits import QUIET
from breakseal.keyholder.register.calls import Call
from breakseal.keyholder.statements.outcome import Outcome


def take_event(core: Core, verified: Verified, statement: CallEvent, now: int) -> Call:
    """Take a call event into account, of an organisation's own callgate only, and return the call.

    An event known already is good as long as its call is; a new one must be in time.

    Raises:
        VerificationError: another organisation's key signed.
        RefusedError: too old, or a later event is known.
    """
    signer = verified.signer
    if signer.kind != "client" or signer.org != statement.org:
        raise VerificationError("not signed by the call centre that it speaks for", reason="not-callgate")
    if core.organisations.get(statement.org).kind != "call-centre":
        raise RefusedError("only a call centre has calls", reason="organisation-class")
    known = core.calls.get(statement.org, statement.call)
    if known is None or known.digest != verified.digest:
        check_time(statement, now, MAX_LIFE)
        check_not_restored(core, statement)
    call = core.calls.take(statement, verified.digest, known, now)
    if call.ended == now and statement.event == "ended":
        core.permits.call_ended(call.name, now + (0 if core.roots.root.demo else QUIET))
    return call


def event(core: Core, verified: Verified, statement: CallEvent, now: int) -> Outcome:
    """Take an event that opens nothing: an end, or an answer whose board does not ask."""
    take_event(core, verified, statement, now)
    return Outcome()
