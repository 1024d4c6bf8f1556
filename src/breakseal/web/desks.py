"""Which pages the people of each role work at."""

from __future__ import annotations

DESKS = {
    "investigator": ("/orders", "/danger"),
    "police-supervisor": ("/danger",),
    "legal-reviewer": ("/reviews",),
    "duty-reviewer": ("/reviews",),
    "oversight": ("/reviews",),
}
"""The pages of each role that has a desk, the first one first after signing in."""


def roles_of(path: str) -> tuple[str, ...]:
    """Return the roles that have the desk at `path`."""
    return tuple(role for role, paths in DESKS.items() if path in paths)
