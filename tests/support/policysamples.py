"""A request that each permit of the shipped policy allows, and all that each permit asks for."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from breakseal.kernel.policy import Basis, Category, Purpose, Request, Role, SessionKind
from tools.policytable import FAVOURABLE, NATURAL, SIGNS


def asking(**changes: object) -> Request:
    """Return the favourable call-taker's request with these facts changed."""
    return replace(FAVOURABLE, **changes)  # type: ignore[arg-type] # Request checks names and types


@cache
def sample(permit: str) -> Request:
    """Return a request that the named permit of the shipped policy allows."""
    words: dict[str, tuple[Purpose, Basis, Role, Category]] = {
        "call-taker-opens": _words("emergency-response", "emergency-call", "call-taker"),
        "call-supervisor-opens": _words("emergency-response", "emergency-call", "call-supervisor"),
        "field-responder-opens": _words("emergency-response", "emergency-call", "field-responder"),
        "subject-views-own": _words("self-view", "self", "subject"),
        "subject-edits-own": _words("self-edit", "self", "subject"),
        "guardian-views-profile": _words("guardian-view", "guardianship", "guardian"),
        "guardian-edits-profile": _words("self-edit", "guardianship", "guardian"),
        "guardian-views-childs-account": _words("guardian-view", "guardianship", "guardian", "trail"),
        "oversight-reads-trail": _words("oversight-review", "oversight", "oversight", "trail"),
        "client-locates-by-text": _words("location-consented", "consent", "service", "location.fix"),
        "client-locates-by-key": _words("location-consented", "consent", "service", "location.fix"),
        "investigator-locates-by-order": _words(*_ORDERED),
        "investigator-locates-by-deferred-order": _words(*_ORDERED),
        "exigent-alone": _words(*_IN_DANGER),
        "exigent-confirmed": _words(*_IN_DANGER),
        "missing-person-located": _words("search-and-rescue", "missing-case", "investigator", "location.fix"),
    }
    purpose, basis, role, category = words[permit]
    kind = SIGNS.get(role, FAVOURABLE.session_kind)
    return asking(
        purpose=purpose,
        basis=basis,
        role=role,
        category=category,
        organisation=NATURAL[role],
        session_kind=kind,
        consent_by_key=permit == "client-locates-by-key",
        notice_deferred=permit == "investigator-locates-by-deferred-order",
        exigent_confirmed=permit == "exigent-confirmed",
    )


_ORDERED = ("court-order-disclosure", "court-order", "investigator", "location.fix")
_IN_DANGER = ("exigent-disclosure", "exigent", "investigator", "location.fix")


def _words(
    purpose: str, basis: str, role: str, category: str = "emergency.identity"
) -> tuple[Purpose, Basis, Role, Category]:
    return Purpose(purpose), Basis(basis), Role(role), Category(category)


# What each permit asks for by itself; every other basis and class of organisation is refused too.
NEEDS: dict[str, tuple[dict[str, object], ...]] = {
    "call-taker-opens": (
        {"answered_by_requester": False},
        {"granted": False},
        {"minutes_since_end": 46},
        {"minutes_since_start": 241},
    ),
    "call-supervisor-opens": (
        {"supervisor_reason": False},
        {"granted": False},
        {"minutes_since_end": 46},
        {"minutes_since_start": 241},
    ),
    "field-responder-opens": (
        {"answered_by_requester": False},
        {"granted": False},
        {"minutes_since_end": 46},
        {"minutes_since_start": 241},
    ),
    "subject-views-own": (),
    "subject-edits-own": (),
    "guardian-views-profile": (),
    "guardian-edits-profile": (),
    "guardian-views-childs-account": ({"minor": False},),
    "oversight-reads-trail": (),
    "client-locates-by-text": (
        {"session_kind": SessionKind.PASSKEY},
        {"session_kind": SessionKind.DEMO, "demo_mode": True},
    ),
    "client-locates-by-key": (
        {"session_kind": SessionKind.PASSKEY},
        {"session_kind": SessionKind.DEMO, "demo_mode": True},
    ),
    "investigator-locates-by-order": (
        {"session_kind": SessionKind.SESSION},
        {"session_kind": SessionKind.CLIENT},
        {"notices_overdue": True},
    ),
    "investigator-locates-by-deferred-order": (
        {"session_kind": SessionKind.SESSION},
        {"session_kind": SessionKind.CLIENT},
        {"notices_overdue": True},
    ),
    "exigent-alone": (
        {"session_kind": SessionKind.SESSION},
        {"session_kind": SessionKind.CLIENT},
        {"notices_overdue": True},
        {"minutes_since_start": 16},
    ),
    "missing-person-located": (
        {"session_kind": SessionKind.SESSION},
        {"session_kind": SessionKind.CLIENT},
        {"notices_overdue": True},
        {"granted": False},
        {"minutes_since_start": 4321},
    ),
    "exigent-confirmed": (
        {"session_kind": SessionKind.SESSION},
        {"session_kind": SessionKind.CLIENT},
        {"notices_overdue": True},
        {"minutes_since_start": 241},
    ),
}
