"""Which check and which effect belong to each kind of statement that is handed in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import enrolments, exigent, location, missing, orders, signed
from breakseal.kernel.model import statements as s
from breakseal.keyholder.authority import (
    MAX_LIFE,
    MAX_ROOT_LIFE,
    Verified,
    use_up,
    verify,
    verify_root_signed,
    verify_self_signed,
)
from breakseal.keyholder.core import Core
from breakseal.keyholder.exigent import asking
from breakseal.keyholder.location import agreeing
from breakseal.keyholder.missing import asking as cases
from breakseal.keyholder.orders import lodging
from breakseal.keyholder.protocol import Submit
from breakseal.keyholder.statements import calls, numbers, officers, records, root, subject
from breakseal.keyholder.statements.outcome import Outcome

Effect = Callable[[Core, Verified, Any, int], Outcome]

MAX_TOGETHER = 4


def _session(core: Core, verified: Verified, statement: s.Session, now: int) -> Outcome:
    kind = verified.signer.kind
    if kind == "officer":
        return officers.session(core, verified, statement, now)
    return subject.session(core, verified, statement, now)


_ROOT: dict[type[Any], Effect] = {
    enrolments.EnrolOrganisation: root.organisation,
    enrolments.EnrolCourier: root.other,
    enrolments.EnrolProcessor: root.other,
    enrolments.EnrolCourtLine: root.other,
    enrolments.PolicyRelease: root.other,
    enrolments.Root: root.root,
}
_SELF: dict[type[Any], Effect] = {s.EnrolSubject: subject.enrol, enrolments.OfferKey: officers.offer}
_ENROLLED: dict[type[Any], Effect] = {
    s.Session: _session,
    s.AddKey: subject.add_key,
    s.RevokeKey: subject.revoke_key,
    s.Grant: subject.grant,
    s.WithdrawGrant: subject.withdraw_grant,
    s.Channels: subject.channels,
    s.Freeze: subject.freeze,
    s.Unfreeze: subject.unfreeze,
    s.Erase: subject.erase,
    s.ClaimNumber: numbers.claim,
    s.NumberAttested: numbers.attested,
    s.WithdrawNumber: numbers.withdraw,
    s.Wrap: records.wrap,
    s.Keep: records.keep,
    s.CallEvent: calls.event,
    location.Consent: agreeing.consent,
    location.AgreeIfMissing: agreeing.if_missing,
    location.WithdrawConsent: agreeing.withdraw,
    location.PauseLocation: agreeing.pause,
    orders.LodgeOrder: lodging.lodge,
    orders.ReviewOrder: lodging.review,
    orders.EndOrder: lodging.end,
    exigent.Exigent: asking.first,
    exigent.SecondExigent: asking.second,
    exigent.ConfirmExigent: asking.confirm,
    exigent.ReviewExigent: asking.review,
    missing.SecondMissingCase: cases.second,
    missing.MissingFound: cases.found,
    enrolments.EnrolOfficer: officers.enrol,
    enrolments.RevokeOfficer: officers.revoke,
    enrolments.Roster: officers.roster,
}


def submit(core: Core, question: Submit, now: int) -> Outcome:
    """Take the statements that were handed in together; inside a transaction that undoes all if one fails.

    Raises:
        FormatError, VerificationError, RefusedError: none was taken.
    """
    if not 1 <= len(question.statements) <= MAX_TOGETHER:
        raise FormatError(f"hand in 1 to {MAX_TOGETHER} statements together")
    outcomes = [take(core, envelope, now) for envelope in question.statements]
    return Outcome(
        handle=next((o.handle for o in outcomes if o.handle), ""),
        entries=tuple(entry for o in outcomes for entry in o.entries),
        permit=next((o.permit for o in outcomes if o.permit), b""),
    )


def take(core: Core, envelope: bytes, now: int) -> Outcome:
    """Check one statement and carry it out."""
    _, statement = signed.read(envelope)
    kind = type(statement)
    if kind in _ROOT:
        verified, effect, longest = verify_root_signed(core, envelope), _ROOT[kind], MAX_ROOT_LIFE
    elif kind in _SELF:
        verified, effect, longest = verify_self_signed(core, envelope), _SELF[kind], MAX_LIFE
    elif kind in _ENROLLED:
        verified, effect, longest = verify(core, envelope, now), _ENROLLED[kind], MAX_LIFE
    else:
        raise RefusedError("this kind of statement is not handed in here", reason="wrong-door")
    if kind not in (s.CallEvent, exigent.Exigent):
        # An event repeats harmlessly, and is judged by its call (`statements.calls`); the supervisor's statement uses
        # up the investigator's, which only waits until then.
        use_up(core, verified, now, longest)
    return effect(core, verified, statement, now)
