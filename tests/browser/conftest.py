"""What browser tests share: the demo, a person with a passkey, and a page that serves our own browser modules."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import emptied, window
from tests.support.demotown import DemoTown, running_demo
from tests.support.doors import person_with_passkey
from tests.support.pages import module_origin


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoTown]:
    with running_demo(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def person(browser: Browser) -> Iterator[Page]:
    """A browser with a passkey authenticator."""
    with person_with_passkey(browser) as page:
        yield page


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
