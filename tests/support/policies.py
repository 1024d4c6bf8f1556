"""The shipped policy made ready, its promises as checks by name, and every way to weaken a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from enum import StrEnum
from functools import cache
from itertools import product

from breakseal.ambient import SystemEntropy
from breakseal.kernel.policy import (
    EMERGENCY,
    Basis,
    Category,
    Obligations,
    Organisation,
    Policy,
    Precision,
    Programme,
    Purpose,
    Refusal,
    Role,
    SessionKind,
    ViewFrom,
    load,
)
from breakseal.kernel.policy.cedar import Rule
from breakseal.kernel.policy.conditions import AtMost, Condition, Either, OneOf
from breakseal.kernel.policy.words import NoticeTiming
from breakseal.policydesk import shipped
from tests.support.policysamples import NEEDS, asking, sample
from tools.policytable import NATURAL

_EVERYTHING = Obligations(
    notice=NoticeTiming.NONE, view_seconds=86_400, view_from=ViewFrom.CALL_END, precision=Precision.EXACT
)
REFUSED = (
    Purpose.INVESTIGATION,
    Purpose.IMMIGRATION,
    Purpose.ADVERTISING,
    Purpose.LITIGATION,
    Purpose.RESEARCH,
    Purpose.ELIGIBILITY,
)
PROFILE_PURPOSES = (
    Purpose.EMERGENCY_RESPONSE,
    Purpose.SELF_VIEW,
    Purpose.SELF_EDIT,
    Purpose.GUARDIAN_VIEW,
)
NOT_FAVOURABLE = {
    "basis_live": False,
    "requester_active": False,
    "roster_fresh": False,
    "notices_overdue": True,
    "in_coverage": False,
    "answered_by_requester": False,
    "supervisor_reason": False,
    "granted": False,
    "subject_frozen": True,
    "minor": False,
}


@cache
def the_policy() -> Policy:
    """Return the shipped policy, loaded once."""
    return load(shipped.text(), shipped.schema(), entropy=SystemEntropy())


def generous(policy: Policy) -> Policy:
    """Return `policy` with one more permit, for everybody and everything: only its forbids are left."""
    rules = (*policy.rules, Rule("permit-everything", permits=True, conditions=()))
    return Policy(policy.digest, rules, {**policy.obligations, "permit-everything": _EVERYTHING})


def needs_are_kept(policy: Policy, open_wide: Policy) -> None:
    """A permit opens only with its own basis, its own class of organisation and all that it asks for."""
    for permit, changes in NEEDS.items():
        start = sample(permit)
        assert policy.decide(start).reasons == (permit,)
        for other in Basis:
            assert policy.decide(replace(start, basis=other)).allow is (other is start.basis), permit
        for kind in Organisation:
            allowed = policy.decide(replace(start, organisation=kind)).allow
            assert allowed is (kind is start.organisation), permit
        for role in Role:
            assert (permit in policy.decide(replace(start, role=role)).reasons) is (role is start.role)
        for change in changes:
            assert not policy.decide(replace(start, **change)).allow, (permit, change)  # type: ignore[arg-type]


def permits_stand_alone(policy: Policy, open_wide: Policy) -> None:
    """No permit is so wide that only a forbid keeps it from a category or purpose."""
    alone = replace(policy, rules=tuple(rule for rule in policy.rules if rule.permits))
    for permit, category, purpose in product(NEEDS, Category, Purpose):
        request = replace(sample(permit), category=category, purpose=purpose)
        assert alone.decide(request).allow is policy.decide(request).allow, (permit, category)


def limits_are_exact(policy: Policy, open_wide: Policy) -> None:
    """The last minute still opens, for each of the three roles of a call."""
    for permit in ("call-taker-opens", "call-supervisor-opens", "field-responder-opens"):
        last = replace(sample(permit), minutes_since_end=45, minutes_since_start=240)
        assert policy.decide(last).allow, permit


def emergencies_go_on(policy: Policy, open_wide: Policy) -> None:
    """A stale roster or an overdue notice never stands between a call and help."""
    for permit in ("call-taker-opens", "call-supervisor-opens", "field-responder-opens"):
        late = replace(sample(permit), roster_fresh=False, notices_overdue=True)
        assert policy.decide(late).allow, permit


def refused_purposes(policy: Policy, open_wide: Policy) -> None:
    """Each of the six purposes is forbidden by its name, whatever basis, role, class and category."""
    for purpose, (basis, role, category) in product(REFUSED, [*product(Basis, Role, Category)][::7]):
        request = asking(purpose=purpose, basis=basis, role=role, category=category)
        decision = open_wide.decide(request)
        assert decision.refusal is Refusal.FORBIDDEN
        assert f"never-for-{purpose}" in decision.reasons


def emergency_stays_emergency(policy: Policy, open_wide: Policy) -> None:
    """No purpose but the call, the person and the guardian reaches an emergency category."""
    for purpose, role, category in product(Purpose, Role, EMERGENCY):
        reasons = open_wide.decide(asking(purpose=purpose, role=role, category=category)).reasons
        assert ("emergency-stays-emergency" in reasons) is (purpose not in PROFILE_PURPOSES)


def emergency_only_call_centres(policy: Policy, open_wide: Policy) -> None:
    """Police, courts, supervision, companies, research and oversight never get an emergency category."""
    for kind, basis, category in product(Organisation, Basis, Category):
        reasons = open_wide.decide(asking(organisation=kind, basis=basis, category=category)).reasons
        inside = kind in {Organisation.NONE, Organisation.CALL_CENTRE} or category not in EMERGENCY
        assert ("emergency-only-call-centres" in reasons) is (not inside)


def operator_opens_nothing(policy: Policy, open_wide: Policy) -> None:
    """The operator's role opens nothing, under any purpose, basis or category."""
    for role, (purpose, basis, category) in product(Role, [*product(Purpose, Basis, Category)][::11]):
        request = asking(purpose=purpose, basis=basis, category=category, role=role)
        named = "operator-opens-nothing" in open_wide.decide(request).reasons
        assert named is (role is Role.OPERATOR)


