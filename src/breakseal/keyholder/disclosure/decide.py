"""Decide: what the policy says of each category that was asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model.statements import Request
from breakseal.kernel.policy import request as policy_request
from breakseal.kernel.policy import words
from breakseal.kernel.policy.decision import Decision, Obligations, strictest
from breakseal.kernel.policy.policy import Policy
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.basis import Basis
from breakseal.keyholder.register.holders import Holder

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


def decide(core: Core, request: Request, basis: Basis, requester: Holder, now: int) -> Decided | None:
    """Return what may open, or None if nothing of this subject may.

    First every category is judged as if the subject had agreed to all: what is refused then is
    refused to this requester, whoever the subject is, and raises. Only then the subject's own grant,
    area and freeze count, and what they refuse is silent: absent, erased, not covered and frozen
    are one answer. Both rounds always run, so that they take alike.

    Raises:
        FormatError: an unknown or repeated category.
        RefusedError: the requester may not have this at all.
    """
    blank = _request(core, request, basis, requester, now)
    asked = _categories(request)
    general = _decisions(core.policy, blank, asked, frozenset(asked))
    if not any(decision.allow for decision in general):
        raise refusal(blank, general[0])
    facts, granted = _facts(core, basis, requester, blank, asked)
    decided = _decided(asked, _decisions(core.policy, facts, asked, granted))
    return decided if basis.handle is not None else None


@lru_cache(maxsize=4096)
def _decisions(
    policy: Policy,
    facts: policy_request.Request,
    asked: tuple[words.Category, ...],
    granted: frozenset[str],
) -> tuple[Decision, ...]:
    """Return the policy's decision on each category; the same facts give the same decisions, so they are kept."""
    return tuple(
        policy.decide(replace(facts, category=category, granted=category in granted)) for category in asked
    )


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


@lru_cache(maxsize=4096)
def _decided(asked: tuple[words.Category, ...], decisions: tuple[Decision, ...]) -> Decided | None:
    allowed = tuple(str(category) for category, one in zip(asked, decisions, strict=True) if one.allow)
    if not allowed:
        return None
    rules = dict.fromkeys(rule for one in decisions if one.allow for rule in one.reasons)
    duties = strictest(one.obligations for one in decisions if one.obligations is not None)
    return Decided(allowed, tuple(rules), duties)


def _categories(request: Request) -> tuple[words.Category, ...]:
    try:
        asked = tuple(words.Category(name) for name in request.categories)
    except ValueError as error:
        raise FormatError("there is no such category", reason="category") from error
    if not asked or len(set(asked)) != len(asked):
        raise FormatError("name each category once, and at least one", reason="category")
    return asked


def _request(
    core: Core, request: Request, basis: Basis, requester: Holder, now: int
) -> policy_request.Request:
    role, organisation, fresh = words.Role.SUBJECT, words.Organisation.NONE, True
    active = True
    if requester.kind == "officer":
        officer = core.organisations.officer(requester.id)
        org = core.organisations.get(officer.org)
        role, organisation = words.Role(officer.role), words.Organisation(org.kind)
        fresh, active = org.roster_until > now, org.active_from <= now
    ended = policy_request.whole_minutes(now - basis.ended) if basis.ended else 0
    return policy_request.Request(
        purpose=words.Purpose(request.purpose),
        basis=words.Basis(basis.kind),
        role=role,
        organisation=organisation,
        category=words.Category.EMERGENCY_IDENTITY,
        session_kind=words.SessionKind(_SESSIONS[requester.key.use]),
        basis_live=True,
        requester_active=active,
        roster_fresh=fresh,
        notices_overdue=False,
        in_coverage=True,
        answered_by_requester=basis.answered,
        supervisor_reason=bool(request.reason.strip()),
        granted=True,
        subject_frozen=False,
        minor=False,
        demo_mode=core.roots.root.demo,
        minutes_since_start=policy_request.whole_minutes(now - basis.started),
        minutes_since_end=ended,
    )


def _facts(
    core: Core,
    basis: Basis,
    requester: Holder,
    blank: policy_request.Request,
    asked: tuple[words.Category, ...],
) -> tuple[policy_request.Request, frozenset[str]]:
    """Return the facts with what is the subject's own, and the categories that the subject granted."""
    if basis.handle is None:
        return replace(blank, in_coverage=False, subject_frozen=True), frozenset()
    subject = core.subjects.get(basis.handle)
    if basis.kind == "self":
        return replace(blank, subject_frozen=subject.frozen), frozenset(asked)
    grant = core.subjects.granted(basis.handle, str(blank.purpose))
    if grant is None:
        return replace(blank, in_coverage=False, subject_frozen=subject.frozen), frozenset()
    covered = grant.anywhere or bool(grant.places & core.organisations.get(requester.org).places)
    return replace(blank, in_coverage=covered, subject_frozen=subject.frozen), grant.categories
