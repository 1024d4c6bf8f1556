"""Consented location as people see it: the company's page, the telephone, the map, the person's own page and list."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.axe import check_clean
from tests.support.demotown import DemoTown, running_demo

WIDTHS = (320, 1280)
COMPANY = "Cedar Roadside Assistance (demo)"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoTown]:
    with running_demo(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest.fixture
def pages(browser: Browser) -> Iterator[tuple[Page, Page, Page]]:
    """Windows of the company, the telephone and Rosa; the content policy is off only so that axe can be brought in."""
    contexts = [browser.new_context(bypass_csp=True, locale="en-US") for _ in range(3)]
    opened = [context.new_page() for context in contexts]
    for page in opened:
        page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield opened[0], opened[1], opened[2]
    for context in contexts:
        context.close()


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
    road.goto(town.roadside)
    road.locator("label", has_text="Rosa Delgado").click()
    road.get_by_role("button", name="Ask where it is").click()
    expect(road.locator("#state")).to_contain_text("We asked the phone +15415550117; waiting for the answer")
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
    form = phone.locator("#messages form:visible", has_text="Answer from +15415550117").first
    form.get_by_role("textbox").fill("stop")
    form.get_by_role("button", name="Send").click()
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
