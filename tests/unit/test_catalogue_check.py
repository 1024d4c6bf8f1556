"""The catalogue check finds each way in which a message can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check import catalogue

GOOD = {"en": "{count} looks", "es": "{count} consultas"}


def uses(*texts: str) -> catalogue.Uses:
    found = catalogue.Uses()
    for text in texts:
        found.read("page.html", text)
    return found


def test_the_repository_keeps_the_rules() -> None:
    assert catalogue.check() == []


@pytest.mark.parametrize(
    "value",
    [
        {"en": "one"},
        {"en": "one", "es": "uno", "fr": "un"},
        {"en": "one", "es": " "},
        {"en": "one", "es": 1},
        {"en": "{count} looks", "es": "{cuenta} consultas"},
        {"en": "{count", "es": "{count}"},
        "one",
    ],
)
def test_a_bad_message_is_found(value: object) -> None:
    assert len(catalogue.message("key", value)) == 1


def test_a_good_message_passes() -> None:
    assert catalogue.message("key", GOOD) == []


@pytest.mark.parametrize(
    "text", ['{{ t("a.b") }}', "t('a.b', count=2)", '${t("a.b")}', 'x = t(\n    "a.b",\n)']
)
def test_a_use_is_seen_in_every_kind_of_file(text: str) -> None:
    assert catalogue.compare({"a.b": GOOD}, uses(text)) == []


@pytest.mark.parametrize("text", ['format("a.b")', '$t("a.b")', "nothing"])
def test_an_unused_message_is_found(text: str) -> None:
    assert catalogue.compare({"a.b": GOOD}, uses(text)) == ["`a.b` is not used"]


def test_a_missing_message_is_found_with_its_place() -> None:
    assert catalogue.compare({}, uses('\n\n{{ t("a.b") }}')) == ["page.html:3: no message `a.b`"]


def test_a_prefix_uses_all_its_messages_and_must_have_one() -> None:
    assert catalogue.compare({"role.a": GOOD, "role.b": GOOD}, uses('t("role." ~ role)')) == []
    assert catalogue.compare({}, uses('t("role." + role)')) == ["page.html:1: no message starts with `role.`"]


def test_a_key_in_two_files_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "named", lambda path: path.name)
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('["a.b"]\nen = "one"\nes = "uno"\n', "utf-8")

    messages, found = catalogue.load(sorted(tmp_path.iterdir()))

    assert list(messages) == ["a.b"]
    assert found == ["b.toml: `a.b` stands in two files"]
