"""A danger to life as people see it: investigator, supervisor, duty reviewer, judge, overseer, and Rosa's own list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_order_desks import as_rosa, be, clean, decoded, heard, sign_here
from tests.support.browser import windows_of_their_own
from tests.support.demotown import DemoTown

PHONE = "+15415550117"
STRANGER = "+15415550188"
LINE = "+15415550197"
DANGER = "A boy of eleven is out in the snow since six, without his coat"
SOON = 20_000
"""Milliseconds within which a desk that nobody touches shows what another did."""


@pytest.fixture
def windows(browser: Browser) -> Iterator[list[Page]]:
    with windows_of_their_own(browser, 5) as opened:
        yield opened


def at_danger(page: Page, town: DemoTown, name: str) -> None:
    """Sign in at the desk of an agency, from its address."""
    sign_in(page, town, name, "/danger", "?to=/danger")
    expect(page.locator("#opening")).not_to_have_text("One moment…")


def at_reviews(page: Page, town: DemoTown, name: str) -> None:
    """Sign in at a reviewer's desk."""
    sign_in(page, town, name, "/reviews", "")
    expect(page.locator("#urgent-opening")).not_to_have_text("One moment…")


def sign_in(page: Page, town: DemoTown, name: str, desk: str, asked: str) -> None:
    be(page, town, name)
    page.goto(f"{town.web}{desk}")
    page.wait_for_url(f"{town.web}/desk/sign-in{asked}")
    page.get_by_role("button", name="Go on to the door").click()
    sign_here(page)
    page.wait_for_url(f"{town.web}{desk}")


def show(page: Page) -> None:
    page.get_by_role("button", name="Show what I will sign").click()


def begin(vera: Page, number: str, danger: str) -> None:
    vera.get_by_role("button", name="Ask where a phone is").click()
    vera.get_by_label("The phone's number").fill(number)
    vera.get_by_label("Who is in danger of what?").fill(danger)
    show(vera)
    expect(vera.locator("#card")).to_contain_text(danger)
    sign_here(vera)


def second(mona: Page, town: DemoTown, danger: str, number: str) -> None:
    row = mona.locator("#requests > li", has_text=danger)
    row.get_by_role("button", name="Read it and sign too").click(timeout=SOON)
    sign_here(mona)
    expect(mona.locator("#danger")).to_have_text(danger)
    enter(mona, number)
    sign_here(mona)
    mona.wait_for_url(f"{town.web}/danger")


def enter(mona: Page, number: str) -> None:
    mona.get_by_label("The phone's number").fill(number)
    mona.get_by_label("Why do you believe it?").fill("His mother called me")
    show(mona)


def look(vera: Page, town: DemoTown, button: str, number: str) -> None:
    vera.get_by_role("button", name=button).click(timeout=SOON)
    vera.get_by_label("The phone's number").fill(number)
    vera.get_by_role("button", name="Go on to the door and sign").click()
    expect(vera.locator("#card")).to_contain_text("It counts as one of its looks")
    sign_here(vera)
    vera.wait_for_url(f"{town.web}/danger")


def stands(page: Page, danger: str, state: str, text: str) -> None:
    """Wait until the desk, which nobody touches, shows how a request stands."""
    found = page.locator(f"#requests > li[data-state={state}]", has_text=danger)
    expect(found).to_contain_text(text, timeout=SOON)


def no_button(page: Page) -> None:
    expect(page.locator("#requests").get_by_role("button")).to_have_count(0)


def wrong_numbers(mona: Page) -> None:
    """Try, as the supervisor, two numbers that are not the investigator's: neither does anything."""
    mona.get_by_role("button", name="Read it and sign too").click(timeout=SOON)
    expect(mona.get_by_role("button", name="Read it with my passkey")).to_be_visible()
    clean(mona)
    sign_here(mona)
    enter(mona, STRANGER)
    expect(mona.locator("#problem")).to_contain_text("The two numbers are not the same")
    expect(mona.locator("#card")).to_be_empty()
    clean(mona)
    enter(mona, "+15415560117")
    expect(mona.locator("#card")).to_contain_text("ends with 0117")
    sign_here(mona)
    expect(mona.locator("#problem")).to_contain_text("Nothing was asked, and nobody was told")


def called(kai: Page, digits: str) -> None:
    expect(kai.locator("#line")).to_have_text(LINE)
    kai.locator("label", has_text="Yes: both officers work there").click()
    kai.get_by_label("The last four digits of the phone").fill(digits)
    show(kai)
    sign_here(kai)


def judged(page: Page, town: DemoTown, danger: str, choice: str, reason: str) -> None:
    page.locator("#urgent > li", has_text=danger).get_by_role("button", name="Judge it").click()
    page.locator("label", has_text=choice).click()
    page.get_by_label("Why?").fill(reason)
    clean(page)
    show(page)
    expect(page.locator("#card")).to_contain_text(reason)
    sign_here(page)
    page.wait_for_url(f"{town.web}/reviews")
    expect(page.locator("#done")).to_contain_text("Taken, under your name")


