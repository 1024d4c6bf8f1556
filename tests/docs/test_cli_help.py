"""docs/operate/cli.md is what `--help` says, and the operator's pages name only commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from breakseal.cli.main import cli
from breakseal.cli.manual import render

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = (
    DOCS / "quickstart.md",
    *(DOCS / "operate" / f"{name}.md" for name in ("install", "backup-and-restore", "init", "doctor")),
)
COMMAND = re.compile(r"^ *(?:\.venv/bin/)?breakseal ([a-z][^\n#|`]*)", re.MULTILINE)


def test_the_manual_is_the_help() -> None:
    page = (DOCS / "operate" / "cli.md").read_text("utf-8")
    assert page == render(), "run: python -m breakseal.cli.manual > docs/operate/cli.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_on_a_page_exists(page: Path) -> None:
    found = COMMAND.findall(page.read_text("utf-8"))
    assert found
    for words in found:
        check_command(words.split())


def check_command(words: list[str]) -> None:
    command: click.Command = cli
    rest = list(words)
    while isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), rest.pop(0))
        assert inner is not None, words
        command = inner
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word.partition("=")[0] for word in rest if word.startswith("--")} <= known, words


def test_doctor_s_page_names_every_finding() -> None:
    folder = DOCS.parent / "src/breakseal/bootstrap"
    source = "".join((folder / f"{name}.py").read_text("utf-8") for name in ("standing", "suspended"))
    ids = set(re.findall(r"Missing\(\s*\"([a-z-]+)\"", source))
    listed = set(
        re.findall(r"^\| `([a-z-]+)` \|", (DOCS / "operate/doctor.md").read_text("utf-8"), re.MULTILINE)
    )
    assert ids == listed
    assert len(ids) >= 12
