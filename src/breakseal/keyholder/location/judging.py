"""What the policy says of a client that wants to know where a phone is."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.policy import words
from breakseal.kernel.policy.decision import Decision
from breakseal.kernel.policy.policy import Policy
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.basis import Basis
from breakseal.keyholder.disclosure.decide import Case, case_of, facts_of
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.statements.root import check_policy_released


def judge(core: Core, client: Holder, now: int, *, given: int, by_key: bool) -> Decision:
    """Return the policy's decision on a look under a live consent that was given at `given`.

    A freeze is not asked about here: it withholds every look, whatever the policy says (`looking`).
    """
    basis = Basis(kind="consent", digest="", handle=None, answered=False, started=given, ended=0)
    return _decide(
        core.policy, case_of(core, words.Purpose.LOCATION_CONSENTED, basis, client, now), by_key=by_key
    )


@lru_cache(maxsize=4096)
def _decide(policy: Policy, case: Case, *, by_key: bool) -> Decision:
    """Return the policy's decision; looks differ in little, and the same facts are judged alike."""
    return policy.decide(replace(facts_of(case), category=words.Category.LOCATION_FIX, consent_by_key=by_key))


def check_client(core: Core, client: Holder, now: int) -> None:
    """Check that this client may look at all, as if everybody had agreed.

    Raises:
        RefusedError: it may not, whoever it asks about; or nobody vouched for it this quarter.
    """
    check_policy_released(core, now)
    if core.organisations.get(client.org).proved_until <= now:
        raise RefusedError("the overseers have not signed this enrolment for 92 days", reason="not-permitted")
    decision = judge(core, client, now, given=now, by_key=False)
    if not decision.allow:
        forbidden = decision.refusal is words.Refusal.FORBIDDEN
        raise RefusedError(
            "the policy lets this client locate nobody", reason="forbidden" if forbidden else "not-permitted"
        )
