"""Two officers ask in a danger to life, a duty reviewer calls back, somebody judges it; what the officer gets then.

Nothing here tells the agency whose phone it is.
"""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.body import Body
from breakseal.kernel.model.desk import ExigentDesk, HeldExigent
from breakseal.kernel.model.exigent import (
    ALONE,
    CONFIRMED_LOOKS,
    LIFE,
    REVIEW_WITHIN,
    ConfirmExigent,
    Exigent,
    ReviewExigent,
    SecondExigent,
    exigent_info,
)
from breakseal.kernel.model.orders import LookUnder
from breakseal.kernel.policy.decision import Decision, Obligations
from breakseal.kernel.policy.words import Purpose
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_not_restored, check_time
from breakseal.keyholder.core import Core
from breakseal.keyholder.exigent import register
from breakseal.keyholder.exigent.register import Asked
from breakseal.keyholder.orders import looking
from breakseal.keyholder.orders.judging import REVIEWING, check_desk, check_reviewer, judge, list_of
from breakseal.keyholder.orders.together import check_second, first_of, number_in, told_too, written
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.statements.outcome import Outcome
from breakseal.keyholder.statements.root import court_line
from breakseal.keyholder.trails import Happening

_PURPOSE = Purpose.EXIGENT_DISCLOSURE
REQUESTS_AN_HOUR = 20
"""How many requests one organisation may make in an hour, all its officers together."""
_AT_DESK = {
    "investigator": ("police",), "police-supervisor": ("police",),
    "duty-reviewer": REVIEWING, "legal-reviewer": REVIEWING, "oversight": REVIEWING,
}  # fmt: skip


def first(core: Core, verified: Verified, statement: Exigent, now: int) -> Outcome:
    """Let what an investigator signed wait for a supervisor: their last one only, and nothing else comes of it."""
    check_time(statement, now, MAX_LIFE)
    _check_asking(core, verified.signer, number_in(core, statement, exigent_info, now), now)
    core.unseconded[verified.signer.id] = (verified.signer.org, statement.expires, verified.envelope)
    return Outcome(verified.signer.id, ())


def second(core: Core, verified: Verified, statement: SecondExigent, now: int) -> Outcome:
    """Take a request that both officers signed: an entry in the agency's trail, and two for the person, at once."""
    first, request, number = first_of(core, statement, Exigent, exigent_info, now)
    officer, supervisor, name = first.signer, verified.signer, canonical.b64(first.digest)
    judged = _check_asking(core, officer, number, now)
    check_second(core, supervisor, officer, ("police-supervisor",), "not-supervisor")
    if core.budgets.spend(officer.org, "exigent", now) > REQUESTS_AN_HOUR:
        raise RefusedError("too many requests were made in this hour: wait", reason="too-many")
    trail = list_of(core, number, now)
    what = replace(_about(core, verified, name, "exigent-asked", request.danger), until=now + LIFE)
    seconded = ("exigent-seconded", statement.reason)
    entries = written(core, first, verified, trail, what, judged, seconded, now)
    asked = Asked(name, officer.org, officer.id, trail, now, 0, "alone", "", "", supervisor.id)
    register.keep(core, asked, number, entries[0].hash)
    core.unseconded.pop(officer.id, None)
    return Outcome(officer.id, entries)


def confirm(core: Core, verified: Verified, statement: ConfirmExigent, now: int) -> Outcome:
    """Take what the agency said when a duty reviewer of another body called it back; the last word counts."""
    reviewer = verified.signer
    check_reviewer(core, reviewer, ("duty-reviewer",), now)
    asked = _found(core, statement.exigent, reviewer)
    if now >= asked.issued + LIFE or asked.result not in ("", "upheld"):
        raise RefusedError("the request is over", reason="exigent-over")
    if (agency := court_line(core, asked.org, now)) is None or statement.line != agency.line:
        raise RefusedError("call the number in the register, no other", reason="line")
    # Who says that the agency knows of no such request has nothing to read back.
    if statement.result == "confirmed" and statement.digits != register.number_of(core, asked.name)[-4:]:
        raise RefusedError(
            "what the agency read back is not what its officers asked about", reason="readback"
        )
    register.change(core, replace(asked, state=statement.result, spoke=reviewer.id))
    return _both(core, verified, asked, statement.result, "", now, "agency-called-back")


def review(core: Core, verified: Verified, statement: ReviewExigent, now: int) -> Outcome:
    """Take what a legal reviewer or overseer found afterwards; only an overseer releases what was not upheld."""
    reviewer, released = verified.signer, statement.result == "released"
    check_reviewer(core, reviewer, ("oversight",) if released else ("legal-reviewer", "oversight"), now)
    asked = _found(core, statement.exigent, reviewer)
    if asked.result != ("not-upheld" if released else ""):
        raise RefusedError("this request waits for no such review", reason="exigent-reviewed")
    register.change(core, replace(asked, result=statement.result, spoke=reviewer.id))
    return _both(core, verified, asked, statement.result, statement.reason, now)


