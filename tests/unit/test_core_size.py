"""The trusted core stays small enough to read: its size and what it depends on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.check import core, imports


def test_the_core_is_within_its_budget() -> None:
    files = core.core_files()
    total = sum(core.code_lines(path.read_text("utf-8")) for path in files)

    assert files
    assert 0 < total <= core.BUDGET == 7610


def test_the_core_uses_only_its_libraries() -> None:
    findings = [
        line
        for path in core.core_files()
        for line in imports.check_text(imports.module_of(path), path.read_text("utf-8"))
    ]
    assert findings == []


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 0),
        ("# only a comment\n\n", 0),
        ("x = 1  # said\n", 1),
        ('"""One.\n\nTwo.\n"""\n', 0),
        ("f(\n    # why\n    1,\n)\n", 1),
        ("if x:\n    y = 1; z = 2\n", 3),
    ],
)
def test_lines_of_code_are_statements_however_they_are_wrapped(text: str, lines: int) -> None:
    assert core.code_lines(text) == lines


def test_the_doors_pages_are_not_the_core(tmp_path: Path) -> None:
    for name in (
        "kernel/a.py",
        "keyholder/b.py",
        "keyholder/door/c.py",
        "keyholder/door/pages/d.py",
        "web/e.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n", "utf-8")

    assert [path.stem for path in core.core_files(tmp_path)] == ["a", "b", "c"]
