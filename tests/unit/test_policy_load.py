"""What does not load: every text outside the accepted subset, with the sentence that says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import RequestError
from breakseal.kernel.policy import (
    POLICY_ERROR,
    Category,
    Policy,
    PolicyLoadError,
    Refusal,
    digest,
    load,
    whole_days,
    whole_minutes,
)
from breakseal.kernel.policy.conditions import Holds
from breakseal.kernel.policy.oracle import Dice, Oracle, cases
from breakseal.policydesk import shipped
from tests.support.policies import asking, generous, the_policy

OBLIGED = '@notice("at-once") @view_minutes("5") @view_from("opening") @precision("exact")'


def loaded(text: str, schema: bytes | None = None) -> Policy:
    return load(text.encode(), schema or shipped.schema(), entropy=SystemEntropy(), cases_per_load=40)


def permit(condition: str) -> str:
    return f'@id("a") {OBLIGED} permit (principal, action, resource) when {{ {condition} }};'


def forbid(condition: str) -> str:
    return f'@id("a") forbid (principal, action, resource) when {{ {condition} }};'


REFUSED = {
    "not cedar": ("permit (", "cannot read"),
    "empty": ("", "no rules"),
    "no id": (f"{OBLIGED} permit (principal, action, resource);", "@id"),
    "same id twice": (forbid("context.minor") * 2, "@id"),
    "permit without obligations": ('@id("a") permit (principal, action, resource);', "must carry exactly"),
    "permit without one obligation": (permit("context.minor").replace('@notice("at-once")', ""), "exactly"),
    "unknown annotation": (f'@extra("x") {forbid("context.minor")}', "must carry exactly"),
    "forbid with obligations": (f"{OBLIGED} {forbid('context.minor')}", "must carry exactly"),
    "unknown notice": (permit("context.minor").replace("at-once", "someday"), "someday"),
    "no minutes": (permit("context.minor").replace('"5"', '"0"'), "view_minutes"),
    "minutes in words": (permit("context.minor").replace('"5"', '"five"'), "view_minutes"),
    "too many minutes": (permit("context.minor").replace('"5"', '"1441"'), "view_minutes"),
    "unknown fact": (forbid("context.weather"), "schema"),
    "unknown word": (forbid('context.basis == Basis::"whim"'), "schema"),
    "unknown category": (forbid('resource == Category::"emergency.diary"'), "unknown category"),
    "unknown programme": (
        '@id("a") forbid (principal, action, resource in Category::"trail");',
        "programme",
    ),
    "has": (forbid("context has minor && context.minor"), "not accepted"),
    "if": (forbid("if context.minor then true else false"), "not accepted"),
    "literal": (forbid("true"), "not accepted"),
    "arithmetic": (forbid("context.minutes_since_end + 1 < 3"), "not accepted"),
    "open again when older": (
        '@id("a") ' + OBLIGED + " permit (principal, action, resource); "
        '@id("b") forbid (principal, action, resource)'
        " when { context.record_age_days > 3 && context.record_age_days < 9 };",
        "opens `emergency.identity` again",
    ),
    "open only when old": (permit("context.record_age_days > 3"), "again"),
    "equal numbers": (forbid("context.minutes_since_end == 3"), "not accepted"),
    "like": (forbid('"a" like "a*"'), "not accepted"),
    "is": ('@id("a") forbid (principal is Role, action, resource);', "not accepted"),
    "template": ('@id("a") forbid (principal == ?principal, action, resource);', "templates"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_to_load(name: str) -> None:
    text, says = REFUSED[name]
    with pytest.raises(PolicyLoadError, match=says):
        loaded(text)


def test_loads_what_the_subset_has() -> None:
    policy = loaded(
        permit(
            "!context.minor && context.minutes_since_end < 3 && context.minutes_since_start >= 2 &&"
            ' principal != Role::"sponsor" && [Basis::"self", Basis::"consent"].contains(context.basis)'
        )
    )
    assert policy.rules[0].conditions[0] == Holds("minor", wanted=False)


def test_refuses_a_schema_that_lacks_a_fact() -> None:
    schema = shipped.schema().replace(b"  demo_mode: Bool,\n", b"")
    with pytest.raises(PolicyLoadError):
        loaded(forbid("context.minor"), schema)


def test_refuses_a_schema_with_another_word() -> None:
    # With as many cases as a keyholder's own load has every word comes up; with fewer it may not.
    schema = shipped.schema().replace(b'"sponsor"', b'"patron"')
    with pytest.raises(PolicyLoadError):
        load(forbid("context.minor").encode(), schema, entropy=SystemEntropy())


def test_refuses_bytes_that_are_not_text() -> None:
    with pytest.raises(PolicyLoadError):
        load(b"\xff", shipped.schema(), entropy=SystemEntropy())


def test_refuses_a_text_without_end() -> None:
    with pytest.raises(PolicyLoadError, match="longer"):
        load(b" " * 300_000, shipped.schema(), entropy=SystemEntropy())


def test_one_answer_that_differs_from_cedar_is_found() -> None:
    oracle = Oracle(shipped.text().decode(), shipped.schema().decode())
    wrong = generous(the_policy())
    with pytest.raises(PolicyLoadError, match="differently"):
        oracle.check(wrong, cases(wrong.rules, Dice(SystemEntropy()), 500))


def test_an_evaluation_that_fails_refuses() -> None:
    broken = replace(the_policy(), obligations={})
    decision = broken.decide(asking())
    assert (decision.allow, decision.refusal, decision.reasons) == (False, Refusal.ERROR, (POLICY_ERROR,))


@pytest.mark.parametrize("change", [{"granted": "yes"}, {"granted": 1}, {"role": "subject"}, {"minor": None}])
def test_a_fact_of_another_type_makes_no_request(change: dict[str, object]) -> None:
    with pytest.raises(RequestError):
        asking(**change)


def test_negative_minutes_make_no_request() -> None:
    with pytest.raises(RequestError):
        asking(minutes_since_end=-1)


def test_minutes_are_rounded_up() -> None:
    assert [whole_minutes(each) for each in (-5, 0, 1, 60, 61, 2700, 2701)] == [0, 0, 1, 1, 2, 45, 46]


def test_negative_age_makes_no_request() -> None:
    with pytest.raises(RequestError):
        asking(record_age_days=-1)


def test_days_are_rounded_up() -> None:
    day = 86_400
    ages = [whole_days(each) for each in (-5, 0, 1, day, day + 1, 730 * day, 730 * day + 1)]
    assert ages == [0, 0, 1, 1, 2, 730, 731]


def test_retention_is_asked_of_the_rules() -> None:
    assert the_policy().retention_days(Category.EMERGENCY_PHOTO) == 730
    assert the_policy().retention_days(Category.TRAIL) is None
    assert the_policy().retention_days(Category.LOCATION_FIX) is None  # opens to nobody anyway


@pytest.mark.parametrize(
    ("condition", "days"),
    [("> 30", 30), (">= 30", 29), ("> 36500", 36_500), ("> 0", 0), ("< 0", None), (">= 0", None)],
)
def test_retention_is_the_last_age_that_opens(condition: str, days: int | None) -> None:
    text = f'{OBLIGED} @id("p") permit (principal, action, resource);' + forbid(
        f'resource == Category::"emergency.home" && context.record_age_days {condition}'
    )
    assert loaded(text).retention_days(Category.EMERGENCY_HOME) == days
    assert loaded(text).retention_days(Category.EMERGENCY_PHOTO) is None


def test_ages_that_no_rule_tells_apart_are_one() -> None:
    assert [the_policy().same_age(age) for age in (0, 1, 730, 731, 40_000)] == [0, 0, 0, 731, 731]


def test_digest_covers_text_and_schema() -> None:
    assert len({digest(b"a", b"bc"), digest(b"ab", b"c"), digest(b"abc", b"")}) == 3
    assert the_policy().digest == digest(shipped.text(), shipped.schema())
