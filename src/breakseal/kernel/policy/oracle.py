"""Random cases that the compiled rules and cedarpy must answer alike: decision and determining ids.

Half of the cases start from a request that some rule's conditions fit, then have up to two facts
changed, so that permits and the edges of limits are reached and not only plain refusals.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import TypeVar

import cedarpy

from breakseal.kernel.policy.cedar import ENTITY_TYPES, Rule
from breakseal.kernel.policy.conditions import AtMost, Holds, Leaf, OneOf, leaves
from breakseal.kernel.policy.errors import PolicyLoadError
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.policy.request import (
    NUMBER_FACTS,
    SCOPE_FACTS,
    TRUTH_FACTS,
    WORD_FACTS,
    Request,
)
from breakseal.kernel.policy.words import Category, Refusal
from breakseal.kernel.ports import Entropy

_BATCH = 250
_FAVOURABLE = {
    "basis_live",
    "requester_active",
    "roster_fresh",
    "in_coverage",
    "answered_by_requester",
    "supervisor_reason",
    "granted",
}
T = TypeVar("T")


class Dice:
    """Draws of small numbers from injected entropy, a block of bytes at a time."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._bytes: Iterator[int] = iter(())

    def below(self, size: int) -> int:
        """Return a number from 0 up to but not including `size` (slightly uneven, which is fine)."""
        return (self._byte() * 256 + self._byte()) % size

    def pick(self, choices: tuple[T, ...]) -> T:
        """Return one of `choices`."""
        return choices[self.below(len(choices))]

    def _byte(self) -> int:
        value = next(self._bytes, None)
        if value is None:
            self._bytes = iter(self._entropy.token(4096))
            value = next(self._bytes)
        return value


def cases(rules: tuple[Rule, ...], dice: Dice, count: int) -> Iterator[Request]:
    """Yield `count` requests, half of them near a rule; each word of the vocabulary comes up."""
    limits = _limits(rules)
    for number in range(count):
        facts = _random_facts(dice, limits, number)
        if number % 2:
            _fit(facts, dice.pick(rules), dice)
            for _ in range(dice.below(3)):
                name = dice.pick(tuple(facts))
                facts[name] = _random_facts(dice, limits, dice.below(4096))[name]
        yield Request(**facts)  # type: ignore[arg-type] # names and types are checked by Request


def _limits(rules: tuple[Rule, ...]) -> tuple[int, ...]:
    conditions = (condition for rule in rules for condition in rule.conditions)
    named = {leaf.limit for each in conditions for leaf in leaves(each) if isinstance(leaf, AtMost)}
    return tuple(sorted({0} | {max(limit + step, 0) for limit in named for step in (0, 1)}))


def _random_facts(dice: Dice, limits: tuple[int, ...], number: int) -> dict[str, object]:
    facts: dict[str, object] = {}
    for offset, (name, kind) in enumerate(WORD_FACTS.items()):
        words = tuple(kind)
        facts[name] = words[number % len(words)] if number % 12 == offset else dice.pick(words)
    for name in TRUTH_FACTS:
        facts[name] = dice.below(2) == 0
    for name in NUMBER_FACTS:
        facts[name] = dice.pick(limits)
    return facts


def _fit(facts: dict[str, object], rule: Rule, dice: Dice) -> None:
    for name in TRUTH_FACTS:
        facts[name] = name in _FAVOURABLE
    for name in NUMBER_FACTS:
        facts[name] = 0
    for condition in rule.conditions:
        for leaf in leaves(condition):
            facts[leaf.fact] = _fitting(leaf, dice)


def _fitting(leaf: Leaf, dice: Dice) -> object:
    match leaf:
        case Holds(_, wanted):
            return wanted
        case AtMost(_, limit, wanted):
            return max(limit, 0) if wanted else max(limit + 1, 0)
        case OneOf(fact, words, wanted):
            inside = tuple(word for word in WORD_FACTS[fact] if (word in words) is wanted)
            return dice.pick(inside or tuple(WORD_FACTS[fact]))


class Oracle:
    """Cedar's own engine over the same text and schema."""

    def __init__(self, text: str, schema: str) -> None:
        self._policies = cedarpy.PolicySet.from_str(text)
        self._schema = cedarpy.Schema.from_str(schema)
        self._entities = cedarpy.Entities.from_json_str(_entities(), self._schema)

    def check(self, policy: Policy, requests: Iterator[Request]) -> int:
        """Compare every answer and return how many were compared.

        Raises:
            PolicyLoadError: one answer differs, or Cedar reports an error.
        """
        compared, batch = 0, []
        for request in requests:
            batch.append(request)
            if len(batch) == _BATCH:
                self._compare(policy, batch)
                compared, batch = compared + len(batch), []
        self._compare(policy, batch)
        return compared + len(batch)

    def _compare(self, policy: Policy, batch: list[Request]) -> None:
        answers = cedarpy.is_authorized_batch(
            [_cedar_request(each) for each in batch], self._policies, self._entities, self._schema
        )
        for request, answer in zip(batch, answers, strict=True):
            ours, diagnostics = policy.decide(request), answer.diagnostics
            theirs = sorted(diagnostics.id_annotations_by_reason.values())
            if diagnostics.errors or answer.decision is cedarpy.Decision.NoDecision:
                raise PolicyLoadError("cedar cannot evaluate a request; the schema does not fit")
            same = ours.allow == answer.allowed and sorted(ours.reasons) == theirs
            if not same or ours.refusal is Refusal.ERROR:
                raise PolicyLoadError("the compiled policy and cedar decide a request differently")


def _entities() -> str:
    return json.dumps(
        [
            {
                "uid": {"type": "Category", "id": each},
                "attrs": {},
                "parents": [{"type": "Programme", "id": each.programme}],
            }
            for each in Category
        ]
    )


def _uid(name: str, word: StrEnum) -> dict[str, str]:
    return {"type": ENTITY_TYPES[name], "id": word.value}


def _cedar_request(request: Request) -> dict[str, object]:
    context: dict[str, object] = {
        name: {"__entity": _uid(name, getattr(request, name))}
        for name in WORD_FACTS
        if name not in SCOPE_FACTS
    }
    context.update((name, getattr(request, name)) for name in (*TRUTH_FACTS, *NUMBER_FACTS))
    return {
        "principal": _uid("role", request.role),
        "action": _uid("purpose", request.purpose),
        "resource": _uid("category", request.category),
        "context": context,
    }
