"""Why a request was allowed or refused, in words, and the nearest rule that would have allowed it."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.policy import Decision, Policy, Purpose, Refusal, Request, Role
from breakseal.kernel.policy.cedar import Rule
from breakseal.kernel.policy.conditions import Condition, OneOf, compiled
from breakseal.policydesk.notice import Sentence
from breakseal.policydesk.phrases import Language, Phrases, shipped_phrases
from breakseal.policydesk.sentences import Speaker, asked, named

_FAR = {"purpose": 9, "role": 6, "category": 6, "basis": 3, "organisation": 2}
"""How far a request is from a permit for each word that differs; any other fact counts one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The permit closest to a refused request, and what kept it from applying."""

    rule: str
    text: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One decision in words; `reasons` are the rules that determined it."""

    language: Language
    decision: Decision
    headline: str
    reasons: tuple[Sentence, ...]
    nearest: Nearest | None
    duties: tuple[str, ...]

    def text(self) -> str:
        """Return the explanation as lines of plain text."""
        lines = [self.headline, *(f"- {each.text} [{each.rule}]" for each in self.reasons), *self.duties]
        if self.nearest is not None:
            lines.append(f"{self.nearest.text} [{self.nearest.rule}]")
            lines += [f"- {each}" for each in self.nearest.missing]
        return "\n".join(lines) + "\n"


def explain(
    policy: Policy, request: Request, language: Language, *, phrases: Phrases | None = None
) -> Explanation:
    """Return why `policy` decides `request` as it does, in `language`."""
    speaker = Speaker(phrases or shipped_phrases(), language)
    decision = policy.decide(request)
    return Explanation(
        language=language,
        decision=decision,
        headline=speaker.page("allowed" if decision.refusal is None else decision.refusal),
        reasons=_reasons(policy, decision, speaker),
        nearest=_nearest(policy, request, decision, speaker),
        duties=_duties(decision, speaker),
    )


def _duties(decision: Decision, speaker: Speaker) -> tuple[str, ...]:
    owed = decision.obligations
    if owed is None:
        return ()
    return (
        speaker.how_long(owed),
        speaker.word("notice", owed.notice),
        speaker.word("precision", owed.precision),
    )


def _reasons(policy: Policy, decision: Decision, speaker: Speaker) -> tuple[Sentence, ...]:
    rules = {rule.id: rule for rule in policy.rules}
    found = (rules[name] for name in decision.reasons if name in rules)
    return tuple(Sentence(rule=rule.id, text=_because(rule, speaker)) for rule in found)


def _because(rule: Rule, speaker: Speaker) -> str:
    if not rule.permits and len(rule.conditions) == 1 and isinstance(rule.conditions[0], OneOf):
        return speaker.forbids(rule)
    told = asked(rule) or rule.conditions
    return speaker.page("because", conditions=speaker.all(told)) if told else speaker.page("allowed")


def _nearest(policy: Policy, request: Request, decision: Decision, speaker: Speaker) -> Nearest | None:
    if decision.refusal not in {Refusal.FORBIDDEN, Refusal.NOT_PERMITTED}:
        return None
    permits = [rule for rule in policy.rules if rule.permits]
    if not permits:
        return None
    rule = min(permits, key=lambda each: _distance(_missing(each, request)))
    missing = _missing(rule, request)
    if not missing or (decision.refusal is Refusal.FORBIDDEN and _of_another_purpose(missing)):
        return None
    return Nearest(
        rule=rule.id,
        text=_offer(rule, speaker),
        missing=tuple(speaker.page("missing", conditions=speaker.failing(each, request)) for each in missing),
    )


def _missing(rule: Rule, request: Request) -> tuple[Condition, ...]:
    return tuple(each for each in rule.conditions if not compiled(each)(request))


def _distance(missing: tuple[Condition, ...]) -> int:
    return sum(_FAR.get(each.fact, 1) if isinstance(each, OneOf) else 1 for each in missing)


def _of_another_purpose(missing: tuple[Condition, ...]) -> bool:
    return any(isinstance(each, OneOf) and each.fact == "purpose" for each in missing)


def _offer(rule: Rule, speaker: Speaker) -> str:
    roles, purposes = named(rule, "role", Role), named(rule, "purpose", Purpose)
    return speaker.page(
        "nearest",
        role=speaker.joined("either", [speaker.word("role", each) for each in roles]),
        purpose=speaker.joined("either", [speaker.word("purpose", each) for each in purposes]),
    )
