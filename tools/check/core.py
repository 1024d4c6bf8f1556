"""The core's budget: kernel/ and keyholder/ without the door's pages, at most 7,610 logical lines (ADR 0011)."""

from __future__ import annotations

import ast
from pathlib import Path

from tools.check.source import ROOT

BUDGET = 7610
FOLDERS = ("kernel", "keyholder")
OUTSIDE = ("keyholder/door/pages", "keyholder/door/static")


def code_lines(text: str) -> int:
    """Return how many statements `text` has; docstrings are none. However code is wrapped, it counts the same."""
    statements = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt))
    return sum(1 for node in statements if not _is_docstring(node))


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def core_files(package: Path = ROOT / "src/breakseal") -> list[Path]:
    """Return the Python files that the budget covers."""
    files = (path for folder in FOLDERS for path in sorted((package / folder).rglob("*.py")))
    outside = tuple(package / folder for folder in OUTSIDE)
    return [path for path in files if not any(path.is_relative_to(folder) for folder in outside)]


def check() -> list[str]:
    """Return a finding if the core is over its budget."""
    total = sum(code_lines(path.read_text("utf-8")) for path in core_files())
    if total > BUDGET:
        return [f"the core has {total} logical lines of code, at most {BUDGET}"]
    return []
