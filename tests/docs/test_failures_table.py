"""Each failure of the earlier systems has its row, and each proof is a test that exists, a step, or plainly outside."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/security/failures.md"
IDS = [f"F{number:02}" for number in range(1, 57)]
_ROW = re.compile(r"^\| (F\d\d) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
_OTHER = re.compile(r"step [1-6]\b|outside software: .{20,}")


def _rows() -> dict[str, list[str]]:
    found = _ROW.findall(PAGE.read_text("utf-8"))
    assert len({name for name, _ in found}) == len(found), "a row stands twice"
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in found}


@cache
def _tests_of(path: str) -> frozenset[str]:
    """Return the names of the tests in a file that are not skipped."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    functions = (
        node for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
    )
    return frozenset(
        one.name
        for one in functions
        if one.name.startswith("test_")
        and not any("skip" in ast.unparse(mark) for mark in one.decorator_list)
    )


def test_every_failure_has_a_row() -> None:
    assert list(_rows()) == IDS


@pytest.mark.parametrize("failure", IDS)
def test_a_row_has_a_guarantee_a_limit_and_a_proof(failure: str) -> None:
    cells = _rows()[failure]
    assert len(cells) == 4, "what went wrong, what holds, its limit, the proof"
    wrong, holds, limit, proof = cells
    assert wrong
    assert len(limit) > 10
    assert len(holds) > 20
    named = _TEST.findall(proof)
    assert named or _OTHER.match(proof), "name a test, a step, or say `outside software: ...`"
    missing = [f"{path}::{name}" for path, name in named if name not in _tests_of(path)]
    assert not missing
