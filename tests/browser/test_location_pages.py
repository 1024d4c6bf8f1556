"""Consented location as people see it: the company's page, the telephone, the map, the person's own page and list."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import check_clean
from tests.support.browser import windows_of_their_own
from tests.support.demotown import DemoTown
from tests.support.telephone import questions, text_back, wait_for_question

WIDTHS = (320, 1280)
COMPANY = "Cedar Roadside Assistance (demo)"


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page, Page]]:
    """Windows of the company, the telephone and Rosa."""
    with windows_of_their_own(browser, 3) as (road, phone, rosa):
        yield road, phone, rosa


def clean(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_clean(page, width)


def as_rosa(page: Page, town: DemoTown) -> None:
    page.goto(f"{town.door}/demo")
    rosa = page.locator("#people li", has_text="Rosa")
    rosa.get_by_role("button").click()
    expect(rosa.get_by_role("status")).not_to_be_empty()
    page.goto(f"{town.web}/sign-in")
    page.locator("main button").first.click()
    page.get_by_role("button", name="Sign with this demo key").click()
    page.wait_for_url(f"{town.web}/home*")
    expect(page.locator("#looked li").first).to_be_visible()


def where(page: Page, town: DemoTown) -> None:
    page.goto(f"{town.web}/where")
    expect(page.locator("#filled")).to_be_visible()


def ask(road: Page, phone: Page, town: DemoTown, word: str) -> None:
    """Ask Rosa's phone on the company's page, and answer on the telephone."""
    before = questions(phone, town)
    road.goto(town.roadside)
    road.locator("label", has_text="Rosa Delgado").click()
    road.get_by_role("button", name="Ask where it is").click()
    expect(road.locator("#state")).to_contain_text("We asked the phone +15415550117; waiting for the answer")
    wait_for_question(phone, town, before)
    phone.goto(town.phone)
    newest = phone.locator("#messages > li").filter(has_text="Cedar Roadside dispatch").first
    newest.get_by_role("button", name=re.compile(f"Answer {word}")).click()
    expect(phone.locator("#said")).to_contain_text(f"Sent from +15415550117: {word}")


def located(road: Page) -> None:
    expect(road.locator("#state")).to_contain_text("The person agreed", timeout=20_000)
    expect(road.locator("#map[data-drawn]")).to_be_visible(timeout=20_000)
    expect(road.locator("#map canvas")).to_have_count(1)
    words = road.locator("#words")
    expect(words).to_contain_text("Lane County, OR")
    expect(words).to_contain_text("radius 0.9 miles (1.4 km)")
    expect(words).to_contain_text("ago, at ")
    expect(words).to_contain_text("To about 1 km")
    expect(words).to_contain_text("from the phone company's network")


def test_a_person_is_asked_answers_sees_each_look_and_ends_it(
    pages: tuple[Page, Page, Page], town: DemoTown
) -> None:
    road, phone, rosa = pages
    as_rosa(rosa, town)
    where(rosa, town)
    expect(rosa.locator("#state")).to_have_text("Nobody may look.")
    clean(rosa)
    ask(road, phone, town, "DAY")
    clean(phone)
    located(road)
    clean(road)
    where(rosa, town)
    shows_who_may_look(rosa)
    shows_what_they_see(rosa)
    pauses(rosa, road)
    rosa.goto(f"{town.web}/home")
    shows_who_looked(rosa)
    where(rosa, town)
    rosa.get_by_role("button", name=re.compile("^End: Cedar")).press("Enter")
    expect(rosa.locator("#done")).to_contain_text("Ended: Cedar Roadside dispatch")
    expect(rosa.locator("#may")).to_contain_text("Nobody.")
    no_longer(road)
    clean(road)


def shows_who_may_look(rosa: Page) -> None:
    may = rosa.locator("#may li")
    for said in (
        COMPANY,
        "Cedar Roadside dispatch",
        "to give you a service",
        "to about 1 km",
        "up to 4 times an hour",
    ):
        expect(may).to_contain_text(said)
    clean(rosa)


def shows_what_they_see(rosa: Page) -> None:
    """Of one's own consent, at its precision, with a place that one tries."""
    rosa.get_by_label("How exactly").select_option("region")
    rosa.get_by_label("ZIP code").fill("97401")
    rosa.get_by_role("button", name="Show this place").click()
    expect(rosa.locator("#see-words")).to_contain_text("miles", timeout=20_000)
    rosa.get_by_role("button", name=re.compile("^What they would see: Cedar")).press("Enter")
    expect(rosa.locator("#see-words")).to_contain_text("A circle with a radius of 0.9 miles")
    expect(rosa.locator("#h-see")).to_be_focused()
    rosa.get_by_role("button", name="where my own phone last was").click()
    expect(rosa.locator("#see-state")).to_contain_text("reported nothing", timeout=20_000)
    clean(rosa)


