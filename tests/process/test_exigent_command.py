"""`breakseal exigent show`: what a reviewer reads of a request before calling back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breakseal.cli import main
from breakseal.kernel.model import canonical
from breakseal.keyholder import protocol as p
from tests.support import dangers
from tests.support.dangers import Danger, name_of
from tests.support.world import NUMBER, World


@pytest.fixture
def danger(tmp_path: Path) -> Danger:
    world = World(tmp_path / "kh")
    world.found()
    return Danger(world)


def shown(folder: Path, question: p.Submit | bytes, *more: str) -> int:
    file = folder / "statement.json"
    file.write_bytes(question if isinstance(question, bytes) else question.statements[0])
    return main.run(["exigent", "show", str(file), *more])


def test_a_request_is_shown_with_both_officers_and_its_name(
    danger: Danger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = danger.first()
    assert shown(tmp_path, danger.seconding(first)) == 0
    told = capsys.readouterr().out
    keys = danger.officer.own.key.id, danger.supervisor.own.key.id
    for word in (
        dangers.TEXT, "ends with 0117", "I heard the call myself", name_of(first), "not checked", *keys
    ):  # fmt: skip
        assert word in told
    assert NUMBER not in told
    assert shown(tmp_path, first) == 0
    assert name_of(first) in capsys.readouterr().out


def test_what_reviewers_said_is_shown(
    danger: Danger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = danger.ask()
    assert shown(tmp_path, danger.confirming(name), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["checked"], told["statements"][0]["line"]) == (name, False, dangers.LINE)
    assert shown(tmp_path, danger.reviewing(name, result="not-upheld")) == 0
    said = capsys.readouterr().out
    assert "not-upheld" in said
    assert "the child was found there" in said


def test_anything_else_is_told_in_one_line(
    danger: Danger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = danger.court.lodging(danger.court.order())
    inside = danger.seconding(danger.first(), request=canonical.b64(other.statements[0]))
    for question in (other, inside, b"", b"{}", b"\xff"):
        assert shown(tmp_path, question) == 2
        text = capsys.readouterr().err
        assert text.startswith("breakseal: ")
        assert text.count("\n") == 1
