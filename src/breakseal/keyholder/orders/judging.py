"""What the policy says of an officer who locates without a consent, who reviews that, and whose list it goes to."""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.policy.decision import Decision, Obligations
from breakseal.kernel.policy.words import Category, Purpose
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.basis import Basis
from breakseal.keyholder.disclosure.decide import case_of, facts_of, refusal
from breakseal.keyholder.orders.register import Lodged
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.statements.root import check_policy_released

REVIEWING = ("court", "oversight-body")
"""The classes of organisations whose people review what an agency hands in or asks."""


def judge(
    core: Core, officer: Holder, purpose: Purpose, kind: str, began: int, now: int, **known: bool
) -> tuple[Decision, Obligations]:
    """Return the policy's decision on a look, whoever carries the phone, and what follows from it.

    `kind` is the basis's, which `began` then (Unix seconds); `known` what else the policy is to know of it.
    A freeze and a pause are not asked about: they close a record and consents, and an order that they stopped would
    tell the agency that there is a record.

    Raises:
        RefusedError: this officer may not look on this basis.
    """
    if officer.kind != "officer":
        raise RefusedError("only officers locate without a consent", reason="not-officer")
    check_policy_released(core, now)
    basis = Basis(kind=kind, digest="", handle=None, answered=False, started=min(now, began), ended=0)
    case = case_of(core, purpose, basis, officer, now)
    facts = replace(facts_of(case), category=Category.LOCATION_FIX, **known)  # type: ignore[arg-type] # truth facts by name
    decision = core.policy.decide(facts)
    if decision.obligations is None:
        raise refusal(facts, decision)
    return decision, decision.obligations


def judge_order(core: Core, officer: Holder, lodged: Lodged, now: int) -> tuple[Decision, Obligations]:
    """Return the policy's decision on a look under this order; raises as `judge` does."""
    return judge(
        core, officer, Purpose.COURT_ORDER_DISCLOSURE, "court-order", lodged.order.begins, now,
        notice_deferred=lodged.defer_until > now,
    )  # fmt: skip


def check_reviewer(core: Core, reviewer: Holder, roles: tuple[str, ...], now: int) -> None:
    """Check that an officer in one of `roles`, of a court or an oversight body, signed with their own key.

    Raises:
        RefusedError: somebody else did.
    """
    officer = core.organisations.officer(reviewer.id) if reviewer.kind == "officer" else None
    org = core.organisations.get(reviewer.org) if officer else None
    if org is None or officer is None or officer.role not in roles or reviewer.is_session:
        raise RefusedError(f"only the own key of a {' or '.join(roles)} reviews this", reason="not-reviewer")
    if org.kind not in REVIEWING or org.roster_until <= now:
        raise RefusedError("reviewers are of a court or an oversight body", reason="not-reviewer")


def check_desk(core: Core, holder: Holder, now: int, desks: dict[str, tuple[str, ...]]) -> None:
    """Check that the key is of a role that `desks` names, in a class that goes with it; a session's is enough.

    Raises:
        RefusedError: it is not, or the roster was not renewed.
    """
    role = core.party(holder).role
    if (
        role not in desks
        or (org := core.organisations.get(holder.org)).kind not in desks[role]
        or org.roster_until <= now
    ):
        raise RefusedError(
            "this is for officers of the police, and for reviewers outside the police, on a renewed roster",
            reason="not-reviewer",
        )


def list_of(core: Core, number: str, now: int) -> int:
    """Return the trail of whose number it is. Nobody's have one together that nobody reads, so that all goes alike."""
    handle = core.numbers.holder(number)
    if handle is not None:
        return core.subjects.get(handle).trail
    row = core.store.one("SELECT id FROM trails WHERE kind = 'nobody'")
    return core.trails.begin("nobody", "", now) if row is None else int(row[0])
