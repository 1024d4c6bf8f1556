"""An officer's browser: takes the demo key at the door, starts a shift at a position, listens at the board."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.support.stage import Stage


def begin_shift(browser: Browser, stage: Stage, who: str, position: str, **view: object) -> Page:
    """Return the page of a fresh browser in which `who` has started a shift at `position`, by the real door."""
    page = browser.new_context(**view).new_page()  # type: ignore[arg-type] # playwright's own names
    page.goto(f"{stage.door}/demo")
    page.locator("#people li", has_text=who.title()).get_by_role("button").click()
    expect(page.locator("#people li", has_text=who.title()).get_by_role("status")).not_to_be_empty()
    sign_in(page, stage, position)
    return page


def sign_in(page: Page, stage: Stage, position: str) -> None:
    """Start a shift with the key that is in this browser."""
    page.goto(f"{stage.web}/board/sign-in")
    page.get_by_label("Your position").fill(position)
    page.get_by_role("button", name="Go on to the door").click()
    page.get_by_role("button", name="Sign with this demo key").click()
    page.wait_for_url(f"{stage.web}/board")
    expect(
        page.get_by_role("heading", name="Waiting for a call").or_(page.locator("#call-heading")).first
    ).to_be_visible()