def prepare(
    core: Core, verified: Verified, asked: LookUnder, request: Asked, now: int
) -> looking.OrderedLook:
    """Decide and store a look under the officer's own exigent request.

    Raises:
        VerificationError: the number was sealed for another request.
        RefusedError: the request does not allow it.
    """
    check_not_restored(core, request)
    confirmed = request.state == "confirmed"
    if now >= request.issued + LIFE or not register.is_live(core, canonical.unb64(request.name)):
        raise RefusedError("the request is over", reason="exigent-over")
    if now >= request.issued + ALONE and not confirmed:
        raise RefusedError("no duty reviewer has confirmed the request", reason="exigent-unconfirmed")
    decision, duties = judge(
        core, verified.signer, _PURPOSE, "exigent", request.issued, now, exigent_confirmed=confirmed
    )
    number = register.number_of(core, request.name)
    looking.check_asked(core, asked, lambda one: one == number, now)
    if request.used >= (CONFIRMED_LOOKS if confirmed else 1):
        raise RefusedError("the looks that the request allows are used up", reason="exigent-used-up")
    register.change(core, replace(request, used=request.used + 1))
    return looking.stored(
        core, verified, asked, decision, duties, now, ground="exigent", number=number, purpose=_PURPOSE,
        basis="exigent", result="located-in-danger", most="exact", defer_until=0,
    )  # fmt: skip


def listed(core: Core, holder: Holder, now: int) -> ExigentDesk:
    """Return the requests of an officer's agency, or other agencies' for a reviewer: of two days, and what is owed.

    Nobody reads a digit of a number here: an agency knows whom it asked about, and a reviewer must hear it from them.
    """
    check_desk(core, holder, now, _AT_DESK)
    rows = core.store.many(
        "SELECT digest, e.org, e.officer, coalesce(o.name, ''), coalesce(s.name, ''), leaf, began, used, state, result,"
        " spoke FROM exigent AS e LEFT JOIN officers AS o ON o.officer = e.officer"
        " LEFT JOIN officers AS s ON s.officer = e.second"
        " WHERE (e.org = ?) = ? AND (began > ? OR result IN ('', 'not-upheld')) ORDER BY began DESC LIMIT 200",
        holder.org, _AT_DESK[core.party(holder).role] != REVIEWING, now - REVIEW_WITHIN,
    )  # fmt: skip
    return ExigentDesk(
        waiting=tuple(
            canonical.b64(envelope)
            for org, until, envelope in core.unseconded.values()
            if org == holder.org and until > now
        ),
        requests=tuple(
            HeldExigent(
                name=canonical.b64(digest), agency=org, officer=officer, names=(asked, seconded),
                wrote=_written(core, leaf), began=began, used=used, state=state, result=result, spoke=spoke,
                line=court_line(core, org, now),
            )
            for digest, org, officer, asked, seconded, leaf, began, used, state, result, spoke in rows
        ),
    )  # fmt: skip


def _written(core: Core, leaf: bytes) -> tuple[str, str]:
    """Return what each officer wrote, from the entry in their agency's trail, if it is there still."""
    data = core.trails.body(leaf)[2] if leaf else b""
    body = canonical.decode(data, Body) if data else None
    second = signed.read(canonical.unb64(body.signed))[1] if body else None
    return (body.reason, second.reason) if body and isinstance(second, SecondExigent) else ("", "")


def _check_asking(core: Core, officer: Holder, number: str, now: int) -> tuple[Decision, Obligations]:
    """Return the policy's decision on a look of this officer's, if their agency may ask about this phone now."""
    judged = judge(core, officer, _PURPOSE, "exigent", now, now, exigent_confirmed=False)
    if court_line(core, officer.org, now) is None:
        raise RefusedError("the register has no number to call your agency back", reason="no-line")
    register.check_may_ask(core, officer.org, number, now)
    return judged


def _found(core: Core, name: str, reviewer: Holder) -> Asked:
    asked = register.find(core, name)
    if asked is None or asked.org == reviewer.org:
        raise RefusedError("there is no such request that you could review", reason="exigent-unknown")
    if asked.spoke == reviewer.id:
        raise RefusedError("another person must say what comes after your word", reason="reviewed")
    return asked


def _about(core: Core, verified: Verified, name: str, result: str, reason: str) -> Happening:
    return Happening(
        type="basis", party=core.party(verified.signer), result=result, purpose="exigent-disclosure", basis="exigent",
        basis_digest=name, categories=("location.fix",), reason=reason, signed=verified.envelope,
        target=register.called(name),
    )  # fmt: skip


def _both(
    core: Core, verified: Verified, asked: Asked, result: str, reason: str, now: int, *marks: str
) -> Outcome:
    """Write what a reviewer said into their body's trail and the person's."""
    reviewer = verified.signer
    target = register.called(asked.name) if marks else register.judged(asked.name)
    what = replace(
        _about(core, verified, asked.name, f"exigent-{result}", reason), marks=marks, target=target
    )
    return Outcome(reviewer.id, told_too(core, reviewer.org, asked.trail, what, now))
