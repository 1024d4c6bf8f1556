"""A person agrees beforehand to be found: on their own page, at the door, by text, in the list; and ends it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from breakseal.demo import town as cast
from tests.browser.test_agree_pages import clean, sign_up
from tests.support.demotown import DemoTown


def test_a_person_agrees_to_be_found_sees_it_and_ends_it(person: Page, town: DemoTown) -> None:
    sign_up(person, town)
    person.goto(f"{town.web}/where")
    expect(person.locator("#missing-phone")).to_contain_text(cast.VISITOR_PHONE)
    clean(person)
    person.goto(f"{town.web}/where?lang=es")
    expect(person.locator("#h-missing")).to_have_text("Si usted se pierde")
    expect(person.locator("#missing-phone")).to_contain_text(cast.VISITOR_PHONE)
    person.goto(f"{town.web}/where")
    person.get_by_role("button", name="Agree at the door").press("Enter")
    person.wait_for_url(f"{town.door}/sign*")
    card = person.locator("#card")
    expect(card).to_contain_text("confirm with their own names that you are missing, they may ask once")
    expect(card).to_contain_text("A text message tells the phone itself")
    clean(person)
    person.locator(".door-main").first.click()
    person.wait_for_url(f"{town.web}/where*")
    expect(person.locator("#done")).to_contain_text("Agreed. It holds as soon as your phone was told")
    may = person.locator("#may li")
    expect(may).to_contain_text("one answer, if two of its officers confirm that you are missing")
    expect(may).to_contain_text("to find you if you are missing")
    clean(person)
    person.get_by_role("button", name=re.compile("^End: ")).click()
    expect(person.locator("#may")).to_contain_text("Nobody.")
    person.goto(f"{town.web}/home")
    expect(person.locator("#looked")).to_contain_text("may ask once where your phone is, if you are missing")
