"""The compiled policy answers as Cedar does, over thousands of requests and over invented policies."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breakseal.ambient import SystemEntropy
from breakseal.kernel.policy import Decision, Request, Role, load
from breakseal.kernel.policy.oracle import Dice, Oracle, cases
from breakseal.kernel.policy.request import NUMBER_FACTS, TRUTH_FACTS, WORD_FACTS
from breakseal.policydesk import shipped
from tests.support.policies import the_policy

requests = st.builds(
    Request,
    **{name: st.sampled_from(tuple(kind)) for name, kind in WORD_FACTS.items()},
    **{name: st.booleans() for name in TRUTH_FACTS},
    **{name: st.integers(min_value=0, max_value=800) for name in NUMBER_FACTS},
)


def test_thousands_of_requests_are_decided_as_cedar_decides_them() -> None:
    oracle = Oracle(shipped.text().decode(), shipped.schema().decode())
    drawn = list(cases(the_policy().rules, Dice(SystemEntropy()), 5_000))
    assert oracle.check(the_policy(), iter(drawn)) == 5_000
    allowed = sum(the_policy().decide(each).allow for each in drawn)
    assert 100 < allowed < 4_000  # the draw reaches both answers


@given(requests)
def test_a_decision_is_whole(request: Request) -> None:
    decision: Decision = the_policy().decide(request)
    assert decision.allow is (decision.obligations is not None) is (decision.refusal is None)
    assert not decision.allow or (request.basis_live and request.requester_active)
    assert not decision.allow or request.role is not Role.OPERATOR
    assert decision == the_policy().decide(request)


leaf = st.sampled_from(
    [
        "context.granted",
        "context.minor",
        "context.minutes_since_end <= 45",
        "context.minutes_since_end > 10",
        "context.minutes_since_start >= 3",
        "context.minutes_since_start < 9",
        'principal == Role::"guardian"',
        'action != Action::"self-view"',
        'resource in Programme::"emergency"',
        'resource == Category::"trail"',
        '[Basis::"self", Basis::"consent"].contains(context.basis)',
        'context.organisation != Organisation::"police"',
    ]
)
expression = st.recursive(
    leaf,
    lambda inner: st.one_of(
        inner.map(lambda each: f"!({each})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda each: f"({' '.join(each)})"),
    ),
    max_leaves=8,
)
clauses = st.lists(st.tuples(st.sampled_from(["when", "unless"]), expression), max_size=3)
OBLIGED = '@notice("at-once") @view_minutes("5") @view_from("opening") @precision("exact")'


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.booleans(), clauses), min_size=1, max_size=4))
def test_invented_policies_are_compiled_as_cedar_reads_them(
    rules: list[tuple[bool, list[tuple[str, str]]]],
) -> None:
    text = "\n".join(_rule(number, *rule) for number, rule in enumerate(rules))
    load(text.encode(), shipped.schema(), entropy=SystemEntropy(), cases_per_load=60)


def _rule(number: int, permits: bool, parts: list[tuple[str, str]]) -> str:
    head = f"{OBLIGED} permit" if permits else "forbid"
    body = " ".join(f"{word} {{ {condition} }}" for word, condition in parts)
    return f'@id("r{number}") {head} (principal, action, resource) {body};'
