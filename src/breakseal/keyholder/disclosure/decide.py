"""Decide: what the policy says of each category that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model.statements import Request
from breakseal.kernel.policy import request as policy_request
from breakseal.kernel.policy import words
from breakseal.kernel.policy.decision import Decision, Obligations, strictest
from breakseal.kernel.policy.policy import Policy
from breakseal.keyholder import deferred
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.basis import Basis
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.register.subjects import Standing
from breakseal.keyholder.retention import age_days

_SESSIONS = {
    "passkey": "passkey",
    "recovery": "passkey",
    "session": "session",
    "service": "client",
    "demo": "demo",
}


@dataclass(frozen=True, slots=True)
class Decided:
    """The categories that may open, the rules that say so, and the strictest obligations."""

    categories: tuple[str, ...]
    rules: tuple[str, ...]
    obligations: Obligations


class Case(NamedTuple):
    """What is known of requester and basis, in plain values: calls differ in little, so judgements are kept by it."""

    purpose: str
    basis: str
    role: str
    organisation: str
    key_use: str
    active: bool
    fresh: bool
    answered: bool
    reasoned: bool
    overdue: bool
    demo: bool
    since_start: int
    since_end: int


class _Own(NamedTuple):
    """What is the subject's own: grant, area, freeze, and the age in days of what is held, by category."""

    in_coverage: bool
    frozen: bool
    granted: frozenset[str]
    ages: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """The policy's decision on each category, and what they come to together."""

    facts: policy_request.Request
    decisions: tuple[Decision, ...]
    decided: Decided | None


def decide(
    core: Core, request: Request, basis: Basis, requester: Holder, standing: Standing | None, now: int
) -> Decided | None:
    """Return what may open, or None if nothing of this subject may; `standing` is the subject's, None if there is none.

    First every category is judged as if the subject had agreed to all: what is refused then is
    refused to this requester, whoever the subject is, and raises. Only then the subject's own grant,
    area and freeze count, and what they refuse is silent: absent, erased, not covered and frozen
    are one answer. Both rounds always run, so that they take alike.

    Raises:
        FormatError: an unknown or repeated category.
        RefusedError: the requester may not have this at all.
    """
    case = case_of(core, request.purpose, basis, requester, now, reasoned=bool(request.reason.strip()))
    asked = request.categories
    general = _judge(core.policy, case, asked, _Own(in_coverage=True, frozen=False, granted=frozenset(asked)))
    if not any(decision.allow for decision in general.decisions):
        raise refusal(general.facts, general.decisions[0])
    judged = _judge(core.policy, case, asked, _own(core, basis, requester, request, standing, now))
    return judged.decided if standing is not None else None


@lru_cache(maxsize=4096)
def _judge(policy: Policy, case: Case, names: tuple[str, ...], own: _Own) -> _Judged:
    """Return the policy's judgement; the same facts are judged alike, so it is kept."""
    asked = _categories(names)
    facts, ages = _facts(case, own), dict(own.ages)
    decisions = tuple(
        policy.decide(
            replace(
                facts,
                category=category,
                granted=category in own.granted,
                record_age_days=ages.get(category, 0),
            )
        )
        for category in asked
    )
    return _Judged(facts, decisions, _together(asked, decisions))


def refusal(asked: policy_request.Request, decision: Decision) -> RefusedError:
    """Return the refusal in words, with the most telling machine reason."""
    if asked.minutes_since_end > 45:
        return RefusedError("the call ended more than 45 minutes ago", reason="call-ended")
    if decision.refusal is words.Refusal.FORBIDDEN:
        return RefusedError(f"forbidden by {', '.join(decision.reasons)}", reason="forbidden")
    if asked.basis is words.Basis.EMERGENCY_CALL and not asked.answered_by_requester:
        return RefusedError(
            "the call was not answered by you or at your position", reason="not-answered-here"
        )
    return RefusedError("no clause of the policy allows this", reason="not-permitted")


