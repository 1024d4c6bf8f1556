"""From Cedar's typed syntax tree to our rules: an allow-list of nodes; anything else refuses.

The tree is the one that cedarpy parsed (`cedarpy.pst`); nothing here reads policy text itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cedarpy import pst

from breakseal.kernel.policy.conditions import (
    AtMost,
    Both,
    Condition,
    Holds,
    OneOf,
    conjuncts,
    either,
    negate,
)
from breakseal.kernel.policy.errors import PolicyLoadError
from breakseal.kernel.policy.request import NUMBER_FACTS, SCOPE_FACTS, TRUTH_FACTS, WORD_FACTS
from breakseal.kernel.policy.words import Category, Programme

VARIABLES = {"principal": "role", "action": "purpose", "resource": "category"}
ENTITY_TYPES = {
    "role": "Role",
    "purpose": "Action",
    "category": "Category",
    "basis": "Basis",
    "organisation": "Organisation",
    "session_kind": "SessionKind",
}
_ORDERINGS = {"less_eq": (0, True), "less": (-1, True), "greater": (0, False), "greater_eq": (-1, False)}


@dataclass(frozen=True, slots=True)
class Rule:
    """One policy of the text: its id, effect, and the conditions that must all hold."""

    id: str
    permits: bool
    conditions: tuple[Condition, ...]


def rule_of(template: pst.Template) -> Rule:
    """Return the rule that `template` states.

    Raises:
        PolicyLoadError: it uses anything outside the accepted subset.
    """
    found: list[Condition] = [
        *_entity_scope("role", template.principal),
        *_action_scope(template.action),
        *_entity_scope("category", template.resource),
    ]
    for clause in template.clauses:
        condition = _condition(clause.expr)
        found.extend(conjuncts(condition if isinstance(clause, pst.When) else negate(condition)))
    return Rule(template.annotations["id"], template.effect == "permit", tuple(found))


def _entity_scope(fact: str, scope: pst.PrincipalOrResourceConstraint) -> list[Condition]:
    match scope:
        case pst.ScopeAny():
            return []
        case pst.ScopeEq(pst.EntityUid() as uid):
            return [_one(fact, uid)]
        case pst.ScopeIn(pst.EntityUid() as uid):
            return [_within(fact, uid)]
        case _:
            raise _unknown(scope)


def _action_scope(scope: pst.ActionConstraint) -> list[Condition]:
    match scope:
        case pst.ScopeAny():
            return []
        case pst.ActionEq(uid):
            return [_one("purpose", uid)]
        case pst.ActionIn(uids):
            return [OneOf("purpose", frozenset(_word("purpose", uid) for uid in uids))]
        case _:
            raise _unknown(scope)


def _condition(expr: pst.Expr) -> Condition:
    match expr:
        case pst.GetAttr(pst.Var("context"), name) if name in TRUTH_FACTS:
            return Holds(name)
        case pst.UnaryOp("not", inner):
            return negate(_condition(inner))
        case pst.BinaryOp("and", left, right):
            return Both((_condition(left), _condition(right)))
        case pst.BinaryOp("or", left, right):
            return either(_condition(left), _condition(right))
        case _:
            return _comparison(expr)


def _comparison(expr: pst.Expr) -> Condition:
    match expr:
        case pst.BinaryOp("eq" | "not_eq" as op, left, pst.EntityLit(uid)):
            equal = _one(_fact(left), uid)
            return equal if op == "eq" else negate(equal)
        case pst.BinaryOp("in", left, pst.EntityLit(uid)):
            return _within(_fact(left), uid)
        case pst.BinaryOp("contains", pst.Set(elements), right):
            return _member(_fact(right), elements)
        case pst.BinaryOp(op, pst.GetAttr(pst.Var("context"), name), pst.LongLit(limit)):
            return _ordering(op, name, limit)
        case _:
            raise _unknown(expr)


def _fact(expr: pst.Expr) -> str:
    match expr:
        case pst.Var(name) if name in VARIABLES:
            return VARIABLES[name]
        case pst.GetAttr(pst.Var("context"), name) if name in WORD_FACTS and name not in SCOPE_FACTS:
            return name
        case _:
            raise _unknown(expr)


def _ordering(op: str, name: str, limit: int) -> Condition:
    if op not in _ORDERINGS or name not in NUMBER_FACTS:
        raise PolicyLoadError(f"policy compares `{name}` by `{op}`, which is not accepted")
    shift, wanted = _ORDERINGS[op]
    return AtMost(name, limit + shift, wanted)


def _member(fact: str, elements: tuple[pst.Expr, ...]) -> Condition:
    words: set[StrEnum] = set()
    for element in elements:
        if not isinstance(element, pst.EntityLit):
            raise _unknown(element)
        words.add(_word(fact, element.value))
    if not words:
        raise PolicyLoadError("policy has an empty set; name at least one word")
    return OneOf(fact, frozenset(words))


def _one(fact: str, uid: pst.EntityUid) -> Condition:
    return OneOf(fact, frozenset({_word(fact, uid)}))


def _within(fact: str, uid: pst.EntityUid) -> Condition:
    if fact != "category" or str(uid.type) != "Programme":
        raise PolicyLoadError("policy uses `in` for something other than a category's programme")
    members = frozenset(each for each in Category if each.programme == uid.id)
    if not members or uid.id not in tuple(Programme):
        raise PolicyLoadError(f"policy names the unknown programme `{uid.id}`")
    return OneOf("category", members)


def _word(fact: str, uid: pst.EntityUid) -> StrEnum:
    if str(uid.type) != ENTITY_TYPES[fact]:
        raise PolicyLoadError(f"policy compares {fact} with a {uid.type}")
    try:
        return WORD_FACTS[fact](uid.id)
    except ValueError as error:
        raise PolicyLoadError(f"policy names the unknown {fact} `{uid.id}`") from error


def _unknown(node: object) -> PolicyLoadError:
    return PolicyLoadError(f"policy uses a construct that is not accepted: {type(node).__name__}")
