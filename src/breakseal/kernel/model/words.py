"""The closed word lists that statements, leaves and policy share; anything else is refused by the reader."""

from __future__ import annotations

from typing import Literal

LeafType = Literal[
    "root", "enrol", "policy", "processor", "basis", "withdraw", "revoke", "disclose", "refuse", "notice", "erase",
    "figures",
]  # fmt: skip
OrganisationClass = Literal[
    "call-centre", "police", "court", "supervision", "company", "research", "oversight-body"
]
OfficerRole = Literal[
    "call-taker", "call-supervisor", "field-responder", "investigator", "supervising-officer", "legal-reviewer",
    "duty-reviewer", "oversight", "police-supervisor",
]  # fmt: skip
BasisKind = Literal[
    "self", "consent", "emergency-call", "missing-case", "court-order", "exigent", "supervision-order", "guardianship",
    "oversight",
]  # fmt: skip
Purpose = Literal[
    "emergency-response", "self-view", "guardian-view", "self-edit", "search-and-rescue", "location-consented",
    "supervision-check", "court-order-disclosure", "exigent-disclosure", "oversight-review", "investigation",
    "immigration", "advertising", "litigation", "research", "eligibility",
]  # fmt: skip
NoticeTiming = Literal["none", "at-once", "after-call", "deferred"]
EMERGENCY_CATEGORIES = (
    "emergency.identity",
    "emergency.contact",
    "emergency.home",
    "emergency.medical",
    "emergency.contacts",
    "emergency.languages",
    "emergency.photo",
)
OWN_CATEGORIES = (*EMERGENCY_CATEGORIES, "location.fix")
"""What a person writes themselves. What is written of "location.fix" is a key: their phone's fixes are sealed to it."""
CATEGORIES = (*OWN_CATEGORIES, "account.channels", "trail")
