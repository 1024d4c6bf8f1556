"""The public privacy notice, generated from the enforced rules as a structure that pages render."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breakseal.kernel.policy import PASSED_ON, Category, Policy, Purpose, Role
from breakseal.kernel.policy.cedar import Rule
from breakseal.kernel.policy.conditions import leaves
from breakseal.policydesk.phrases import Language, Phrases, shipped_phrases
from breakseal.policydesk.sentences import Speaker, asked, named, opened

_WHOLE = frozenset({"purpose", "role", "category", "basis", "organisation"})
"""A forbid over these alone holds whatever the moment: it is a promise. Others are safeguards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One permit in words: who may see, why, under which conditions, how long, and what you are told."""

    rule: str
    who: str
    why: str
    conditions: tuple[str, ...]
    only_if: str
    how_long: str
    told: str
    precision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Categories that exactly the same permits open, with those permits; none if nobody can."""

    categories: tuple[Category, ...]
    names: tuple[str, ...]
    accesses: tuple[Access, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How long these categories are kept, as one sentence."""

    categories: tuple[Category, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One rule as one sentence."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The whole notice in one language; `digest` names the policy that it was made from."""

    language: Language
    digest: str
    title: str
    intro: str
    recorded: str
    headings: Headings
    sharing: tuple[Shared, ...]
    closed: tuple[str, ...]
    kept: tuple[Kept, ...]
    promises: tuple[Sentence, ...]
    safeguards: tuple[Sentence, ...]

    def about(self, category: Category) -> tuple[Access, ...]:
        """Return who can see `category`; empty if nobody can."""
        found = (each.accesses for each in self.sharing if category in each.categories)
        return next(found, ())

    def keeping(self, category: Category) -> str:
        """Return how long `category` is kept; empty if nobody can open it anyway."""
        return next((each.text for each in self.kept if category in each.categories), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Headings:
    """The notice's headings and column names."""

    sharing: str
    closed: str
    closed_row: str
    kept: str
    promises: str
    safeguards: str
    who: str
    why: str
    how_long: str
    told: str


def notice(policy: Policy, language: Language, *, phrases: Phrases | None = None) -> Notice:
    """Return the notice of `policy` in `language`.

    Raises:
        ConfigError: a word or fact of the policy has no phrase.
    """
    speaker = Speaker(phrases or shipped_phrases(), language)
    forbids = [rule for rule in policy.rules if not rule.permits]
    groups = _groups(policy)
    return Notice(
        language=language,
        digest=policy.digest.hex(),
        title=speaker.page("title"),
        intro=speaker.page("intro"),
        recorded=speaker.page("recorded"),
        headings=_headings(speaker),
        sharing=tuple(_shared(policy, speaker, rules, group) for rules, group in groups.items() if rules),
        closed=tuple(opened(speaker.word("category", each)) for each in groups.get((), ())),
        kept=_kept(policy, speaker, [each for rules, group in groups.items() if rules for each in group]),
        promises=tuple(_sentence(speaker, rule) for rule in forbids if _promise(rule)),
        safeguards=tuple(_sentence(speaker, rule) for rule in forbids if not _promise(rule)),
    )


def _groups(policy: Policy) -> dict[tuple[Rule, ...], tuple[Category, ...]]:
    permits = [rule for rule in policy.rules if rule.permits]
    groups: dict[tuple[Rule, ...], tuple[Category, ...]] = {}
    for category in Category:
        rules = tuple(rule for rule in permits if category in named(rule, "category", Category))
        groups[rules] = (*groups.get(rules, ()), category)
    return groups


def _kept(policy: Policy, speaker: Speaker, categories: Sequence[Category]) -> tuple[Kept, ...]:
    """Return how long what can be opened is kept, shortest first; what no rule ends comes last."""
    found: dict[int | None, list[Category]] = {}
    for each in categories:
        if each not in PASSED_ON:
            found.setdefault(policy.retention_days(each), []).append(each)
    ended = sorted(days for days in found if days is not None)
    made = [_until(speaker, "kept_days", found[days], days) for days in ended]
    made += [_until(speaker, "kept_until", found[None], 0)] if None in found else []
    never = [each for each in categories if each in PASSED_ON]
    return (*made, *([_until(speaker, "kept_never", never, 0)] if never else []))


def _until(speaker: Speaker, phrase: str, categories: Sequence[Category], days: int) -> Kept:
    return Kept(
        categories=tuple(categories),
        text=speaker.page(phrase, what=speaker.things(categories), number=days),
    )


def _shared(
    policy: Policy, speaker: Speaker, rules: tuple[Rule, ...], categories: tuple[Category, ...]
) -> Shared:
    return Shared(
        categories=categories,
        names=tuple(opened(speaker.word("category", each)) for each in categories),
        accesses=tuple(access(policy, speaker, rule) for rule in rules),
    )


def access(policy: Policy, speaker: Speaker, rule: Rule) -> Access:
    """Return the permit `rule` in words."""
    owed, conditions = policy.obligations[rule.id], asked(rule)
    roles, purposes = named(rule, "role", Role), named(rule, "purpose", Purpose)
    only_if = speaker.page("only_if", conditions=speaker.all(conditions)) if conditions else ""
    return Access(
        rule=rule.id,
        who=opened(speaker.joined("either", [speaker.word("role", each) for each in roles])),
        why=opened(speaker.joined("either", [speaker.word("purpose", each) for each in purposes])),
        conditions=tuple(speaker.condition(each) for each in conditions),
        only_if=only_if,
        how_long=speaker.how_long(owed),
        told=speaker.word("notice", owed.notice),
        precision=speaker.word("precision", owed.precision),
    )


def _headings(speaker: Speaker) -> Headings:
    return Headings(
        sharing=speaker.page("sharing"),
        closed=speaker.page("closed"),
        closed_row=speaker.page("closed_row"),
        kept=speaker.page("kept"),
        promises=speaker.page("promises"),
        safeguards=speaker.page("safeguards"),
        who=speaker.page("who"),
        why=speaker.page("why"),
        how_long=speaker.page("how_long"),
        told=speaker.page("told"),
    )


def _promise(rule: Rule) -> bool:
    return all(leaf.fact in _WHOLE for each in rule.conditions for leaf in leaves(each))


def _sentence(speaker: Speaker, rule: Rule) -> Sentence:
    return Sentence(rule=rule.id, text=speaker.forbids(rule))


def markdown(made: Notice) -> str:
    """Return the notice as Markdown, which also reads as plain text."""
    heads = made.headings
    lines = [f"# {made.title}", "", made.intro, "", made.recorded, "", f"## {heads.sharing}"]
    for shared in made.sharing:
        lines += ["", f"### {'; '.join(shared.names)}", ""]
        lines += [_access_line(heads, each) for each in shared.accesses]
    if made.closed:
        lines += ["", f"## {heads.closed}", "", heads.closed_row, ""]
        lines += [f"- {each}" for each in made.closed]
    lines += ["", f"## {heads.kept}", "", *(f"- {each.text}" for each in made.kept)]
    for heading, sentences in ((heads.promises, made.promises), (heads.safeguards, made.safeguards)):
        lines += ["", f"## {heading}", "", *(f"- {each.text}" for each in sentences)]
    return "\n".join((*lines, "", f"sha256:{made.digest}", ""))


def _access_line(heads: Headings, each: Access) -> str:
    return (
        f"- **{each.who}.** {each.why}. {each.only_if}\n"
        f"  {heads.how_long}: {each.how_long} {each.precision}\n"
        f"  {heads.told}: {each.told}"
    )
