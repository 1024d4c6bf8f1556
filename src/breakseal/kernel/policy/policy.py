"""A loaded policy: decides requests in microseconds by functions compiled from its rules.

Pure: values in, values out. Deciding never raises; whatever goes wrong refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product

from breakseal.kernel.policy.cedar import Rule
from breakseal.kernel.policy.conditions import Condition, OneOf, Test, compiled, every
from breakseal.kernel.policy.decision import POLICY_ERROR, Decision, Obligations, strictest
from breakseal.kernel.policy.request import SCOPE_FACTS, WORD_FACTS, Request
from breakseal.kernel.policy.words import Category, Purpose, Refusal, Role

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

    def __post_init__(self) -> None:
        object.__setattr__(self, "_table", _table(self.rules))

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

    def _allow(self, granting: tuple[str, ...]) -> Decision:
        if len(granting) == 1:
            obligations = self.obligations[granting[0]]
        else:
            obligations = strictest(self.obligations[name] for name in granting)
        return Decision(allow=True, reasons=granting, refusal=None, obligations=obligations)


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
