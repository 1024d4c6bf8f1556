"""The small form to which every Cedar expression of a policy is brought.

Six kinds of node and no other. Evaluating one cannot fail on a well-typed request: there is no
arithmetic, no optional attribute, no string, no extension value. The evaluator, the notice, the
explanations and the proofs all walk this one form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from breakseal.kernel.policy.request import Request

Test = Callable[[Request], bool]


@dataclass(frozen=True, slots=True)
class Holds:
    """A truth fact is true (or, when not `wanted`, false)."""

    fact: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class AtMost:
    """A number fact is at most `limit` (or, when not `wanted`, more)."""

    fact: str
    limit: int
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class OneOf:
    """A word fact is one of `words` (or, when not `wanted`, none of them)."""

    fact: str
    words: frozenset[StrEnum]
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class Both:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """At least one part holds."""

    parts: tuple[Condition, ...]


Leaf = Holds | AtMost | OneOf
Condition = Leaf | Both | Either


def negate(condition: Condition) -> Condition:
    """Return the condition that holds exactly when `condition` does not."""
    match condition:
        case Holds(fact, wanted):
            return Holds(fact, not wanted)
        case AtMost(fact, limit, wanted):
            return AtMost(fact, limit, not wanted)
        case OneOf(fact, words, wanted):
            return OneOf(fact, words, not wanted)
        case Both(parts):
            return Either(tuple(negate(part) for part in parts))
        case Either(parts):
            return Both(tuple(negate(part) for part in parts))


def either(left: Condition, right: Condition) -> Condition:
    """Return what holds when one of the two does; words of one fact become one set."""
    match left, right:
        case OneOf(fact, words, True), OneOf(other, more, True) if fact == other:
            return OneOf(fact, words | more)
        case _:
            return Either((left, right))


def conjuncts(condition: Condition) -> Iterator[Condition]:
    """Yield the conditions that must all hold for `condition` to hold."""
    if isinstance(condition, Both):
        for part in condition.parts:
            yield from conjuncts(part)
    else:
        yield condition


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every leaf anywhere under `condition`."""
    if isinstance(condition, Both | Either):
        for part in condition.parts:
            yield from leaves(part)
    else:
        yield condition


def compiled(condition: Condition) -> Test:
    """Return a function that tells whether `condition` holds for a request."""
    match condition:
        case Holds(fact, wanted):
            read = attrgetter(fact)
            return read if wanted else lambda request: not read(request)
        case AtMost():
            return _number(condition)
        case OneOf():
            return _word(condition)
        case Both(parts):
            return every(tuple(compiled(part) for part in parts))
        case Either(parts):
            return negated(every(tuple(compiled(negate(part)) for part in parts)))


def _number(leaf: AtMost) -> Test:
    read, limit = attrgetter(leaf.fact), leaf.limit
    if leaf.wanted:
        return lambda request: bool(read(request) <= limit)
    return lambda request: bool(read(request) > limit)


def _word(leaf: OneOf) -> Test:
    read, words = attrgetter(leaf.fact), leaf.words
    if len(words) == 1:
        (word,) = words
        if leaf.wanted:
            return lambda request: read(request) is word
        return lambda request: read(request) is not word
    if leaf.wanted:
        return lambda request: read(request) in words
    return lambda request: read(request) not in words


def every(tests: tuple[Test, ...]) -> Test:
    """Return a function that tells whether all `tests` hold."""
    if len(tests) == 1:
        return tests[0]

    def all_hold(request: Request) -> bool:
        for test in tests:  # noqa: SIM110 # a generator here costs a third of a decision
            if not test(request):
                return False
        return True

    return all_hold


def negated(test: Test) -> Test:
    """Return a function that tells whether `test` does not hold."""
    return lambda request: not test(request)
