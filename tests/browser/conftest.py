"""A page of an origin that serves our own browser modules, for the tests that call them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.pages import module_origin


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with module_origin() as origin:
        yield origin


@pytest.fixture
def here(origin: str, page: Page) -> Page:
    page.goto(f"{origin}/blank.html")
    return page
