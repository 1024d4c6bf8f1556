"""A loaded policy: decides requests in microseconds by functions compiled from its rules.

Pure: values in, values out. Deciding never raises; whatever goes wrong refuses.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from breakseal.kernel.policy.cedar import Rule
from breakseal.kernel.policy.conditions import AtMost, Condition, OneOf, Test, compiled, every, leaves
from breakseal.kernel.policy.decision import POLICY_ERROR, Decision, Obligations, strictest
from breakseal.kernel.policy.errors import PolicyLoadError
from breakseal.kernel.policy.request import SCOPE_FACTS, TRUTH_FACTS, WORD_FACTS, Request
from breakseal.kernel.policy.words import (
    Basis,
    Category,
    Organisation,
    Purpose,
    Refusal,
    Role,
    SessionKind,
)

Scope = tuple[Purpose, Role, Category]
Armed = tuple[tuple[str, Test], ...]
"""Rule ids with what remains to be tested once purpose, role and category are known."""


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """The rules of one text under one digest (SHA-256 over text and schema)."""

    digest: bytes
    rules: tuple[Rule, ...]
    obligations: Mapping[str, Obligations]
    _table: Mapping[Scope, tuple[Armed, Armed]] = field(init=False, repr=False)
    _turns: tuple[int, ...] = field(init=False, repr=False)
    _kept: Mapping[Category, int | None] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", _table(self.rules))
        object.__setattr__(self, "_turns", _turns(self.rules))
        object.__setattr__(self, "_kept", {each: self._retention(each) for each in Category})

    def decide(self, request: Request) -> Decision:
        """Return the decision on `request`; an evaluation that fails is a refusal."""
        try:
            permits, forbids = self._table[request.purpose, request.role, request.category]
            against = tuple([name for name, test in forbids if test(request)])
            if against:
                return _refuse(Refusal.FORBIDDEN, against)
            granting = tuple([name for name, test in permits if test(request)])
            if not granting:
                return _refuse(Refusal.NOT_PERMITTED, ())
            return self._allow(granting)
        except Exception:  # noqa: BLE001 # deciding must answer
            # SAFETY: Cedar skips a rule that fails; we refuse, whatever failed and however.
            return _refuse(Refusal.ERROR, (POLICY_ERROR,))

    def retention_days(self, category: Category) -> int | None:
        """Return the age in days up to which the subject's own view opens `category`; None if no age ends it."""
        return self._kept[category]

    def same_age(self, days: int) -> int:
        """Return the smallest age that no rule can tell from `days`: decisions on the two are one."""
        return self._turns[bisect_right(self._turns, days) - 1]

    def _retention(self, category: Category) -> int | None:
        # Between two turns no decision changes, so asking at each turn is asking at every age there is.
        opens = [self.decide(_own_view(category, age)).allow for age in self._turns]
        if opens != sorted(opens, reverse=True):
            raise PolicyLoadError(f"policy opens `{category}` again when it is older; end it once")
        return None if opens[0] is opens[-1] else self._turns[opens.index(False)] - 1

    def _allow(self, granting: tuple[str, ...]) -> Decision:
        if len(granting) == 1:
            obligations = self.obligations[granting[0]]
        else:
            obligations = strictest(self.obligations[name] for name in granting)
        return Decision(allow=True, reasons=granting, refusal=None, obligations=obligations)


def _turns(rules: tuple[Rule, ...]) -> tuple[int, ...]:
    """Return 0 and every age, in days, at which some rule begins to answer another way."""
    found = (leaf for rule in rules for each in rule.conditions for leaf in leaves(each))
    ages = {one.limit + 1 for one in found if isinstance(one, AtMost) and one.fact == "record_age_days"}
    return tuple(sorted({0} | {age for age in ages if age > 0}))


def _own_view(category: Category, age: int) -> Request:
    """Return the subject's request to see their own, with every other fact in order."""
    favourable = {name: name not in _TROUBLES for name in TRUTH_FACTS}
    return Request(
        purpose=Purpose.SELF_VIEW, basis=Basis.SELF, role=Role.SUBJECT, organisation=Organisation.NONE,
        category=category, session_kind=SessionKind.PASSKEY, minutes_since_start=0, minutes_since_end=0,
        record_age_days=age, **favourable,
    )  # fmt: skip


_TROUBLES = frozenset({"notices_overdue", "subject_frozen", "minor", "demo_mode"})


def _refuse(refusal: Refusal, reasons: tuple[str, ...]) -> Decision:
    return Decision(allow=False, reasons=reasons, refusal=refusal, obligations=None)


def _table(rules: tuple[Rule, ...]) -> dict[Scope, tuple[Armed, Armed]]:
    armed = [(rule, (rule.id, every(_tests(rule)))) for rule in rules]
    words = {name: [_allowed(rule, name) for rule in rules] for name in SCOPE_FACTS}
    table: dict[Scope, tuple[Armed, Armed]] = {}
    for purpose, role in product(Purpose, Role):
        near = [
            at for at in range(len(rules)) if purpose in words["purpose"][at] and role in words["role"][at]
        ]
        for category in Category:
            found = [armed[at] for at in near if category in words["category"][at]]
            table[purpose, role, category] = (
                tuple(test for rule, test in found if rule.permits),
                tuple(test for rule, test in found if not rule.permits),
            )
    return table


def _is_scope(condition: Condition) -> bool:
    return isinstance(condition, OneOf) and condition.fact in SCOPE_FACTS


def _tests(rule: Rule) -> tuple[Test, ...]:
    return tuple(compiled(each) for each in rule.conditions if not _is_scope(each))


def _allowed(rule: Rule, fact: str) -> frozenset[StrEnum]:
    words = frozenset[StrEnum](WORD_FACTS[fact])
    for each in rule.conditions:
        if isinstance(each, OneOf) and each.fact == fact:
            words = words & each.words if each.wanted else words - each.words
    return words
