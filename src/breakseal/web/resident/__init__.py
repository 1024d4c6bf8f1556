"""The resident's pages."""

from __future__ import annotations

from litestar import Router

from breakseal.web.resident import entrance, ownphone, profile, start, where


def routes() -> list[Router]:
    """Return the routers of all pages of a resident."""
    return [entrance.ROUTES, start.ROUTES, profile.ROUTES, ownphone.ROUTES, where.ROUTES]
