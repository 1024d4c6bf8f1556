"""Every purpose and precision of a consent has words wherever a person reads it, in both languages."""

from __future__ import annotations

import pytest

from breakseal.kernel.model.location import CONSENT_PURPOSES, PRECISIONS
from breakseal.keyholder.door.pages import render
from breakseal.web import i18n

WEB = i18n.load_catalogue()
DOOR = render.load_catalogue(render.HERE.parent / "catalogue")


@pytest.mark.parametrize("purpose", CONSENT_PURPOSES)
def test_a_purpose_has_words_at_the_door_on_the_persons_page_and_the_companys(purpose: str) -> None:
    for language in i18n.LANGUAGES:
        assert DOOR[language][f"dpv.{purpose}"]
        assert WEB.t(f"js.place.purpose.{purpose}", language) != purpose
        assert WEB.t(f"roadside.purpose.{purpose}", language)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_precision_has_words_at_the_door_and_on_the_persons_page(precision: str) -> None:
    for language in i18n.LANGUAGES:
        assert DOOR[language][f"precision.{precision}"]
        assert WEB.t(f"js.place.precision.{precision}", language) != precision