def investigator_asks(vera: Page, town: DemoTown) -> None:
    at_danger(vera, town, "Vera Stahl")
    expect(vera.locator("#opening")).to_have_text("No request now.")
    clean(vera)
    begin(vera, "541 555 0117", DANGER)
    vera.wait_for_url(f"{town.web}/danger")
    expect(vera.locator("#done")).to_contain_text("Your supervisor sees it now")
    stands(vera, DANGER, "waits", "Waits for the supervisor until")
    no_button(vera)
    clean(vera)


def supervisor_signs(mona: Page, vera: Page, town: DemoTown) -> None:
    at_danger(mona, town, "Mona Brooks")
    stands(mona, DANGER, "waits", "If you know of it and believe it, sign too")
    clean(mona)
    wrong_numbers(mona)
    stands(vera, DANGER, "waits", "Waits for the supervisor until")
    mona.goto(f"{town.web}/danger")
    second(mona, town, DANGER, PHONE)
    expect(mona.locator("#done")).to_contain_text("The investigator can look now, once")
    stands(mona, DANGER, "alone", "Vera Stahl, who asked, can look")
    no_button(mona)


def looks_roughly(vera: Page, town: DemoTown) -> None:
    stands(vera, DANGER, "alone", "One rough look, until")
    look(vera, town, "Look once, roughly", PHONE)
    expect(vera.locator("#map[data-drawn]")).to_be_visible(timeout=SOON)
    expect(vera.locator("#answer")).to_contain_text("Lane County, OR")
    stands(vera, DANGER, "looked", LINE)
    no_button(vera)
    clean(vera)


def reviewer_calls_back(kai: Page, town: DemoTown) -> None:
    at_reviews(kai, town, "Kai Sorensen")
    expect(kai.locator(".bs-line")).to_have_text(LINE, timeout=SOON)
    assert "0117" not in kai.content()
    clean(kai)
    kai.get_by_role("button", name="I called: write down what they said").click()
    called(kai, "0118")
    expect(kai.locator("#problem")).to_contain_text("not what the officers asked about")
    clean(kai)
    kai.get_by_role("button", name="Change something").click()
    called(kai, "0117")
    kai.wait_for_url(f"{town.web}/reviews")
    expect(kai.locator("#urgent > li")).to_contain_text("You spoke last about this one", timeout=SOON)


def looks_exactly(vera: Page, town: DemoTown) -> None:
    stands(vera, DANGER, "confirmed", "11 exact looks left")
    look(vera, town, "Look, exactly", PHONE)
    expect(vera.locator("#map[data-drawn]")).to_be_visible(timeout=SOON)
    stands(vera, DANGER, "confirmed", "10 exact looks left")
    look(vera, town, "Look, exactly", STRANGER)
    expect(vera.locator("#trouble")).to_contain_text("it names another phone")
    stands(vera, DANGER, "confirmed", "10 exact looks left")


def judge_upholds(ada: Page, vera: Page, town: DemoTown) -> None:
    at_reviews(ada, town, "Ada Quist")
    expect(ada.locator("#urgent > li")).to_contain_text("To be judged by", timeout=SOON)
    expect(ada.locator("#urgent > li")).to_contain_text("His mother called me")
    clean(ada)
    judged(ada, town, DANGER, "It was right", "He was found by the creek")
    expect(ada.locator("#urgent-opening")).to_contain_text("No urgent request waits", timeout=SOON)
    stands(vera, DANGER, "confirmed", "Judged: it was right.")


@pytest.mark.timeout(300)
def test_the_whole_story_by_clicks_and_the_person_reads_it(windows: list[Page], town: DemoTown) -> None:
    vera, mona, kai, ada, rosa = windows
    asked, visited = heard(vera)
    _, supervised = heard(mona)
    investigator_asks(vera, town)
    supervisor_signs(mona, vera, town)
    looks_roughly(vera, town)
    reviewer_calls_back(kai, town)
    looks_exactly(vera, town)
    # The number itself stood in no address, and in nothing that went to the web tier.
    assert not [url for url in visited if "5550117" in url or "5550117" in decoded(url)]
    # Nor did the investigator's statement, which holds its last digits.
    assert not [
        url for url in visited + supervised if '"request":"ey' in decoded(url) or "digits" in decoded(url)
    ]
    assert not [one for one in asked if one.startswith(town.web) and "5550117" in one]
    judge_upholds(ada, vera, town)
    as_rosa(rosa, town)
    for text in (DANGER, "His mother called me", "He was found by the creek", "Vera Stahl", "Mona Brooks",
                 "Your phone was located because of a danger to life", "found the urgent request right"):  # fmt: skip
        expect(rosa.locator("#looked")).to_contain_text(text)


