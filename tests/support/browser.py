"""A headless Chromium, the machine's own, that asks nobody on the network for anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

# A window of Chromium draws suggestions of its address bar in pages of their own: half of what a new window costs, and
# no test looks at them. The last switch of this name counts, so what Playwright turns off is said again.
FEATURES_OFF = (
    "AimEnabled,AvoidCorsURLLoaderRestartOnRedirect,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsFirstBalancedModeAutoEnable,HttpsUpgrades,LensOverlay,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,ThirdPartyStoragePartitioning,"
    "WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup"
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={FEATURES_OFF}",
]


def chromium_path() -> str:
    """Return the path of Chromium: `CHROMIUM` of the environment, or the Debian package's."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        message = "no chromium found; `make setup` installs it, or set CHROMIUM to its path"
        raise RuntimeError(message)
    return path


@contextmanager
def launched() -> Iterator[Browser]:
    """Yield a running browser and close it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def window(browser: Browser, **view: object) -> Iterator[Page]:
    """Yield a window for all tests that only look at pages or call modules; one for each costs more than they do."""
    context = browser.new_context(**view)  # type: ignore[arg-type] # playwright's own names
    yield context.new_page()
    context.close()


@contextmanager
def windows_of_their_own(browser: Browser, many: int, **view: object) -> Iterator[list[Page]]:
    """Yield the windows of `many` people; a page's error fails the test.

    The content policy is off only so that axe can be brought in.
    """
    contexts = [
        browser.new_context(bypass_csp=True, locale="en-US", **view)  # type: ignore[arg-type] # playwright's own names
        for _ in range(many)
    ]
    opened = [context.new_page() for context in contexts]
    for page in opened:
        page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield opened
    for context in contexts:
        context.close()


def emptied(page: Page, still: str) -> None:
    """Leave nothing that the next test could find; `still` is an address of the pages' origin that runs no program.

    To leave the origin would end the window's process, and a new one costs as much as the test.
    """
    page.goto(still)
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    origin = page.evaluate("location.origin")
    session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()
