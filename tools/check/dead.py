"""Dead code by vulture, over the package, its tests, tools and benches."""

from __future__ import annotations

from pathlib import Path

from vulture import Vulture

from tools.check.source import ROOT, named

FOLDERS = ("src", "tests", "tools", "bench")
CERTAIN = 100

# What a library calls by decorator or by name, so that no call is seen.
DECORATORS = [
    "@*.command*", "@*.group*", "@click.*", "@get*", "@post*", "@put*", "@patch*", "@delete*", "@websocket*",
    "@pytest.*", "@given*", "@rule*", "@invariant*", "@initialize*", "@precondition*",
]  # fmt: skip
NAMES = ["pytest_*", "test_*", "Test*", "__getattr__"]

# Fields of wire structs and dataclasses are read by msgspec and as a whole, which vulture cannot see;
# an unused local variable is ruff's to find.
SILENT = frozenset({"variable", "attribute"})

ALLOWED: dict[str, str] = {
    "connection_made": "asyncio calls it (asyncio.Protocol)",
    "data_received": "asyncio calls it (asyncio.Protocol)",
    "connection_lost": "asyncio calls it (asyncio.Protocol)",
    "exc": "a parameter of asyncio.Protocol.connection_lost",
    "do_GET": "http.server calls it",
    "do_POST": "http.server calls it",
    "handle_one_request": "http.server calls it",
    "handle_RCPT": "aiosmtpd calls it",
    "handle_DATA": "aiosmtpd calls it",
    "teardown": "hypothesis calls it (RuleBasedStateMachine)",
    "log_message": "http.server calls it, in tests/support/static.py",
}


def check() -> list[str]:
    """Return what nothing uses."""
    vulture = Vulture(ignore_names=NAMES, ignore_decorators=DECORATORS)
    vulture.scavenge([str(ROOT / name) for name in FOLDERS if (ROOT / name).is_dir()])
    items = vulture.get_unused_code(min_confidence=60)
    return [
        f"{named(Path(item.filename).resolve())}:{item.first_lineno}: unused {item.typ} `{item.name}`"
        for item in items
        if item.name not in ALLOWED and not (item.typ in SILENT and item.confidence < CERTAIN)
    ]
