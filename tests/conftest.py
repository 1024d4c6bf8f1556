"""Fixtures for every folder of tests; keep few."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browser import launched
from tests.support.doors import RunningDoor, running_door

WITH_BROWSERS = ("tests/browser/", "tests/attack/")
"""Where `bin/test` looks for what drives a browser."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser: its event loop stays in the process, so such tests run apart (`bin/test`)."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) or "tests/browser" in item.nodeid:
            if not item.nodeid.startswith(WITH_BROWSERS):
                raise pytest.UsageError(f"{item.nodeid} drives a browser: put it into {WITH_BROWSERS[0]}")
            item.add_marker(pytest.mark.in_browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser with nothing in it: no keys, no cookies."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDoor]:
    with running_door(tmp_path_factory.mktemp("door")) as door:
        yield door