def consent_never_widens(policy: Policy, open_wide: Policy) -> None:
    """A consent is a ground for a consented location and for nothing else."""
    for purpose, basis in product(Purpose, Basis):
        reasons = open_wide.decide(asking(purpose=purpose, basis=basis)).reasons
        applies = basis is Basis.CONSENT and purpose is not Purpose.LOCATION_CONSENTED
        assert ("consent-never-widens" in reasons) is applies


def oversight_reads_only_trails(policy: Policy, open_wide: Policy) -> None:
    """Oversight's purpose opens the trail and no category of a profile."""
    for purpose, category in product(Purpose, Category):
        reasons = open_wide.decide(asking(purpose=purpose, category=category)).reasons
        applies = purpose is Purpose.OVERSIGHT_REVIEW and category is not Category.TRAIL
        assert ("oversight-reads-only-trails" in reasons) is applies


def frozen_profiles(policy: Policy, open_wide: Policy) -> None:
    """A frozen profile opens to its subject and to oversight only, a live call or not."""
    for role, purpose in product(Role, Purpose):
        request = asking(role=role, purpose=purpose, subject_frozen=True)
        reasons = open_wide.decide(request).reasons
        spared = role is Role.SUBJECT or purpose is Purpose.OVERSIGHT_REVIEW
        assert ("frozen" in reasons) is (not spared)
        thawed = replace(request, subject_frozen=False)
        assert "frozen" not in open_wide.decide(thawed).reasons


def old_records_stay_shut(policy: Policy, open_wide: Policy) -> None:
    """What is older than two years opens to nobody, the person included; the last day still opens."""
    for category, age, role in product(Category, (0, 1, 730, 731, 40_000), Role):
        request = asking(category=category, role=role, record_age_days=age)
        shut = category in EMERGENCY and age > 730
        assert ("retention-emergency" in open_wide.decide(request).reasons) is shut
    for permit in NEEDS:
        last, late = (replace(sample(permit), record_age_days=age) for age in (730, 731))
        assert policy.decide(last).allow, permit
        assert policy.decide(late).allow is (late.category not in EMERGENCY), permit
    for each in Category:
        assert policy.retention_days(each) == (730 if each in EMERGENCY else None)


