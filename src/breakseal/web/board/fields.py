"""What the board shows where: the ten-second view, the registered address, and the tabs behind them.

Which fields exist is the programme's (`programmes/emergency/fields.py`); here is only their order on the screen.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from breakseal.programmes.emergency.fields import (
    CONTACTS,
    HOME,
    LANGUAGES,
    MEDICAL,
    PHONES,
    PHOTO,
    WHO,
    Field,
    Section,
)

Words = Callable[[str], str]


class ShownField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field with its words. `name` is its place in the record; a list has `parts`, of which `head` come first."""

    category: str = ""
    name: str
    label: str
    kind: str
    choices: dict[str, str] = {}
    parts: tuple[ShownField, ...] = ()
    unlike: dict[str, str] = {}


class ShownGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A card of the ten-second view, or a tab."""

    id: str
    title: str
    fields: tuple[ShownField, ...]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The whole screen."""

    first: tuple[ShownGroup, ...]
    address: ShownGroup
    tabs: tuple[ShownGroup, ...]


FIRST: tuple[tuple[str, tuple[tuple[Section, tuple[str, ...]], ...]], ...] = (
    ("medical", ((MEDICAL, ("person", "allergies", "conditions", "devices", "mobility", "communication")),)),
    ("entry", ((HOME, ("entry", "gate_code", "hazards", "pets")),)),
    ("people", ((WHO, ("name", "birth_year")),)),
    ("languages", ((LANGUAGES, ("first", "other", "interpreter")), (PHONES, ("number", "reach")))),
)
TABS: tuple[tuple[str, tuple[Section, ...]], ...] = (
    ("health", (MEDICAL,)),
    ("home", (HOME,)),
    ("household", (WHO, PHOTO)),
    ("contacts", (CONTACTS, PHONES)),
    ("speech", (LANGUAGES,)),
)
SHORT = frozenset({
    "home.entry", "home.gate_code", "home.hazards", "languages.first", "languages.other", "languages.interpreter",
    "phones.reach", "phones.person", "phones.title", "contacts.relation", "who.title", "medical.notes",
    "who.calming", "home.finding", "home.sleeping", "home.utilities",
})  # fmt: skip
"""Fields whose question to the resident is too long for a label here; their short labels are the board's own."""

ORDINARY = {PHONES.step: {"reach": "call"}}
"""In the ten-second view a phone is worth a line only where calling it back is not the way."""


def layout(t: Words) -> Layout:
    """Return the screen in one language; `t` gives the words of a message id."""
    first = tuple(
        ShownGroup(
            id=name,
            title=t("board.first." + name),
            fields=tuple(shown for section, keys in parts for shown in _shown(section, keys, t, first=True)),
        )
        for name, parts in FIRST
    )
    tabs = tuple(
        ShownGroup(
            id=name,
            title=t("board.tab." + name),
            fields=tuple(shown for section in sections for shown in _shown(section, _all(section), t)),
        )
        for name, sections in TABS
    )
    address = ShownGroup(id="address", title="", fields=tuple(_shown(HOME, ("address",), t)))
    return Layout(first=first, address=address, tabs=tabs)


def _all(section: Section) -> tuple[str, ...]:
    return tuple(field.key for field in section.fields)


def _shown(section: Section, keys: tuple[str, ...], t: Words, *, first: bool = False) -> list[ShownField]:
    known = {field.key: field for field in section.fields}
    fields = tuple(_field(section, known[key], t) for key in keys)
    if not section.items:
        return [msgspec.structs.replace(field, category=section.category) for field in fields]
    whole = ShownField(
        category=section.category,
        name=section.items,
        label=_label(f"{section.step}.title", f"step.{section.step}.title", t),
        kind="items",
        parts=fields,
        unlike=ORDINARY.get(section.step, {}) if first else {},
    )
    return [whole]


def _field(section: Section, field: Field, t: Words) -> ShownField:
    label = section.label(field)
    choices = {choice: t(f"{label}.choice.{choice}") for choice in field.choices}
    short = _label(f"{section.step}.{field.key}", label, t)
    return ShownField(name=field.key, label=short, kind=field.kind, choices=choices)


def _label(name: str, usual: str, t: Words) -> str:
    return t("board.label." + name) if name in SHORT else t(usual)
