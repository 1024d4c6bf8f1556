"""What the resident's pages say of a mistyped place and of a single key, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_resident_pages import at_door, clean
from tests.support.demotown import DemoTown
from tests.support.doors import SMALL, person_with_passkey


@pytest.fixture
def person(browser: Browser) -> Iterator[Page]:
    """A small phone with a passkey."""
    with person_with_passkey(browser, viewport=SMALL) as page:
        yield page


@pytest.fixture
def resident(person: Page, town: DemoTown) -> Page:
    """The same phone after signing up."""
    person.goto(f"{town.web}/new")
    person.locator("#go").click()
    at_door(person, town, "/profile/who")
    return person


def test_a_mistyped_county_is_found_by_the_name_that_is_meant(person: Page, town: DemoTown) -> None:
    person.goto(f"{town.web}/start")
    person.locator("summary", has_text="By state and county").click()
    person.select_option("#state", "OR")
    person.fill("#county", "Lain")
    person.locator("form", has=person.locator("#county")).get_by_role("button", name="Check").click()
    expect(person.locator("#county-fault")).to_contain_text("We do not know a county of this name")
    expect(person.locator("#county")).to_have_attribute("aria-invalid", "true")
    expect(person.locator("#county")).to_have_value("Lain")
    clean(person)
    person.get_by_role("button", name="Lane, OR").click()
    expect(person.locator("h1")).to_have_text("Yes, it works here")


def test_a_zip_code_that_is_none_is_said_at_its_field_and_the_list_is_another_way(
    person: Page, town: DemoTown
) -> None:
    person.goto(f"{town.web}/start")
    person.fill("#zip", "00000")
    person.locator("#zip-form button[type=submit]").click()
    expect(person.locator("#zip-fault")).to_contain_text("We do not know this ZIP code")
    clean(person)
    person.select_option("#state", "OR")
    person.locator("form", has=person.locator("#county")).get_by_role("button", name="Check").click()
    person.select_option("#listed", "Lane")
    clean(person)
    person.get_by_role("button", name="Check this county").click()
    expect(person.locator("h1")).to_have_text("Yes, it works here")


def test_turning_on_says_what_of_a_place_it_did_not_understand(resident: Page, town: DemoTown) -> None:
    page = resident
    page.goto(f"{town.web}/turn-on")
    page.locator("label[for=w-places]").click()
    page.fill("#place", "Lain, OR")
    page.locator("#add-place").click()
    expect(page.locator("#place-state")).to_contain_text("We do not know a county of this name")
    expect(page.locator("#place")).to_have_attribute("aria-invalid", "true")
    clean(page)
    page.locator("#place-near").get_by_role("button", name="Lane, OR").click()
    expect(page.locator("#place-list")).to_contain_text("Lane, OR")
    expect(page.locator("#place-near")).to_be_hidden()
    expect(page.locator("#place-state")).to_be_empty()
    page.locator("#place-pick summary").click()
    page.select_option("#pick-state", "OR")
    page.select_option("#pick-county", label="Linn, OR")
    clean(page)
    page.locator("#pick-add").click()
    expect(page.locator("#place-list li")).to_have_count(2)


def test_home_reminds_of_a_second_way_in_until_there_is_one(resident: Page, town: DemoTown) -> None:
    page = resident
    page.goto(f"{town.web}/home")
    nudge = page.locator("#nudge")
    expect(nudge).to_contain_text("You have one key only")
    clean(page)
    nudge.get_by_role("button", name="Remind me in a week").click()
    expect(nudge).to_be_hidden()
    page.reload()
    expect(page.locator("#filled")).to_be_visible()
    expect(nudge).to_be_hidden()
    page.evaluate("localStorage.setItem('breakseal.nudge-later', String(Date.now() - 1))")
    page.reload()
    expect(nudge).to_be_visible()
    nudge.get_by_role("button", name="Make a recovery sheet").click()
    page.wait_for_url(f"{town.door}/**")
    expect(page.locator("h1:visible").first).to_have_text(re.compile("recovery sheet", re.IGNORECASE))


def test_a_step_with_nothing_but_the_name_that_the_page_filled_in_is_not_ticked(resident: Page) -> None:
    resident.fill("#who-1-name", "Zita")
    resident.locator(".bs-progress a[data-step=medical]").click()
    expect(resident.locator("#medical-1-person")).to_have_value("Zita")
    resident.locator(".bs-progress a[data-step=home]").click()
    medical = resident.locator(".bs-progress a[data-step=medical]")
    expect(resident.locator(".bs-progress a[data-step=who]")).to_have_class(re.compile("is-filled"))
    expect(medical).not_to_have_class(re.compile("is-filled"))
    medical.click()
    resident.fill("#medical-1-conditions", "asthma")
    expect(medical).not_to_have_class(re.compile("is-filled"))
    resident.locator(".bs-progress a[data-step=home]").click()
    expect(medical).to_have_class(re.compile("is-filled"))