def always_needed(policy: Policy, open_wide: Policy) -> None:
    """Nobody opens anything without a live basis and an active key."""
    for name, fact in (("basis-not-live", "basis_live"), ("requester-not-active", "requester_active")):
        for role, value in product(Role, (True, False)):
            request = replace(asking(role=role), **{fact: value})  # type: ignore[arg-type] # a truth fact
            assert (name in open_wide.decide(request).reasons) is (not value)


def organisations_in_order(policy: Policy, open_wide: Policy) -> None:
    """Stale roster, overdue notice or foreign ground stop organisations; emergencies only the last."""
    troubles = {"roster-stale": "roster_fresh", "notices-overdue": "notices_overdue"}
    everywhere = {**troubles, "outside-coverage": "in_coverage"}
    for name, fact in everywhere.items():
        for kind, purpose, value in product(Organisation, Purpose, (True, False)):
            request = asking(organisation=kind, purpose=purpose, **{fact: value})
            stops = value is NOT_FAVOURABLE[fact] and kind is not Organisation.NONE
            stops &= name not in troubles or purpose is not Purpose.EMERGENCY_RESPONSE
            assert (name in open_wide.decide(request).reasons) is stops, (name, request)


def keys_keep_their_limits(policy: Policy, open_wide: Policy) -> None:
    """A session key signs only calls and the person's own pages; a client key, a consented location."""
    for kind, purpose, demo in product(SessionKind, Purpose, (True, False)):
        request = asking(session_kind=kind, purpose=purpose, demo_mode=demo)
        reasons = open_wide.decide(request).reasons
        session = kind is SessionKind.SESSION and purpose not in PROFILE_PURPOSES
        client = kind is SessionKind.CLIENT and purpose is not Purpose.LOCATION_CONSENTED
        assert ("session-key-limits" in reasons) is session
        assert ("client-key-limits" in reasons) is client
        assert ("demo-key-outside-demo" in reasons) is (kind is SessionKind.DEMO and not demo)


def later_programmes_are_closed(policy: Policy, open_wide: Policy) -> None:
    """No text permits the categories that are reserved for later programmes."""
    reserved = [each for each in Category if each.programme in _LATER]
    for category, (purpose, basis, role) in product(reserved, [*product(Purpose, Basis, Role)][::5]):
        request = asking(purpose=purpose, basis=basis, role=role, category=category)
        assert not policy.decide(replace(request, organisation=NATURAL[role])).allow


def located_as_agreed(policy: Policy, open_wide: Policy) -> None:
    """A text message lets a company's client see roughly; the person's own key, as precisely as they agreed."""
    limits = {"client-locates-by-text": Precision.COARSE, "client-locates-by-key": Precision.EXACT}
    for permit, precision in limits.items():
        decision = policy.decide(sample(permit))
        assert decision.reasons == (permit,)
        assert decision.obligations is not None
        assert decision.obligations.precision is precision
        assert decision.obligations.notice is NoticeTiming.AT_ONCE
    for purpose, role, kind in product(Purpose, Role, Organisation):
        request = replace(sample("client-locates-by-key"), purpose=purpose, role=role, organisation=kind)
        wanted = (Purpose.LOCATION_CONSENTED, Role.SERVICE, Organisation.COMPANY)
        assert policy.decide(request).allow is ((purpose, role, kind) == wanted)


def located_as_ordered(policy: Policy, open_wide: Policy) -> None:
    """Under an order police learn where a phone is, and nothing else; only the order itself puts off telling."""
    timings = {
        "investigator-locates-by-order": NoticeTiming.AT_ONCE,
        "investigator-locates-by-deferred-order": NoticeTiming.DEFERRED,
    }
    for permit, timing in timings.items():
        decision = policy.decide(sample(permit))
        assert decision.reasons == (permit,)
        assert decision.obligations is not None
        assert decision.obligations.notice is timing
        for category, purpose in product(Category, Purpose):
            request = replace(sample(permit), category=category, purpose=purpose)
            wanted = (Category.LOCATION_FIX, Purpose.COURT_ORDER_DISCLOSURE)
            assert policy.decide(request).allow is ((category, purpose) == wanted)


