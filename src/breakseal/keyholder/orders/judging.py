"""What the policy says of an officer under an order, and whose list an entry about the ordered phone belongs to."""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.policy.decision import Decision, Obligations
from breakseal.kernel.policy.words import Category, Purpose
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.basis import Basis
from breakseal.keyholder.disclosure.decide import facts_of, refusal
from breakseal.keyholder.orders.register import Lodged
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.statements.root import check_policy_released


def judge(core: Core, officer: Holder, lodged: Lodged, now: int) -> tuple[Decision, Obligations]:
    """Return the policy's decision on a look, whoever carries the phone, and what follows from it.

    A freeze and a pause are not asked about: they close a record and consents, and an order that they stopped would
    tell the agency that there is a record.

    Raises:
        RefusedError: this officer may not look under any order.
    """
    if officer.kind != "officer":
        raise RefusedError("only officers act under an order", reason="not-officer")
    check_policy_released(core, now)
    basis = Basis(
        kind="court-order", digest=lodged.name, handle=None, answered=False, started=min(now, lodged.order.begins),
        ended=0,
    )  # fmt: skip
    facts = replace(
        facts_of(core, Purpose.COURT_ORDER_DISCLOSURE, basis, officer, now),
        category=Category.LOCATION_FIX,
        notice_deferred=lodged.defer_until > now,
    )
    decision = core.policy.decide(facts)
    if decision.obligations is None:
        raise refusal(facts, decision)
    return decision, decision.obligations


def list_of(core: Core, number: str, now: int) -> int:
    """Return the trail of whose number it is. Nobody's have one together that nobody reads, so that all goes alike."""
    handle = core.numbers.holder(number)
    if handle is not None:
        return core.subjects.get(handle).trail
    row = core.store.one("SELECT id FROM trails WHERE kind = 'nobody'")
    return core.trails.begin("nobody", "", now) if row is None else int(row[0])
