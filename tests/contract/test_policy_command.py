"""`breakseal policy notice|explain`, run in this process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from breakseal.cli.main import run


def test_notice_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "notice"]) == 0
    assert "enforce immigration law" in capsys.readouterr().out
    assert run(["policy", "notice", "--lang", "es", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["language"] == "es"


def test_explain_names_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", "minutes_since_end=46"]) == 0
    assert "the call ended 46 minutes ago" in capsys.readouterr().out
    assert run(["policy", "explain", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["allowed"] is True


@pytest.mark.parametrize("fact", ["weather=yes", "granted=maybe", "minutes_since_end=soon", "granted"])
def test_explain_refuses_a_fact_it_does_not_know(fact: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "explain", fact]) == 2
    assert "breakseal: " in capsys.readouterr().err


def test_notice_of_another_text_that_does_not_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "wide.cedar").write_text("permit (principal, action, resource);")
    assert run(["policy", "notice", "--text", str(tmp_path / "wide.cedar")]) == 2
    assert "@id" in capsys.readouterr().err
