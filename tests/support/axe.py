"""The accessibility check that browser tests bring into a page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
VIOLATIONS = (
    "async () => (await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 200))])"
)


def check_clean(page: Page, width: int = 320) -> None:
    """Fail on any finding of axe, or where the page is wider than `width` CSS pixels."""
    page.evaluate(AXE)
    found = page.evaluate(VIOLATIONS)
    assert found == [], found
    assert page.evaluate("document.documentElement.scrollWidth") <= width
