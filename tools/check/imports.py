"""Which part of Breakseal may import which (ADR 0001); packages need not exist yet for their rule to stand.

Reads static imports, at any depth of a file. The core may not import dynamically either.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.check.source import ROOT, named

SRC = ROOT / "src"
FACES = frozenset(
    {"client", "protocol", "message"}
)  # what another part may know of keyholder, log and courier
INNER_FACE = "messages"  # as much, one folder down: the messages of that folder
PROCESSES = frozenset({"keyholder", "log", "courier"})
CORE = frozenset({"kernel", "keyholder"})
CORE_LIBRARIES = frozenset({"cryptography", "msgspec"})
DYNAMIC = frozenset({"__import__", "import_module"})

_BELOW = frozenset({"kernel"})
_DUTIES = _BELOW | {"faces"}
_PROGRAMMES = _DUTIES | {"rights", "oversight"}
_SURFACES = _PROGRAMMES | {"programmes", "policydesk", "config", "papers"}
_WIRING = _SURFACES | {"web", "callgate", "stores", "rootkeys", "keyholder", "log", "courier", "ambient"}
MAY_IMPORT: dict[str, frozenset[str]] = {
    "kernel": frozenset(),
    "ambient": _BELOW,
    "config": _BELOW,
    "keyholder": _BELOW | {"faces"},
    "log": _BELOW | {"faces"},
    "courier": _BELOW | {"faces"},
    "papers": _BELOW,
    "policydesk": _BELOW,
    "rootkeys": _BELOW | {"ports"},
    "stores": _BELOW | {"faces", "ports"},
    "rights": _DUTIES,
    "oversight": _DUTIES,
    "programmes": _PROGRAMMES,
    "web": _SURFACES,
    "callgate": _SURFACES,
    "client": _BELOW,
    "canary": _BELOW | {"client", "oversight"},
    "tryout": _BELOW | {"client", "oversight", "web"},
    "bootstrap": _WIRING,
    "simulate": _WIRING | {"bootstrap"},
    "demo": _WIRING | {"bootstrap", "simulate", "client", "tryout"},
    "cli": _SURFACES | {"bootstrap", "demo", "simulate", "callgate", "client", "tryout", "canary"},
}


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the dotted name of what is imported, and the line."""

    target: str
    line: int


def programmes() -> frozenset[str]:
    """Return the programmes' packages; a plain module among them is for all."""
    return frozenset(path.name for path in (SRC / "breakseal/programmes").glob("*/"))


def _imports(tree: ast.AST) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from (Import(f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def _allowed(source: list[str], target: list[str]) -> bool:
    """Say whether module `breakseal.<source>` may import `breakseal.<target>`."""
    part, other = source[0], target[0]
    if part == other:
        return _within(source, target)
    rules = MAY_IMPORT.get(part, frozenset())
    if other in rules:
        return True
    if other in PROCESSES and _is_face(target):
        return "faces" in rules
    return "ports" in target[1:] and "ports" in rules


def _within(source: list[str], target: list[str]) -> bool:
    """Say whether two modules of one part may meet: no programme imports another, a face knows only faces."""
    if source[0] == "programmes":
        return len(target) == 1 or target[1] == source[1] or target[1] not in programmes()
    if source[0] in PROCESSES and _is_face(source):
        return _is_face(target)
    return True


def _is_face(parts: list[str]) -> bool:
    """Say whether a module of a process is one that other parts may know."""
    return len(parts) > 1 and (parts[1] in FACES or parts[2:3] == [INNER_FACE])


def _foreign(source: list[str], target: str) -> str | None:
    """Return why the core may not use the library of `target`, if so."""
    library = target.partition(".")[0]
    if source[0] not in CORE or library in sys.stdlib_module_names or library in CORE_LIBRARIES:
        return None
    if library == "cedarpy" and source[:2] == ["kernel", "policy"]:
        return None
    return f"`{library}` is not a library of the core"


def _dynamic(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in DYNAMIC:
                yield node.lineno


def check_text(module: str, text: str) -> list[str]:
    """Return the findings for the source `text` of `module`, such as `breakseal.web.pages`."""
    source = [*module.split(".")[1:], "", ""]
    if source[0] and source[0] not in MAY_IMPORT:
        return [f"{module}: no import rule for `{source[0]}`; add it to tools/check/imports.py"]
    tree = ast.parse(text)
    found = []
    for item in _imports(tree):
        parts = item.target.split(".")
        if parts[0] == "breakseal" and len(parts) > 1 and not _allowed(source, parts[1:]):
            found.append(f"{module}:{item.line}: may not import `{item.target}`")
        elif parts[0] != "breakseal" and (reason := _foreign(source, item.target)):
            found.append(f"{module}:{item.line}: {reason}")
    if source[0] in CORE:
        found += [f"{module}:{line}: the core imports nothing dynamically" for line in _dynamic(tree)]
    return found


def module_of(path: Path) -> str:
    """Return the dotted name of the module at `path` under src."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def check() -> list[str]:
    """Return the findings for the whole package."""
    files = sorted((SRC / "breakseal").rglob("*.py"))
    found = [line for path in files for line in check_text(module_of(path), path.read_text("utf-8"))]
    return found or ([] if files else [f"{named(SRC)}: no package found"])
