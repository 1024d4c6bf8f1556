"""The policy: Cedar text and schema in, decisions out. Import from here.

`load(text, schema, entropy=...)` gives a `Policy`; `policy.decide(Request(...))` a `Decision`.
"""

from __future__ import annotations

from breakseal.kernel.policy.decision import POLICY_ERROR, Decision, Obligations
from breakseal.kernel.policy.errors import PolicyLoadError
from breakseal.kernel.policy.load import digest, load
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.policy.request import Request, whole_days, whole_minutes
from breakseal.kernel.policy.words import (
    EMERGENCY,
    PASSED_ON,
    Basis,
    Category,
    NoticeTiming,
    Organisation,
    Precision,
    Programme,
    Purpose,
    Refusal,
    Role,
    SessionKind,
    ViewFrom,
)

__all__ = [
    "EMERGENCY",
    "PASSED_ON",
    "POLICY_ERROR",
    "Basis",
    "Category",
    "Decision",
    "NoticeTiming",
    "Obligations",
    "Organisation",
    "Policy",
    "PolicyLoadError",
    "Precision",
    "Programme",
    "Purpose",
    "Refusal",
    "Request",
    "Role",
    "SessionKind",
    "ViewFrom",
    "digest",
    "load",
    "whole_days",
    "whole_minutes",
]
