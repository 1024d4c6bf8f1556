"""Conditions of the policy as sentences: one place that turns the enforced tree into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from breakseal.kernel.policy import Category, Obligations, Programme, Request
from breakseal.kernel.policy.cedar import Rule
from breakseal.kernel.policy.conditions import (
    AtMost,
    Both,
    Condition,
    Either,
    Holds,
    OneOf,
    compiled,
    negate,
)
from breakseal.policydesk.phrases import Language, Phrases

_ASIDE = frozenset({"role", "purpose", "category"})


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says conditions in one language."""

    phrases: Phrases
    language: Language

    def page(self, name: str, **values: object) -> str:
        """Return one of the page's own sentences, its first letter large."""
        return opened(self.phrases.say(self.language, "page", name, **values))

    def word(self, kind: str, word: StrEnum) -> str:
        """Return a word of the policy in plain words."""
        return self.phrases.say(self.language, "words", kind, word)

    def condition(self, condition: Condition) -> str:
        """Return `condition` as a clause that states it."""
        match condition:
            case Holds(fact, wanted):
                return self.phrases.say(self.language, "facts", fact, "yes" if wanted else "no")
            case AtMost(fact, limit, wanted):
                form = "at_most" if wanted else "more_than"
                return self.phrases.say(self.language, "facts", fact, form, number=limit)
            case OneOf():
                return self._one_of(condition)
            case Both(parts):
                return self.all(parts)
            case Either(parts):
                return self.joined("either", [self.condition(part) for part in parts])

    def failing(self, condition: Condition, request: Request) -> str:
        """Return why `condition` does not hold for `request`, with the actual number where it has one."""
        if isinstance(condition, AtMost):
            actual = getattr(request, condition.fact)
            return self.phrases.say(self.language, "facts", condition.fact, "actual", number=actual)
        if isinstance(condition, Both):
            return self.all_failing(condition.parts, request)
        return self.condition(negate(condition))

    def all_failing(self, conditions: Sequence[Condition], request: Request) -> str:
        """Return every reason why some of `conditions` do not hold, joined."""
        missing = [each for each in conditions if not compiled(each)(request)]
        return self.joined("all", [self.failing(each, request) for each in missing])

    def all(self, conditions: Sequence[Condition]) -> str:
        """Return the clauses of all `conditions`, joined."""
        return self.joined("all", [self.condition(each) for each in conditions])

    def joined(self, how: str, clauses: Sequence[str]) -> str:
        """Return `clauses` as a list whose last two are joined by `all` (and) or `either` (or)."""
        *front, last = clauses
        if not front:
            return last
        first = ", ".join(front)
        return self.phrases.say(self.language, "page", how, first=first, second=last)

    def things(self, categories: Sequence[Category]) -> str:
        """Return `categories` in plain words, a whole programme by its name."""
        return self.joined("all", self._words(OneOf("category", frozenset(categories))))

    def how_long(self, owed: Obligations) -> str:
        """Return how long an opened record may be seen."""
        minutes = owed.view_seconds // 60
        return self.phrases.say(self.language, "words", "view_from", owed.view_from, minutes=minutes)

    def forbids(self, rule: Rule) -> str:
        """Return a forbid as one sentence."""
        match rule.conditions:
            case (OneOf("purpose", words, True),):
                said = [self.word("purpose", each) for each in sorted(words)]
                return self.page("never", purpose=self.joined("either", said))
            case (OneOf("role", words, True),):
                said = [self.word("role", each) for each in sorted(words)]
                return self.page("never_by", role=self.joined("either", said))
            case _:
                return self._refused(rule.conditions)

    def _refused(self, conditions: Sequence[Condition]) -> str:
        spared = [each for each in conditions if isinstance(each, OneOf) and not each.wanted]
        stated = [each for each in conditions if each not in spared]
        if not spared or not stated:
            return self.page("refused_if", conditions=self.all(conditions))
        exceptions = self.joined("either", [self.condition(negate(each)) for each in spared])
        return self.page("refused_except", conditions=self.all(stated), exceptions=exceptions)

    def _one_of(self, leaf: OneOf) -> str:
        if len(leaf.words) == 1:
            path = ("facts", leaf.fact, "just", *leaf.words, "yes" if leaf.wanted else "no")
            if self.phrases.has(*path):
                return self.phrases.say(self.language, *path)
        words = self.joined("either", self._words(leaf))
        form = "one_of" if leaf.wanted else "none_of"
        return self.phrases.say(self.language, "facts", leaf.fact, form, words=words)

    def _words(self, leaf: OneOf) -> list[str]:
        left, said = set(leaf.words), []
        for programme in Programme if leaf.fact == "category" else ():
            members = {each for each in Category if each.programme is programme}
            if members <= left:
                said.append(self.word("programme", programme))
                left -= members
        kind = type(next(iter(leaf.words)))
        return said + [self.word(leaf.fact, word) for word in kind if word in left]


def named(rule: Rule, fact: str, everything: type[StrEnum]) -> tuple[StrEnum, ...]:
    """Return the words of `fact` that `rule` leaves, in the vocabulary's order."""
    words = set(everything)
    for each in rule.conditions:
        if isinstance(each, OneOf) and each.fact == fact:
            words = words & each.words if each.wanted else words - each.words
    return tuple(word for word in everything if word in words)


def asked(rule: Rule) -> tuple[Condition, ...]:
    """Return what a permit asks for beyond role, purpose and category."""
    return tuple(each for each in rule.conditions if not (isinstance(each, OneOf) and each.fact in _ASIDE))


def opened(text: str) -> str:
    """Return `text` with its first letter large."""
    return text[:1].upper() + text[1:]