def located_in_danger(policy: Policy, open_wide: Policy) -> None:
    """Two officers alone see roughly, for a quarter of an hour; called back, exactly, for four; told at once."""
    limits = {"exigent-alone": (Precision.COARSE, 15, 15), "exigent-confirmed": (Precision.EXACT, 60, 240)}
    for permit, (precision, view, last) in limits.items():
        decision = policy.decide(replace(sample(permit), minutes_since_start=last))
        assert decision.reasons == (permit,)
        assert decision.obligations is not None
        assert decision.obligations.precision is precision
        assert decision.obligations.view_seconds == view * 60
        assert decision.obligations.notice is NoticeTiming.AT_ONCE
        for category, purpose in product(Category, Purpose):
            request = replace(sample(permit), category=category, purpose=purpose)
            wanted = (Category.LOCATION_FIX, Purpose.EXIGENT_DISCLOSURE)
            assert policy.decide(request).allow is ((category, purpose) == wanted)


def located_when_missing(policy: Policy, open_wide: Policy) -> None:
    """Police learn where a missing person's phone is, who agreed to it, within three days of the case; told at once."""
    permit = "missing-person-located"
    decision = policy.decide(replace(sample(permit), minutes_since_start=72 * 60))
    assert decision.reasons == (permit,)
    assert decision.obligations is not None
    assert decision.obligations.precision is Precision.EXACT
    assert decision.obligations.view_seconds == 3600
    assert decision.obligations.notice is NoticeTiming.AT_ONCE
    for category, purpose, agreed in product(Category, Purpose, (True, False)):
        request = replace(sample(permit), category=category, purpose=purpose, granted=agreed)
        wanted = (Category.LOCATION_FIX, Purpose.SEARCH_AND_RESCUE, True)
        assert policy.decide(request).allow is ((category, purpose, agreed) == wanted)


def search_stays_with_rescuers(policy: Policy, open_wide: Policy) -> None:
    """No company, research group or supervision agency gets anything by saying that somebody is missing."""
    for kind, purpose, category in product(Organisation, Purpose, Category):
        request = asking(organisation=kind, purpose=purpose, category=category)
        never = {Organisation.COMPANY, Organisation.RESEARCH, Organisation.SUPERVISION}
        applies = kind in never and purpose is Purpose.SEARCH_AND_RESCUE
        assert ("search-stays-with-rescuers" in open_wide.decide(request).reasons) is applies


_LATER = (Programme.MISSING, Programme.SUPERVISION)
PROMISES: tuple[Callable[[Policy, Policy], None], ...] = (
    needs_are_kept,
    permits_stand_alone,
    limits_are_exact,
    emergencies_go_on,
    refused_purposes,
    emergency_stays_emergency,
    emergency_only_call_centres,
    operator_opens_nothing,
    consent_never_widens,
    oversight_reads_only_trails,
    frozen_profiles,
    old_records_stay_shut,
    always_needed,
    organisations_in_order,
    keys_keep_their_limits,
    located_as_agreed,
    located_as_ordered,
    located_in_danger,
    located_when_missing,
    search_stays_with_rescuers,
    later_programmes_are_closed,
)


def weakened(policy: Policy) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """Yield the policy's rules with one rule, condition, alternative or word left out, or one limit moved."""
    for at, rule in enumerate(policy.rules):
        before, after = policy.rules[:at], policy.rules[at + 1 :]
        yield f"without {rule.id}", (*before, *after)
        for number, condition in enumerate(rule.conditions):
            head, tail = rule.conditions[:number], rule.conditions[number + 1 :]
            for name, other in (("dropped", ()), *_variants(condition)):
                changed = Rule(rule.id, rule.permits, (*head, *other, *tail))
                yield f"{rule.id} [{number}] {name}", (*before, changed, *after)


def _variants(condition: Condition) -> Iterator[tuple[str, tuple[Condition, ...]]]:
    if isinstance(condition, Either):
        for at in range(len(condition.parts)):
            yield f"without part {at}", (Either(condition.parts[:at] + condition.parts[at + 1 :]),)
    if isinstance(condition, AtMost):
        for step in (-1, 1):
            yield f"limit {step:+}", (replace(condition, limit=condition.limit + step),)
    if isinstance(condition, OneOf):
        yield from ((f"without {each}", (_less(condition, each),)) for each in sorted(condition.words))


def _less(condition: OneOf, word: StrEnum) -> OneOf:
    return replace(condition, words=condition.words - {word})
