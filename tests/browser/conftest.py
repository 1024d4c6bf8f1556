"""A page of an origin that serves our own browser modules, for the tests that call them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import emptied, window
from tests.support.pages import module_origin


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with module_origin() as origin:
        yield origin


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    with window(browser) as page:
        yield page


@pytest.fixture
def here(origin: str, blank: Page) -> Iterator[Page]:
    blank.goto(f"{origin}/blank.html")
    yield blank
    emptied(blank, f"{origin}/blank.html")
