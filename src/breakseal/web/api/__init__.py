"""Interfaces for machines and for the pages' own modules: JSON in, JSON out, problem documents on failure."""

from __future__ import annotations

from litestar import Router

from breakseal.web.api import (
    description,
    devices,
    disclose,
    numbers,
    photos,
    places,
    records,
    sessions,
    statements,
)


def routes() -> list[Router]:
    """Return the routers of all interfaces."""
    parts = (description, sessions, statements, records, disclose, numbers, photos, places, devices)
    return [part.ROUTES for part in parts]
