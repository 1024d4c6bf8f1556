"""The demo's telephone page, as a test uses it: its list moves while texts come in."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PageTimeoutError

from tests.support.demotown import DemoTown

PATIENCE = 30.0


def questions(page: Page, town: DemoTown) -> int:
    """Return how many questions came to all phones so far."""
    state: dict[str, Any] = json.loads(page.request.get(f"{town.phone}/api/state").body())
    return sum("YES " in message["text"] for message in state["messages"])


def wait_for_question(page: Page, town: DemoTown, before: int) -> None:
    """Wait until there is one more than `before`: an older one has a box too, and its code is over."""
    deadline = time.monotonic() + PATIENCE
    while questions(page, town) <= before:
        assert time.monotonic() < deadline, "no question came"
        page.wait_for_timeout(100)


def text_back(page: Page, number: str, words: str) -> None:
    """Type `words` into the box of a phone and send them; a text that comes meanwhile hides the box before it."""
    form = page.locator("#messages form:visible", has_text=f"Answer from {number}").first
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            form.get_by_role("textbox").fill(words, timeout=2_000)
            break
        except PageTimeoutError:
            assert time.monotonic() < deadline, "there is no box to type into"
    form.get_by_role("button", name="Send").click()
