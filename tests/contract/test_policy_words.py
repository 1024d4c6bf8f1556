"""The notice and the explanations say all that is enforced, in each language."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.policy import EMERGENCY, Category, Purpose, Request, Role, load
from breakseal.kernel.policy.conditions import leaves
from breakseal.policydesk import check, shipped
from breakseal.policydesk.explain import explain
from breakseal.policydesk.notice import markdown, notice
from breakseal.policydesk.phrases import Language, Phrases, check_phrases, shipped_phrases
from breakseal.policydesk.sentences import asked
from tests.support.policies import REFUSED, asking, the_policy

BOTH = tuple(Language)


def test_the_check_of_make_check_passes() -> None:
    assert check.main() == 0


@pytest.mark.parametrize("path", sorted(shipped_phrases().table), ids=".".join)
def test_a_missing_phrase_is_found(path: tuple[str, ...]) -> None:
    table = {key: value for key, value in shipped_phrases().table.items() if key != path}
    found = check_phrases(the_policy(), Phrases(table))
    assert found == ([] if "just" in path else [f"no phrase `{'.'.join(path)}`"])


@pytest.mark.parametrize("broken", [{"en": "x"}, {"en": "x", "es": " "}, {"en": "{a}", "es": "{b}"}])
def test_a_phrase_in_one_language_is_found(broken: dict[str, str]) -> None:
    table = {**shipped_phrases().table, ("words", "role", "subject"): broken}
    assert any("words.role.subject" in line for line in check_phrases(the_policy(), Phrases(table)))


def test_a_phrase_for_nothing_is_found() -> None:
    table = {**shipped_phrases().table, ("words", "role", "wizard"): {"en": "x", "es": "x"}}
    assert check_phrases(the_policy(), Phrases(table)) == [
        "`words.role.wizard` is a phrase for nothing in the policy"
    ]


def test_a_notice_without_its_phrase_is_not_made() -> None:
    table = {key: value for key, value in shipped_phrases().table.items() if "granted" not in key}
    with pytest.raises(ConfigError, match="granted"):
        notice(the_policy(), Language.ENGLISH, phrases=Phrases(table))


@pytest.mark.parametrize("language", BOTH)
def test_every_rule_and_every_condition_of_a_permit_is_said(language: Language) -> None:
    made = notice(the_policy(), language)
    accesses = {each.rule: each for shared in made.sharing for each in shared.accesses}
    forbids = {each.rule for each in (*made.promises, *made.safeguards)}
    for rule in the_policy().rules:
        if rule.permits:
            assert len(accesses[rule.id].conditions) == len(asked(rule))
        else:
            assert rule.id in forbids
    assert made.digest == the_policy().digest.hex()


@pytest.mark.parametrize("category", Category)
def test_the_notice_names_just_those_whom_the_policy_lets_in(category: Category) -> None:
    said = {each.rule for each in notice(the_policy(), Language.ENGLISH).about(category)}
    permits = [rule for rule in the_policy().rules if rule.permits]
    for rule in permits:
        scopes = [leaf for each in rule.conditions for leaf in leaves(each) if leaf.fact == "category"]
        fits = all((category in leaf.words) is leaf.wanted for leaf in scopes)  # type: ignore[union-attr]
        assert (rule.id in said) is fits


@pytest.mark.parametrize("language", BOTH)
def test_the_page_shows_times_notices_and_refused_purposes(language: Language) -> None:
    page, phrases = markdown(notice(the_policy(), language)), shipped_phrases()
    assert "45" in page
    for purpose in REFUSED:
        assert phrases.say(language, "words", "purpose", purpose) in page
    for category in Category:
        assert phrases.say(language, "words", "category", category).lower() in page.lower()
    assert "{" not in page


@pytest.mark.parametrize("language", BOTH)
def test_the_notice_says_how_long_each_category_is_kept(language: Language) -> None:
    made = notice(the_policy(), language)
    for category in Category:
        days, said = the_policy().retention_days(category), made.keeping(category)
        assert ("730" in said) is (days == 730) is (category in EMERGENCY)
        assert bool(said) is bool(made.about(category))
        assert said in markdown(made)


def test_another_policy_makes_another_notice() -> None:
    text = shipped.text().replace(b"record_age_days > 730", b"record_age_days > 90")
    shorter = load(text, shipped.schema(), entropy=SystemEntropy(), cases_per_load=20)
    assert "for 90 days" in notice(shorter, Language.ENGLISH).keeping(Category.EMERGENCY_HOME)


def test_the_english_notice_is_easy_to_read() -> None:
    page = markdown(notice(the_policy(), Language.ENGLISH)).rpartition("sha256")[0]
    words = re.findall(r"[a-z']+", page.lower())
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e\b", "", word)))) for word in words)
    clauses = len(re.findall(r"[.,;:?]", page))
    grade = 0.39 * len(words) / clauses + 11.8 * syllables / len(words) - 15.59
    assert grade < 7, grade  # Flesch-Kincaid, a clause counting as a sentence


def test_the_nearest_rule_names_what_failed_with_its_number() -> None:
    told = explain(the_policy(), asking(minutes_since_end=46), Language.ENGLISH)
    assert told.nearest is not None
    assert told.nearest.rule == "call-taker-opens"
    assert told.nearest.missing == ("It did not fit because the call ended 46 minutes ago.",)


def test_the_nearest_rule_of_two_failings_names_both() -> None:
    told = explain(the_policy(), asking(granted=False, answered_by_requester=False), Language.ENGLISH)
    assert told.nearest is not None
    assert len(told.nearest.missing) == 2


def test_a_refused_purpose_is_answered_by_its_promise() -> None:
    told = explain(the_policy(), asking(purpose=Purpose.IMMIGRATION), Language.SPANISH)
    assert told.reasons[0].rule == "never-for-immigration"
    assert "inmigración" in told.reasons[0].text
    assert told.nearest is None


def test_an_allow_says_how_long_and_when_the_person_is_told() -> None:
    told = explain(the_policy(), asking(), Language.ENGLISH)
    assert told.decision.allow
    assert [each.rule for each in told.reasons] == ["call-taker-opens"]
    assert "45 minutes" in told.duties[0]
    assert "after the call" in told.duties[1]


def test_a_frozen_profile_says_so() -> None:
    told = explain(the_policy(), asking(subject_frozen=True), Language.ENGLISH)
    assert "frozen" in told.text()


def test_an_evaluation_that_fails_is_said_plainly() -> None:
    told = explain(replace(the_policy(), obligations={}), asking(), Language.ENGLISH)
    assert (told.reasons, told.nearest) == ((), None)
    assert "could not be checked" in told.headline


@pytest.mark.parametrize("language", BOTH)
def test_every_request_of_the_emergency_programme_is_explained(language: Language) -> None:
    for role in Role:
        for category in EMERGENCY:
            request: Request = asking(role=role, category=category)
            told = explain(the_policy(), request, language)
            assert told.reasons or told.nearest
            assert "{" not in told.text()


def test_the_shipped_files_are_there() -> None:
    assert shipped.text().startswith(b"// The county's default policy")
    assert b"entity Role enum" in shipped.schema()
