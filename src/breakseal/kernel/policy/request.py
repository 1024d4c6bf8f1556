"""What the policy is asked: five words and the facts that the keyholder has itself established.

INVARIANT: every fact is stated, none has a default, and each has exactly its type, so that nothing
that merely looks true or false reaches a condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from typing import Final

from breakseal.kernel.errors import RequestError
from breakseal.kernel.policy.words import (
    Basis,
    Category,
    Organisation,
    Purpose,
    Role,
    SessionKind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One requester asking for one category of one subject.

    Raises:
        RequestError: a field has another type than declared, or a number is negative.
    """

    purpose: Purpose
    basis: Basis
    role: Role
    organisation: Organisation
    category: Category
    session_kind: SessionKind
    basis_live: bool
    """The statement was verified and is not withdrawn, replaced or past its own dates. A call
    stays live after its end: how long after, is the policy's question (`minutes_since_end`)."""
    requester_active: bool
    """The key is enrolled, activated by the sponsor, and not revoked."""
    roster_fresh: bool
    """The sponsor signed the organisation's roster within the last seven days."""
    notices_overdue: bool
    """The organisation has a notice to a subject that is past its deadline."""
    in_coverage: bool
    """The organisation's enrolled area covers the call or the subject's registered address."""
    answered_by_requester: bool
    """The call event names this officer, unit or position as the one who answered or was sent."""
    supervisor_reason: bool
    """A supervisor's signed reason for looking stands in the request."""
    granted: bool
    """The subject's own signed grant covers this category for this organisation."""
    subject_frozen: bool
    """The subject froze the profile ("that was not my call")."""
    minor: bool
    """The subject is below the age of majority."""
    demo_mode: bool
    """This installation runs as a demo, with invented people only."""
    consent_by_key: bool
    """The consent that is the basis was signed by the subject's own key; else a text message said yes."""
    notice_deferred: bool
    """The court order that is the basis puts off telling the subject until a day that has not come."""
    exigent_confirmed: bool
    """A duty reviewer of another body called the agency back and confirmed the exigent request that is the basis."""
    minutes_since_start: int
    """Minutes since the basis began, rounded up."""
    minutes_since_end: int
    """Minutes since the call ended, rounded up; 0 while it lives."""
    record_age_days: int
    """Days since the category's current version was written or said to be right still, rounded up; 0: no record."""

    def __post_init__(self) -> None:
        if tuple(map(type, _READ(self))) != _TYPES:
            raise RequestError("a field of the policy request has the wrong type")
        if self.minutes_since_start < 0 or self.minutes_since_end < 0 or self.record_age_days < 0:
            raise RequestError("a time of the policy request is negative; read the clock again")


WORD_FACTS: Final[dict[str, type[StrEnum]]] = {
    "purpose": Purpose,
    "basis": Basis,
    "role": Role,
    "organisation": Organisation,
    "category": Category,
    "session_kind": SessionKind,
}
TRUTH_FACTS: Final = (
    "basis_live",
    "requester_active",
    "roster_fresh",
    "notices_overdue",
    "in_coverage",
    "answered_by_requester",
    "supervisor_reason",
    "granted",
    "subject_frozen",
    "minor",
    "demo_mode",
    "consent_by_key",
    "notice_deferred",
    "exigent_confirmed",
)
NUMBER_FACTS: Final = ("minutes_since_start", "minutes_since_end", "record_age_days")
SCOPE_FACTS: Final = frozenset({"purpose", "role", "category"})
"""The facts that stand as action, principal and resource; all others stand in the context."""

_READ: Final = attrgetter(*WORD_FACTS, *TRUTH_FACTS, *NUMBER_FACTS)
_TYPES: Final[tuple[type, ...]] = (
    *WORD_FACTS.values(),
    *(bool for _ in TRUTH_FACTS),
    *(int for _ in NUMBER_FACTS),
)


def whole_minutes(seconds: int) -> int:
    """Return `seconds` as minutes, rounded up, so that a limit is never stretched."""
    return -(-max(seconds, 0) // 60)


def whole_days(seconds: int) -> int:
    """Return `seconds` as days of 86,400 s, rounded up, so that a limit is never stretched."""
    return -(-max(seconds, 0) // 86_400)
