"""Loading a policy: parse, validate, accept, compile, and compare with Cedar before it decides.

A text that fails any step does not load; the keyholder goes on with the one that it has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

import cedarpy
from cedarpy import pst

from breakseal.kernel.policy.cedar import rule_of
from breakseal.kernel.policy.decision import Obligations
from breakseal.kernel.policy.errors import PolicyLoadError
from breakseal.kernel.policy.oracle import Dice, Oracle, cases
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.policy.words import NoticeTiming, Precision, ViewFrom
from breakseal.kernel.ports import Entropy

MAX_TEXT: Final = 256 * 1024
"""Bytes of a policy text or schema; more is refused before it is parsed."""
CASES: Final = 500
"""Random cases that every load compares with Cedar."""
MAX_VIEW_MINUTES: Final = 24 * 60
_OBLIGATIONS: Final = frozenset({"notice", "view_minutes", "view_from", "precision"})
E = TypeVar("E", bound=StrEnum)


def load(text: bytes, schema: bytes, *, entropy: Entropy, cases_per_load: int = CASES) -> Policy:
    """Return the policy that `text` states under `schema`.

    Raises:
        PolicyLoadError: not Cedar, not valid under the schema, outside the accepted subset, a rule
            without id or a permit without obligations, or one answer that differs from Cedar's.
    """
    text_, schema_ = _decoded(text), _decoded(schema)
    templates = _parsed(text_, schema_)
    rules = tuple(rule_of(each) for each in templates)
    obligations = {
        each.annotations["id"]: _obligations(each.annotations)
        for each in templates
        if each.effect == "permit"
    }
    policy = Policy(digest(text, schema), rules, obligations)
    _compare(policy, text_, schema_, Dice(entropy), cases_per_load)
    return policy


def digest(text: bytes, schema: bytes) -> bytes:
    """Return the SHA-256 that a `policy` entry carries for this text and schema (32 bytes)."""
    head = b"breakseal/policy/v1\n" + len(text).to_bytes(8, "big")
    return hashlib.sha256(head + text + schema).digest()


def _decoded(data: bytes) -> str:
    if len(data) > MAX_TEXT:
        raise PolicyLoadError(f"policy is longer than the {MAX_TEXT} bytes allowed")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyLoadError("policy is not utf-8 text") from error


def _parsed(text: str, schema: str) -> tuple[pst.Template, ...]:
    try:
        verdict = cedarpy.validate_policies(text, schema)
        parsed = cedarpy.policies_to_pst(text)
    except ValueError as error:
        raise PolicyLoadError(f"cedar cannot read the policy: {error}") from error
    if not verdict.validation_passed:
        raise PolicyLoadError(f"policy does not fit its schema: {verdict.errors[0]}")
    if parsed.templates or parsed.template_links:
        raise PolicyLoadError("policy has templates; write each rule out")
    templates = tuple(
        sorted(parsed.static_policies.values(), key=lambda each: int(each.id.removeprefix("policy")))
    )
    _check_annotations(templates)
    return templates


def _check_annotations(templates: tuple[pst.Template, ...]) -> None:
    seen: set[str] = set()
    for each in templates:
        name = each.annotations.get("id", "")
        if not name or name in seen:
            raise PolicyLoadError("every rule needs an @id of its own")
        seen.add(name)
        needed = {"id"} | (_OBLIGATIONS if each.effect == "permit" else set())
        if set(each.annotations) != needed:
            raise PolicyLoadError(f"rule `{name}` must carry exactly: {', '.join(sorted(needed))}")
    if not seen:
        raise PolicyLoadError("policy has no rules")


def _obligations(annotations: Mapping[str, str]) -> Obligations:
    minutes = annotations["view_minutes"]
    if not (minutes.isascii() and minutes.isdecimal() and 0 < int(minutes) <= MAX_VIEW_MINUTES):
        raise PolicyLoadError(f"@view_minutes `{minutes}` is not 1 to {MAX_VIEW_MINUTES}")
    return Obligations(
        notice=_choice(NoticeTiming, annotations["notice"]),
        view_seconds=int(minutes) * 60,
        view_from=_choice(ViewFrom, annotations["view_from"]),
        precision=_choice(Precision, annotations["precision"]),
    )


def _choice(kind: type[E], value: str) -> E:
    try:
        return kind(value)
    except ValueError as error:
        raise PolicyLoadError(f"obligation `{value}` is not one of {', '.join(kind)}") from error


def _compare(policy: Policy, text: str, schema: str, dice: Dice, count: int) -> None:
    try:
        oracle = Oracle(text, schema)
        oracle.check(policy, cases(policy.rules, dice, count))
    except ValueError as error:
        raise PolicyLoadError(f"cedar cannot run the policy: {error}") from error
