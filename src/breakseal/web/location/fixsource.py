"""`Breakseal-Fix`: which source gave a fix, how old it is, and how wide; CAMARA's bodies have no member for it.

A dictionary of RFC 9651 with one member: `source=carrier;age=12;radius=1410`. The radius is the circle's as it is told,
never finer, and is left out where only yes or no is.
"""

from __future__ import annotations

from breakseal.kernel.model.location import Found

NAME = "breakseal-fix"
SCHEMA = {"type": "string", "pattern": "^source=(carrier|phone);age=[0-9]+(;radius=[0-9]+)?$"}
ABOUT = "which source gave the fix, its age in seconds and its radius in metres (RFC 9651, a dictionary)"


def header(found: Found, now: int) -> dict[str, str]:
    """Return the header for what was found; none where the courier names no source."""
    if not found.source:
        return {}
    radius = "" if found.fix is None else f";radius={max(found.fix.radius, 1)}"
    return {NAME: f"source={found.source};age={max(now - found.at, 0)}{radius}"}
