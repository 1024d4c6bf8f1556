"""The profile asks only what helps a call, in words of both languages (F16, F45)."""

from __future__ import annotations

import re

import pytest

from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.programmes.emergency.fields import SECTIONS, Field, Section, section_of
from breakseal.programmes.emergency.manifest import MANIFEST
from breakseal.web.i18n import LANGUAGES, load_catalogue

CATALOGUE = load_catalogue()
REFUSED = re.compile(
    r"ssn|social.?security|icd|diagnos|infect|covid|hiv|vaccin|immigr|citizen|visa|relig|relgi|race|ethnic|"
    r"pregnan|gender|politic|union|income|insur|arrest|crim|suspic|voice|finger|face|plate|vehicle|employer",
    re.IGNORECASE,
)
FIELDS = [(section, field) for section in SECTIONS for field in section.fields]


def test_each_category_has_one_step() -> None:
    assert sorted(section.category for section in SECTIONS) == sorted(EMERGENCY_CATEGORIES)
    assert set(MANIFEST.categories) == set(EMERGENCY_CATEGORIES)
    assert section_of("medical") is not None
    assert section_of("nothing") is None


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_no_field_for_what_a_call_does_not_need(section: Section, field: Field) -> None:
    words = [field.key, *field.choices, CATALOGUE.t(section.label(field), "en")]
    words += [CATALOGUE.t(f"{section.label(field)}.help", "en")] if field.helps else []
    assert [word for word in words if REFUSED.search(word)] == []


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_each_field_has_its_words(section: Section, field: Field) -> None:
    label = section.label(field)
    ids = [label, *(f"{label}.choice.{choice}" for choice in field.choices)]
    ids += [f"{label}.help"] if field.helps else []
    assert all(CATALOGUE.t(name, language) for name in ids for language in LANGUAGES)
    assert (field.kind in ("choice", "choices")) is bool(field.choices)
    assert field.max_length <= 500 or field.kind == "image"


@pytest.mark.parametrize("section", SECTIONS)
def test_each_step_has_its_words(section: Section) -> None:
    ids = [f"step.{section.step}.title", f"step.{section.step}.intro", f"category.{section.category}"]
    ids += [f"step.{section.step}.{name}" for name in ("one", "add") if section.items]
    assert all(CATALOGUE.t(name, language) for name in ids for language in LANGUAGES)
    keys = [field.key for field in section.fields]
    assert len(set(keys)) == len(keys)
