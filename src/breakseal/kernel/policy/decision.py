"""What the policy answers: allow with obligations, or refuse with the rules that say so."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from breakseal.kernel.policy.words import NoticeTiming, Precision, Refusal, ViewFrom

POLICY_ERROR = "policy-error"
"""The one reason of a decision that could not be evaluated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """What the keyholder must see to when it opens.

    `view_seconds` runs from `view_from`; `log` is always true: no permit can switch the entry off.
    """

    notice: NoticeTiming
    view_seconds: int
    view_from: ViewFrom
    precision: Precision
    log: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Allow or refuse, with the ids of the rules that determined it, in the policy's order.

    `obligations` is given exactly when `allow`; `refusal` exactly when not.
    """

    allow: bool
    reasons: tuple[str, ...]
    refusal: Refusal | None
    obligations: Obligations | None


def strictest(each: Iterable[Obligations]) -> Obligations:
    """Return the obligations that satisfy all of the given ones (at least one)."""
    found = tuple(each)
    return Obligations(
        notice=min((one.notice for one in found), key=tuple(NoticeTiming).index),
        view_seconds=min(one.view_seconds for one in found),
        view_from=min((one.view_from for one in found), key=tuple(ViewFrom).index),
        precision=min((one.precision for one in found), key=tuple(Precision).index),
    )