def _together(asked: tuple[words.Category, ...], decisions: tuple[Decision, ...]) -> Decided | None:
    allowed = tuple(str(category) for category, one in zip(asked, decisions, strict=True) if one.allow)
    if not allowed:
        return None
    rules = dict.fromkeys(rule for one in decisions if one.allow for rule in one.reasons)
    duties = strictest(one.obligations for one in decisions if one.obligations is not None)
    return Decided(allowed, tuple(rules), duties)


def _categories(names: tuple[str, ...]) -> tuple[words.Category, ...]:
    try:
        asked = tuple(words.Category(name) for name in names)
    except ValueError as error:
        raise FormatError("there is no such category", reason="category") from error
    if not asked or len(set(asked)) != len(asked):
        raise FormatError("name each category once, and at least one", reason="category")
    return asked


def facts_of(case: Case) -> policy_request.Request:
    """Return what `case` says, as if the subject agreed; the category is the caller's to set."""
    return _facts(case, _Own(in_coverage=True, frozen=False, granted=frozenset()))


def case_of(
    core: Core, purpose: str, basis: Basis, requester: Holder, now: int, *, reasoned: bool = False
) -> Case:
    """Return what is known of requester and basis."""
    role, organisation, fresh, active, overdue = "subject", "none", True, True, False
    if requester.kind in ("officer", "client"):
        org = core.organisations.get(requester.org)
        role = core.organisations.officer(requester.id).role if requester.kind == "officer" else "service"
        organisation, fresh, active = org.kind, org.roster_until > now, org.active_from <= now
        overdue = deferred.overdue(core, org.org, now)
    return Case(
        purpose=purpose,
        basis=basis.kind,
        role=role,
        organisation=organisation,
        key_use=requester.key.use,
        active=active,
        fresh=fresh,
        answered=basis.answered,
        reasoned=reasoned,
        overdue=overdue,
        demo=core.roots.root.demo,
        since_start=policy_request.whole_minutes(now - basis.started),
        since_end=policy_request.whole_minutes(now - basis.ended) if basis.ended else 0,
    )


def _facts(case: Case, own: _Own) -> policy_request.Request:
    return policy_request.Request(
        purpose=words.Purpose(case.purpose),
        basis=words.Basis(case.basis),
        role=words.Role(case.role),
        organisation=words.Organisation(case.organisation),
        category=words.Category.EMERGENCY_IDENTITY,
        session_kind=words.SessionKind(_SESSIONS[case.key_use]),
        basis_live=True,
        requester_active=case.active,
        roster_fresh=case.fresh,
        notices_overdue=case.overdue,
        in_coverage=own.in_coverage,
        answered_by_requester=case.answered,
        supervisor_reason=case.reasoned,
        granted=True,
        subject_frozen=own.frozen,
        minor=False,
        demo_mode=case.demo,
        consent_by_key=False,
        notice_deferred=False,
        exigent_confirmed=False,
        minutes_since_start=case.since_start,
        minutes_since_end=case.since_end,
        record_age_days=0,
    )


def _own(
    core: Core, basis: Basis, requester: Holder, request: Request, standing: Standing | None, now: int
) -> _Own:
    if standing is None:
        return _Own(in_coverage=False, frozen=True, granted=frozenset())
    # An age stands for all that no rule tells from it, so that people of all ages share the judgements kept.
    ages = tuple(
        (category, age)
        for category, at in standing.written
        if (age := core.policy.same_age(age_days(at, now)))
    )
    if basis.kind == "self":
        return _Own(
            in_coverage=True, frozen=standing.frozen, granted=frozenset(request.categories), ages=ages
        )
    grant = standing.granted
    if grant is None:
        return _Own(in_coverage=False, frozen=standing.frozen, granted=frozenset())
    covered = grant.anywhere or bool(grant.places & core.organisations.get(requester.org).places)
    return _Own(in_coverage=covered, frozen=standing.frozen, granted=grant.categories, ages=ages)
