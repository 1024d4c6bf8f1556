"""A headless Chromium, the machine's own, that asks nobody on the network for anything."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
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
