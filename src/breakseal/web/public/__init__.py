"""What everybody may read: the notice, the figures, the limits."""

from __future__ import annotations

from litestar import Router

from breakseal.web.public.routes import ROUTES


def routes() -> list[Router]:
    """Return the routers of all public pages."""
    return [ROUTES]
