"""Two officers say that somebody is missing who agreed to it beforehand; one fix, and the end when they are found.

The agency is answered alike whether the number is nobody's, or of somebody who agreed to nothing, ended or paused it.
"""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import IF_MISSING
from breakseal.kernel.model.missing import LIFE, MissingCase, MissingFound, SecondMissingCase, missing_info
from breakseal.kernel.model.orders import LookUnder
from breakseal.kernel.policy.words import Purpose
from breakseal.keyholder.authority import Verified, check_not_restored
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import consents
from breakseal.keyholder.missing import register
from breakseal.keyholder.missing.register import Case
from breakseal.keyholder.orders import looking
from breakseal.keyholder.orders.judging import judge, list_of
from breakseal.keyholder.orders.together import check_second, first_of, told_too, written
from breakseal.keyholder.statements.outcome import Outcome
from breakseal.keyholder.trails import Happening

_PURPOSE = Purpose.SEARCH_AND_RESCUE
CASES_AN_HOUR = 20
"""How many cases one agency may open or renew in an hour, all its officers together."""
LOOKS_AN_HOUR = 4
"""How often a look of which nothing came may be tried again."""


def second(core: Core, verified: Verified, statement: SecondMissingCase, now: int) -> Outcome:
    """Take a case that both officers signed, or its renewal: an entry in the agency's trail, and two for the person."""
    first, request, number = first_of(core, statement, MissingCase, missing_info, now)
    officer, other, name = first.signer, verified.signer, canonical.b64(first.digest)
    judged = judge(core, officer, _PURPOSE, "missing-case", now, now)
    check_second(core, other, officer, ("investigator", "police-supervisor"), "not-second")
    if core.budgets.spend(officer.org, "missing", now) > CASES_AN_HOUR:
        raise RefusedError("too many cases were opened in this hour: wait", reason="too-many")
    idx, trail = consents.index(core, number), list_of(core, number, now)
    register.keep(core, Case(name, officer.org, request.case, officer.id, other.id, trail, idx, now))
    what = replace(_about(core, verified, name, "missing-opened", request.reason), until=now + LIFE)
    seconded = ("missing-seconded", statement.reason)
    return Outcome(officer.id, written(core, first, verified, trail, what, judged, seconded, now))


def found(core: Core, verified: Verified, statement: MissingFound, now: int) -> Outcome:
    """End a case, at once, by either of its two officers; a session key is enough to close a door."""
    officer = verified.signer
    case = register.find(core, statement.case, officer.id)
    if case is None or case.found:
        raise RefusedError("there is no such case of yours, or it is over", reason="missing-unknown")
    register.change(core, replace(case, found=now))
    what = _about(core, verified, case.name, "missing-found", "")
    return Outcome(officer.id, told_too(core, case.org, case.trail, what, now))


def prepare(core: Core, verified: Verified, asked: LookUnder, case: Case, now: int) -> looking.OrderedLook:
    """Decide and store a look under a case; what the person did not agree to reads as unavailable, and counts as none.

    Raises:
        VerificationError: the number was sealed for another case.
        RefusedError: the case does not allow it: another phone or category, its time, or the fix was had.
    """
    check_not_restored(core, case)
    if case.found or now >= case.issued + LIFE:
        raise RefusedError("the case is over", reason="missing-over")
    decision, duties = judge(core, verified.signer, _PURPOSE, "missing-case", case.issued, now)
    number = looking.check_asked(core, asked, lambda one: consents.index(core, one) == case.idx, now)
    if case.permit:
        raise RefusedError("the one fix of this case was had", reason="missing-used-up")
    if core.budgets.spend(case.name, "missing", now) > LOOKS_AN_HOUR:
        raise RefusedError("too many looks in this hour: wait", reason="too-many")
    consent = register.agreed(core, case, core.numbers.holder(number), now)
    permit = canonical.b64(core.entropy.token(16)) if consent else ""
    if consent:
        register.use(core, case, consent, permit, now)
    look = looking.stored(
        core, verified, asked, decision, duties, now, ground="missing", number=number, purpose=_PURPOSE,
        basis="missing-case", result="located-missing" if consent else "missing-unavailable", most="exact",
        defer_until=0,
    )  # fmt: skip
    return replace(look, permit=permit)


def _about(core: Core, verified: Verified, name: str, result: str, reason: str) -> Happening:
    return Happening(
        type="basis", party=core.party(verified.signer), result=result, purpose=IF_MISSING, basis="missing-case",
        basis_digest=name, categories=("location.fix",), reason=reason, signed=verified.envelope,
        target=f"missing:{name}",
    )  # fmt: skip
