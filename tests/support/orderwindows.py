"""Windows of people at their desks: whose key is in one, what it asks of servers, and which addresses it shows."""

from __future__ import annotations

import base64
from urllib.parse import unquote

from playwright.sync_api import Page, expect

from tests.support.axe import check_clean
from tests.support.demotown import DemoTown

WIDTHS = (320, 1280)


def clean(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_clean(page, width)


def be(page: Page, town: DemoTown, name: str) -> None:
    """Take a person's demo key into this window."""
    page.goto(f"{town.door}/demo")
    person = page.locator("#people li", has_text=name)
    person.get_by_role("button").click()
    expect(person.get_by_role("status")).not_to_be_empty()


def at_desk(page: Page, town: DemoTown, name: str, desk: str) -> None:
    be(page, town, name)
    page.goto(f"{town.web}{desk}")
    page.wait_for_url(f"{town.web}/desk/sign-in")
    page.get_by_role("button", name="Go on to the door").click()
    page.get_by_role("button", name="Sign with this demo key").click()
    page.wait_for_url(f"{town.web}{desk}")
    expect(page.locator("#opening")).not_to_have_text("One moment…")


def sign_here(page: Page) -> None:
    page.get_by_role("button", name="Sign with this demo key").click()


def heard(page: Page) -> tuple[list[str], list[str]]:
    """Return all that this window asks of servers, and every address that it shows, from now on."""
    asked: list[str] = []
    visited: list[str] = []
    page.on("request", lambda request: asked.append(unquote(request.url) + (request.post_data or "")))
    page.on("framenavigated", lambda frame: visited.append(frame.url))
    return asked, visited


def decoded(url: str) -> str:
    """Return what base64url text behind the # says."""
    text = url.partition("#")[2].removeprefix("door=")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("latin-1") if text else ""
