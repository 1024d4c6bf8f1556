"""The shipped policy keeps its promises, and each check can fail: no weakened policy passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from breakseal.kernel.policy import Policy
from tests.support.policies import NEEDS, PROMISES, generous, the_policy, weakened
from tools import policytable

WEAKENED = dict(weakened(the_policy()))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda each: each.__name__)
def test_promise(promise: Callable[[Policy, Policy], None]) -> None:
    promise(the_policy(), generous(the_policy()))


def test_table_is_the_reviewed_one() -> None:
    assert policytable.render(the_policy()) == policytable.GOLDEN.read_text("utf-8")


def test_every_permit_has_its_needs_listed() -> None:
    assert set(NEEDS) == {rule.id for rule in the_policy().rules if rule.permits}


@pytest.mark.parametrize("name", WEAKENED)
def test_a_weakened_policy_breaks_a_promise_or_the_table(name: str) -> None:
    assert _broken(replace(the_policy(), rules=WEAKENED[name])), f"nobody notices: {name}"


def _broken(policy: Policy) -> bool:
    open_wide = generous(policy)
    for promise in PROMISES:
        try:
            promise(policy, open_wide)
        except AssertionError:
            return True
    return policytable.render(policy) != policytable.GOLDEN.read_text("utf-8")
