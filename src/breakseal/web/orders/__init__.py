"""The desks of officers who look under an order, and of reviewers outside the agency. They carry and decide nothing."""

from __future__ import annotations

from litestar import Router

from breakseal.web.orders import looks, pages, papers


def routes() -> list[Router]:
    """Return the desks' pages and interfaces."""
    return [pages.ROUTES, Router(path="/api", route_handlers=[looks.look, papers.check, papers.take_out])]
