"""What the policy says of a client that wants to know where a phone is."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.policy import request as policy_request
from breakseal.kernel.policy import words
from breakseal.kernel.policy.decision import Decision
from breakseal.keyholder import deferred
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.statements.root import policy_released


def judge(core: Core, client: Holder, now: int, *, given: int, by_key: bool) -> Decision:
    """Return the policy's decision on a look under a live consent that was given at `given`.

    A freeze is not asked about here: it withholds every look, whatever the policy says (`looking`).
    """
    org = core.organisations.get(client.org)
    return core.policy.decide(
        policy_request.Request(
            purpose=words.Purpose.LOCATION_CONSENTED,
            basis=words.Basis.CONSENT,
            role=words.Role.SERVICE,
            organisation=words.Organisation(org.kind),
            category=words.Category.LOCATION_FIX,
            session_kind=words.SessionKind.CLIENT,
            basis_live=True,
            requester_active=org.active_from <= now,
            roster_fresh=org.roster_until > now,
            notices_overdue=deferred.overdue(core, client.org, now),
            in_coverage=True,
            answered_by_requester=False,
            supervisor_reason=False,
            granted=True,
            subject_frozen=False,
            minor=False,
            demo_mode=core.roots.root.demo,
            consent_by_key=by_key,
            notice_deferred=False,
            minutes_since_start=policy_request.whole_minutes(now - given),
            minutes_since_end=0,
            record_age_days=0,
        )
    )


def check_client(core: Core, client: Holder, now: int) -> None:
    """Check that this client may look at all, as if everybody had agreed.

    Raises:
        RefusedError: it may not, whoever it asks about.
    """
    if not policy_released(core, now):
        raise RefusedError(
            "the policy that is loaded was not released by the root keys", reason="policy-unreleased"
        )
    decision = judge(core, client, now, given=now, by_key=False)
    if not decision.allow:
        forbidden = decision.refusal is words.Refusal.FORBIDDEN
        raise RefusedError(
            "the policy lets this client locate nobody", reason="forbidden" if forbidden else "not-permitted"
        )
