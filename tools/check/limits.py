"""Sizes and names: files <= 400 lines, functions <= 40 without docstring, nesting <= 3, no grab-bag modules."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.check.source import named, tracked

FILE_LINES = 400
FUNCTION_LINES = 40
NESTING = 3
GRAB_BAGS = frozenset(
    {"utils", "util", "manager", "managers", "helper", "helpers", "common", "ledger", "misc"}
)
CODE = frozenset({".py", ".mjs", ".js", ".css", ".html", ".sql", ".cedar"})

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def _length(function: Function) -> int:
    """Return the lines from `def` to the end, without the docstring's."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def _is_elif(parent: ast.AST, child: ast.AST) -> bool:
    """Tell `elif` from an `if` alone under `else`: both are one node, in another column."""
    if not (isinstance(parent, ast.If) and isinstance(child, ast.If)):
        return False
    return parent.orelse == [child] and parent.col_offset == child.col_offset


def _depth(node: ast.AST) -> int:
    """Return how many blocks stand within one another under `node`, not counting inner functions."""
    deepest = 0
    for child in ast.iter_child_nodes(node):
        if isinstance(child, SCOPES):
            continue
        own = isinstance(child, BLOCKS) and not _is_elif(node, child)
        deepest = max(deepest, own + _depth(child))
    return deepest


def _functions(text: str) -> Iterator[Function]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            yield node


def check_text(name: str, text: str) -> list[str]:
    """Return the findings for one file of code called `name`."""
    found = []
    if (lines := text.count("\n")) > FILE_LINES:
        found.append(f"{name}: {lines} lines, at most {FILE_LINES}; split it by noun")
    if Path(name).stem in GRAB_BAGS:
        found.append(f"{name}: a grab-bag name; name the module after the noun that it holds")
    if not name.endswith(".py"):
        return found
    for function in _functions(text):
        where = f"{name}:{function.lineno}: `{function.name}`"
        if (length := _length(function)) > FUNCTION_LINES:
            found.append(f"{where} has {length} lines, at most {FUNCTION_LINES}")
        if (depth := _depth(function)) > NESTING:
            found.append(f"{where} nests {depth} deep, at most {NESTING}")
    return found


def check() -> list[str]:
    """Return the findings for all code in the repository."""
    files = (path for path in tracked() if path.suffix in CODE)
    return [line for path in files for line in check_text(named(path), path.read_text("utf-8"))]