def denies(kai: Page, town: DemoTown, danger: str) -> None:
    at_reviews(kai, town, "Kai Sorensen")
    kai.locator("#urgent > li", has_text=danger).get_by_role("button", name="I called").click()
    kai.locator("label", has_text="No, or I am not sure").click()
    show(kai)
    expect(kai.locator("#card")).to_contain_text("The agency knows of no such request")
    sign_here(kai)
    kai.wait_for_url(f"{town.web}/reviews")


def releases(omar: Page, town: DemoTown) -> None:
    at_reviews(omar, town, "Omar Reyes")
    clean(omar)
    omar.get_by_role("button", name="Let the agency ask again").click()
    omar.get_by_label("Why?").fill("The sponsor retrained the shift")
    clean(omar)
    show(omar)
    sign_here(omar)
    omar.wait_for_url(f"{town.web}/reviews")


@pytest.mark.timeout(240)
def test_a_denied_one_ends_at_once_and_one_not_upheld_refuses_the_next(
    windows: list[Page], town: DemoTown
) -> None:
    vera, mona, kai, ada, omar = windows
    danger = "A woman is locked in a car that fills with water"
    at_danger(vera, town, "Vera Stahl")
    begin(vera, STRANGER, danger)
    vera.wait_for_url(f"{town.web}/danger")
    at_danger(mona, town, "Mona Brooks")
    second(mona, town, danger, STRANGER)
    denies(kai, town, danger)
    stands(vera, danger, "denied", "Your control room did not confirm it")
    expect(vera.locator("#requests > li", has_text=danger).get_by_role("button")).to_have_count(0)
    at_reviews(ada, town, "Ada Quist")
    judged(ada, town, danger, "It was not right", "Nobody at the agency knew of it")
    stands(vera, danger, "not-upheld", "Judged: it was not right")
    expect(vera.locator("#refused")).to_be_visible()
    clean(vera)
    begin(vera, "+15415550142", "Another one")
    expect(vera.locator("#problem")).to_contain_text("an earlier request was found not right")
    clean(vera)
    releases(omar, town)
    vera.goto(f"{town.web}/danger")
    begin(vera, "+15415550142", "Another one")
    vera.wait_for_url(f"{town.web}/danger")
    stands(vera, "Another one", "waits", "Waits for the supervisor until")


@pytest.mark.timeout(240)
def test_what_is_not_judged_in_two_days_is_marked_as_time_passes(windows: list[Page], town: DemoTown) -> None:
    """The clock of the browser runs on, and nobody answers it any more: what it knows it says rightly."""
    vera, mona, omar, *_ = windows
    danger = "Smoke, and the door is locked"
    at_danger(vera, town, "Vera Stahl")
    begin(vera, "+15415550151", danger)
    vera.wait_for_url(f"{town.web}/danger")
    at_danger(mona, town, "Mona Brooks")
    second(mona, town, danger, "+15415550151")
    vera.clock.install()
    vera.reload()
    stands(vera, danger, "alone", "One rough look, until")
    vera.clock.fast_forward("15:01")
    stands(vera, danger, "too-late", "Waits for the call-back")
    vera.clock.fast_forward("03:45:00")
    stands(vera, danger, "over", "Four hours have passed")
    vera.clock.fast_forward("44:00:00")
    stands(vera, danger, "over", "your agency's next request is refused")
    expect(vera.locator("#trouble")).to_contain_text("could not be renewed since")
    expect(vera.locator("#refused")).to_be_visible()
    at_reviews(omar, town, "Omar Reyes")
    omar.clock.install()
    omar.reload()
    overdue = omar.locator("#urgent > li", has_text=danger)
    expect(overdue).to_contain_text("To be judged by")
    omar.clock.fast_forward("48:00:01")
    expect(overdue).to_contain_text("this agency's next request is refused until it is judged")


def test_a_desk_in_a_danger_is_for_its_own_roles_in_both_languages(
    windows: list[Page], town: DemoTown
) -> None:
    mona, kai, *_ = windows
    at_danger(mona, town, "Mona Brooks")
    mona.goto(f"{town.web}/orders")
    mona.wait_for_url(f"{town.web}/desk/sign-in")
    mona.goto(f"{town.web}/danger?lang=es")
    expect(mona.get_by_role("heading", name="Peligro de muerte")).to_be_visible()
    expect(mona.locator("#opening")).not_to_have_text("Un momento…")
    clean(mona)
    at_reviews(kai, town, "Kai Sorensen")
    kai.goto(f"{town.web}/danger")
    kai.wait_for_url(f"{town.web}/desk/sign-in?to=/danger")
    kai.goto(f"{town.web}/reviews?lang=es")
    expect(kai.get_by_role("heading", name="Por llamar")).to_be_visible()
    clean(kai)
