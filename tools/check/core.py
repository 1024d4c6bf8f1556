"""The core's budget: kernel/ and keyholder/ without the door's pages, at most 5,000 lines of code."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

from tools.check.source import ROOT

BUDGET = 5000
FOLDERS = ("kernel", "keyholder")
OUTSIDE = ("keyholder/door/pages", "keyholder/door/static")
_SILENT = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
)


def code_lines(text: str) -> int:
    """Return how many lines of `text` are neither blank nor only a comment; docstrings count."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _SILENT and token.string:
            lines.update(range(token.start[0], token.end[0] + 1))
    rows = text.splitlines()
    return sum(1 for line in lines if rows[line - 1].strip())


def core_files(package: Path = ROOT / "src/breakseal") -> list[Path]:
    """Return the Python files that the budget covers."""
    files = (path for folder in FOLDERS for path in sorted((package / folder).rglob("*.py")))
    outside = tuple(package / folder for folder in OUTSIDE)
    return [path for path in files if not any(path.is_relative_to(folder) for folder in outside)]


def check() -> list[str]:
    """Return a finding if the core is over its budget."""
    total = sum(code_lines(path.read_text("utf-8")) for path in core_files())
    if total > BUDGET:
        return [f"the core has {total} lines of code, at most {BUDGET}"]
    return []