def pauses(rosa: Page, road: Page) -> None:
    rosa.get_by_role("button", name="Pause all").click()
    expect(rosa.locator("#state")).to_contain_text("Paused")
    road.get_by_role("button", name="Look again").click()
    expect(road.locator("#state")).to_contain_text("cannot be located now")
    clean(rosa)
    rosa.get_by_role("button", name="Let them look again").press("Enter")
    expect(rosa.get_by_role("heading", name="Pause, or go on")).to_be_visible()
    rosa.get_by_role("button", name="Sign with this demo key").click()
    expect(rosa.locator("#state")).to_have_text("Agreements that hold now: 1")
    expect(rosa.locator("#done")).to_have_text("What you agreed to works again.")


def shows_who_looked(rosa: Page) -> None:
    looked = rosa.locator("#looked")
    expect(looked).to_contain_text(f"{COMPANY} asked where your phone is, to about 1 km")
    expect(looked).to_contain_text(
        f"{COMPANY} asked where your phone is; it was paused, and nothing was told"
    )
    expect(rosa.locator("#proof")).to_contain_text("this list is complete")
    clean(rosa)


def no_longer(road: Page) -> None:
    road.get_by_role("button", name="Look again").click()
    expect(road.locator("#state")).to_contain_text("No longer allowed")
    expect(road.locator("#map")).to_be_hidden()


def test_no_more_looks_than_agreed_and_stop_ends_it(pages: tuple[Page, Page, Page], town: DemoTown) -> None:
    road, phone, _ = pages
    ask(road, phone, town, "DAY")
    located(road)
    for _ in range(3):
        with road.expect_response("**/api/look*"):
            road.get_by_role("button", name="Look again").click()
        expect(road.locator("#state")).to_contain_text("The person agreed")
        expect(road.get_by_role("button", name="Look again")).to_be_enabled()
    road.get_by_role("button", name="Look again").click()
    expect(road.locator("#state")).to_contain_text("More looks than the person agreed to")
    expect(phone.locator("#messages")).to_contain_text("may ask for 24 hours")
    text_back(phone, "+15415550117", "stop")
    expect(phone.locator("#messages")).to_contain_text(
        "Stopped: nobody whom you agreed to can see where this phone is"
    )
    no_longer(road)


def test_nobody_is_nagged_and_no_is_no(pages: tuple[Page, Page, Page], town: DemoTown) -> None:
    road, phone, other = pages
    for page in (road, other):
        page.goto(f"{town.roadside}/?lang=es")
        page.locator("label", has_text="el suyo").click()
        page.get_by_role("button", name="Preguntar dónde está").click()
    expect(other.locator("#state")).to_contain_text("no se le pregunta más por ahora")
    phone.goto(f"{town.phone}/?lang=es")
    question = phone.locator("#messages > li").filter(has_text="pregunta donde esta este").first
    question.get_by_role("button", name=re.compile("Responder NO")).click()
    expect(road.locator("#state")).to_contain_text("La persona dijo que no", timeout=20_000)
    clean(other)


def answer_tryout(phone: Page, town: DemoTown, word: str) -> None:
    phone.goto(town.phone)
    newest = phone.locator("#messages > li").filter(has_text="whoever typed your number").first
    newest.get_by_role("button", name=re.compile(f"Answer {word}")).click()
    expect(phone.locator("#said")).to_contain_text("Sent from")


def test_one_tries_it_on_ones_own_phone(pages: tuple[Page, Page, Page], town: DemoTown) -> None:
    page, phone, other = pages
    page.goto(town.web)
    page.get_by_role("link", name="Try it").click()
    expect(page).to_have_url(re.compile(f"^{town.tryout}/try"))
    clean(page)
    page.get_by_label("Your own phone number").fill("12")
    page.get_by_role("button", name="Ask my phone").click()
    expect(page.get_by_role("alert")).to_contain_text("That is no phone number")
    clean(page)
    page.get_by_label("Your own phone number").fill("541-555-0123")
    page.get_by_role("button", name="Ask my phone").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Look at your phone")
    clean(page)
    page.get_by_role("button", name="I have answered").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is nothing to see here")
    clean(page)
    page.get_by_role("link", name="Back to waiting").click()
    answer_tryout(phone, town, "YES")
    expect(page.get_by_role("heading", level=1)).to_have_text("What they would see", timeout=30_000)
    expect(page.locator("#map[data-drawn]")).to_be_visible(timeout=20_000)
    for said in ("radius 0.9 miles (1.4 km)", "ago", "from the phone company's network", "to about 1 km"):
        expect(page.locator("dl")).to_contain_text(said)
    expect(page.locator("main")).to_contain_text(
        "Breakseal try-out (demo) asked where your phone is, to about 1 km"
    )
    clean(page)
    page.goto(f"{town.tryout}/try/wait?lang=es")
    expect(page.get_by_role("heading", level=1)).to_have_text("Aquí no hay nada que ver")
    other.goto(f"{town.tryout}/try/wait")
    expect(other.get_by_role("heading", level=1)).to_have_text("There is nothing to see here")


