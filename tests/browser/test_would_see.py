"""The browser works out the same circle as the courier: what a person is shown is what would be told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from breakseal.courier.location.precision import coarsen
from breakseal.kernel.model.location import PRECISIONS, Fix
from tests.support.static import serving

STATIC = Path(__file__).parents[2] / "src/breakseal/web/static"
PLACES = [
    (round(-85 + 170 * (at * 0.618034 % 1), 6), round(-180 + 360 * (at * 0.754878 % 1), 6))
    for at in range(120)
]
"""All over the globe; the same each time."""


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    root = tmp_path_factory.mktemp("static")
    (root / "static").symlink_to(STATIC)
    (root / "vendor").symlink_to(STATIC / "vendor")
    (root / "blank.html").write_text("<!doctype html><html lang=en><title>blank</title>", "utf-8")
    with serving(root) as origin:
        yield origin


@pytest.mark.parametrize("radius", [12, 2_345])
def test_browser_and_courier_make_the_same_circle_of_a_place(page: Page, origin: str, radius: int) -> None:
    page.goto(f"{origin}/blank.html")
    made = page.evaluate(
        """async ([places, radius, precisions]) => {
          const { coarsen } = await import("/static/js/coarse.js");
          return places.map(([lat, lon]) => precisions.map((one) => coarsen({ lat, lon, radius }, one)));
        }""",
        [PLACES, radius, list(PRECISIONS)],
    )
    for (lat, lon), circles in zip(PLACES, made, strict=True):
        for precision, circle in zip(PRECISIONS, circles, strict=True):
            fix = Fix(lat=round(lat * 1e6), lon=round(lon * 1e6), radius=radius, at=1)
            ours = coarsen(fix, precision)
            theirs = (round(circle["lat"] * 1e6), round(circle["lon"] * 1e6), circle["radius"])
            assert theirs == (ours.lat, ours.lon, ours.radius), (lat, lon, precision)
