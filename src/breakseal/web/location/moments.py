"""Times as CAMARA writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(at: int) -> str:
    """Return Unix second `at` as RFC 3339 has it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