def test_one_sees_what_they_would_see_before_one_agrees(
    pages: tuple[Page, Page, Page], town: DemoTown
) -> None:
    """Without an account, by keyboard, by a click on the map; and nobody is told the place."""
    page, _, _ = pages
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(f"{request.method} {request.url} {request.post_data or ''}")
    )
    page.goto(f"{town.web}/would-see")
    clean(page)
    page.get_by_label("ZIP code").fill("00000")
    page.get_by_label("ZIP code").press("Enter")
    expect(page.locator("#see-state")).to_have_text("There is no such ZIP code.")
    page.get_by_label("ZIP code").fill("97401")
    page.get_by_label("ZIP code").press("Enter")
    words = page.locator("#see-words")
    expect(words).to_contain_text("A circle with a radius of 0.9 miles", timeout=20_000)
    expect(words).to_contain_text("Lane County, OR")
    expect(page.locator("#see-map[data-drawn]")).to_be_visible(timeout=20_000)
    expect(page.locator("#see-map .map__dot")).to_have_count(1)
    clean(page)
    page.get_by_label("How exactly").select_option("region")
    expect(words).to_contain_text(re.compile(r"radius of [34]\d miles"))
    page.get_by_label("How exactly").select_option("yes-or-no")
    expect(words).to_contain_text("which they do not get")
    before = words.text_content()
    expect(page.locator("#see-map[data-drawn]")).to_be_visible(timeout=20_000)
    page.locator("#see-map canvas").click(position={"x": 40, "y": 40})
    expect(words).not_to_have_text(before or "")
    expect(words).to_contain_text("chosen by you")
    clean(page)
    told = [one for one in asked if "97401" in one or "44." in one]
    assert told == []
    assert all(one.startswith(f"GET {town.web}/") or "blob:" in one for one in asked)


def test_the_try_out_works_without_scripts(
    browser: Browser, town: DemoTown, pages: tuple[Page, Page, Page]
) -> None:
    context = browser.new_context(java_script_enabled=False, locale="es-US")
    page = context.new_page()
    page.goto(f"{town.tryout}/try")
    page.get_by_label("Su propio número de teléfono").fill("(541) 555-0151")
    page.get_by_role("button", name="Preguntar a mi teléfono").click()
    pages[1].goto(town.phone)
    newest = pages[1].locator("#messages > li").filter(has_text="whoever typed your number").first
    newest.get_by_role("button", name=re.compile("Answer SI")).click()
    expect(pages[1].locator("#said")).to_contain_text("Sent from")
    for _ in range(10):
        page.goto(f"{town.tryout}/try/wait")
        page.get_by_role("button", name="Ya respondí").click()
        if page.get_by_role("heading", level=1).text_content() == "Lo que verían":
            break
        page.wait_for_timeout(1_000)
    expect(page.locator("dl")).to_contain_text("de la red de la compañía telefónica")
    expect(page.locator("dl")).to_contain_text(re.compile(r"radio 14\d\d m"))
    context.close()


def test_the_company_asks_nobody_else_on_the_network(browser: Browser, town: DemoTown) -> None:
    context = browser.new_context(locale="es-US")
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(town.roadside)
    expect(page.get_by_role("button", name="Preguntar dónde está")).to_be_visible()
    # The map under the page's own content policy, with a circle of the test's own.
    page.evaluate(
        "async () => { const map = await import('/static/js/map.js'); document.getElementById('found').hidden = false;"
        " const circle = { lat: 44.05, lon: -123.08, radius: 1410 };"
        " await map.draw(document.getElementById('map'), circle, await map.around(circle)); }"
    )
    expect(page.locator("#map[data-drawn]")).to_be_visible(timeout=20_000)
    assert all(url.startswith((town.roadside, "data:", f"blob:{town.roadside}")) for url in asked)
    assert said == []
    context.close()
