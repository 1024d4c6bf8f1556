"""Words of the pages: both languages, the reader's choice, and what stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from litestar.testing import RequestFactory

from breakseal.kernel.errors import ConfigError
from breakseal.web.i18n import LANGUAGES, Choice, choose, load_catalogue
from breakseal.web.pages import _block
from breakseal.web.problems import STATUS


@pytest.mark.parametrize(
    ("query", "header", "wanted"),
    [
        ({}, "", Choice("en", explicit=False)),
        ({}, "es-MX,es;q=0.9,en;q=0.8", Choice("es", explicit=False)),
        ({}, "fr,en;q=0.7,es;q=0.9", Choice("es", explicit=False)),
        ({}, "de-DE", Choice("en", explicit=False)),
        ({}, "es;q=oops", Choice("en", explicit=False)),
        ({"lang": "es"}, "en", Choice("es", explicit=True)),
        ({"lang": "xx"}, "es", Choice("es", explicit=False)),
    ],
)
def test_the_reader_chooses(query: dict[str, str], header: str, wanted: Choice) -> None:
    request = RequestFactory().get("/", query_params=query, headers={"accept-language": header})
    assert choose(request) == wanted


def test_every_reason_of_ours_has_a_title() -> None:
    catalogue = load_catalogue()
    for kind in STATUS:
        assert catalogue.has(f"problem.{kind.reason}"), kind.reason


def test_every_message_differs_between_the_languages_or_is_short() -> None:
    catalogue = load_catalogue()
    alike = [
        name for name in catalogue.ids() if len({catalogue.t(name, language) for language in LANGUAGES}) == 1
        and len(catalogue.t(name, "en")) > 12 and "{" not in catalogue.t(name, "en")
    ]  # fmt: skip
    assert alike == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('["a"]\nen = "x"\n', "needs exactly"),
        ('["a"]\nen = "x"\nes = "y"\nfr = "z"\n', "needs exactly"),
        ('["a"\n', "cannot be read"),
    ],
)
def test_a_bad_catalogue_stops_the_start(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ConfigError, match=why):
        load_catalogue(tmp_path)


def test_a_message_defined_twice_stops_the_start(tmp_path: Path) -> None:
    for name in ("x", "y"):
        (tmp_path / f"{name}.toml").write_text('[a.b]\nen = "x"\nes = "y"\n')
    with pytest.raises(ConfigError, match="twice"):
        load_catalogue(tmp_path)


def test_an_unknown_message_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no message"):
        load_catalogue().t("nothing.here", "en")


def test_data_for_a_page_cannot_end_its_block() -> None:
    text = str(_block({"x": "</script><!-- & -->"}))
    assert not any(character in text for character in "<>&")
