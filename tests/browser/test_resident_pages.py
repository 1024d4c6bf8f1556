"""The resident's pages in a real browser, over the whole demo: the main job, axe, and a small phone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import emptied, window
from tests.support.demotown import DemoTown
from tests.support.doors import SMALL, person_with_passkey

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
VIOLATIONS = (
    "async () => (await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 200))])"
)
PUBLIC_PAGES = [
    "/",
    "/start",
    "/new",
    "/sign-in",
    "/public",
    "/card",
    "/help/problems",
    "/home",
    "/nothing-here",
    "/erased",
]
PHONE = "+15415550198"


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    with window(browser, bypass_csp=True, viewport={"width": 320, "height": 640}) as page:
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        yield page


@pytest.fixture
def reader(phone: Page, town: DemoTown) -> Iterator[Page]:
    """Somebody who only reads."""
    yield phone
    emptied(phone, f"{town.web}/static/css/breakseal.css")


@pytest.fixture
def person(browser: Browser) -> Iterator[Page]:
    """A small phone with a passkey."""
    with person_with_passkey(browser, viewport=SMALL) as page:
        yield page


def clean(page: Page) -> None:
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def at_door(page: Page, town: DemoTown, back: str) -> None:
    page.wait_for_url(f"{town.door}/**")
    page.locator(".door-main").click()
    page.wait_for_url(f"{town.web}{back}*")


def sign_up(page: Page, town: DemoTown) -> None:
    page.goto(f"{town.web}/new")
    page.locator("#go").click()
    at_door(page, town, "/profile/who")
    expect(page.locator("#step-who")).to_be_visible()


def forward(page: Page, step: str) -> None:
    page.locator("#next").click()
    expect(page.locator(f"#step-{step}")).to_be_visible()
    clean(page)


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_is_accessible_and_fits_a_small_phone(
    reader: Page, town: DemoTown, path: str, lang: str
) -> None:
    reader.goto(f"{town.web}{path}?lang={lang}")
    expect(reader.locator("h1:visible").first).to_be_visible()
    assert reader.locator("html").get_attribute("lang") == lang
    clean(reader)


@pytest.mark.parametrize(
    ("zip_code", "says"), [("97404", "Yes, it works here"), ("59801", "Not yet where you live")]
)
def test_the_address_comes_first_and_is_kept_nowhere(
    person: Page, town: DemoTown, zip_code: str, says: str
) -> None:
    person.goto(f"{town.web}/start")
    person.fill("#zip", zip_code)
    person.locator("#zip-form button[type=submit]").click()
    expect(person.locator("h1")).to_have_text(says)
    clean(person)
    assert zip_code not in person.url
    assert person.context.cookies() == []
    left = b"".join(
        path.read_bytes() for path in town.folder.rglob("*") if path.is_file() and "geo" not in path.parts
    )
    assert zip_code.encode() not in left


def test_the_card_sends_nothing(person: Page, town: DemoTown) -> None:
    person.goto(f"{town.web}/card")
    person.wait_for_load_state("networkidle")
    sent: list[str] = []
    person.on("request", lambda request: sent.append(request.url))
    person.fill("#f-health", "epilepsy")
    expect(person.locator("#lines")).to_contain_text("epilepsy")
    assert sent == []


def test_a_person_writes_turns_on_takes_away_and_erases(person: Page, town: DemoTown, tmp_path: Path) -> None:
    sign_up(person, town)
    clean(person)
    _write(person, town, tmp_path)
    _turn_on(person, town)
    _keep(person, town)
    _nothing_readable_is_stored(town)
    _export(person, tmp_path)
    _erase(person, town, tmp_path)


def _write(page: Page, town: DemoTown, folder: Path) -> None:
    page.fill("#who-1-name", "Xenia Quickthorn")
    expect(page.locator("#state")).to_have_attribute("data-state", "saved", timeout=15_000)
    forward(page, "phones")
    page.fill("#phones-1-number", "(541) 555-0198")
    page.locator("#phones-1-number").press("Tab")
    proof = page.locator("#step-phones [data-part=proof]")
    proof.locator("button").click()
    expect(page.locator("#code-phones-1-number")).to_be_visible()
    clean(page)
    page.fill("#code-phones-1-number", town.code(PHONE))
    proof.get_by_role("button", name="Check the code").click()
    expect(proof).to_contain_text("This phone is proved")
    forward(page, "home")
    page.fill("#home-1-entry", "key behind the xylophone")
    forward(page, "medical")
    page.fill("#medical-1-conditions", "epilepsy")
    page.locator("label[for=medical-1-devices-oxygen]").click()
    forward(page, "contacts")
    forward(page, "languages")
    page.select_option("#languages-1-first", "es")
    forward(page, "photo")
    Image.new("RGB", (1600, 1200), "teal").save(folder / "photo.png")
    page.set_input_files("#photo-1-image", folder / "photo.png")
    expect(page.locator("#step-photo img")).to_be_visible(timeout=20_000)
    clean(page)


def _turn_on(page: Page, town: DemoTown) -> None:
    page.locator("#next").click()
    page.wait_for_url(f"{town.web}/turn-on*")
    expect(page.locator("#turn-on")).to_be_visible()
    clean(page)
    page.goto(f"{town.web}/home")
    expect(page.locator("#status")).to_contain_text("Draft: nobody can see it")
    page.locator("#status a").click()
    expect(page.locator("#turn-on")).to_be_visible()
    page.locator("#turn-on button[type=submit]").click()
    at_door(page, town, "/home")
    expect(page.locator("#status")).to_contain_text("On: a 911 call")
    expect(page.locator("#proof")).to_contain_text("this list is complete")
    expect(page.locator("#looked")).to_contain_text("Nobody has looked")
    page.locator("#mine > summary").click()
    expect(page.locator("#mine")).to_contain_text("You turned the profile on")
    clean(page)


def _keep(page: Page, town: DemoTown) -> None:
    """Until when each part is kept stands there; the person's word begins that time anew, signed in this browser."""
    ends = str(datetime.now(UTC).year + 2)
    expect(page.locator("#held li").first).to_contain_text(re.compile(f"Kept until .*{ends}\\."))
    still_right = page.get_by_role("button", name="Still right: keep it for 2 years more")
    still_right.click()
    expect(page.locator("#keep-state")).to_contain_text(re.compile(f"Kept until .*{ends}\\."))
    clean(page)
    page.goto(f"{town.web}/profile/medical?lang=es")
    kept = page.locator("#step-medical [data-part=kept]")
    expect(kept).to_contain_text(re.compile(f"Se guarda hasta el .*{ends}\\."))
    page.route("**/api/submit", lambda route: route.abort())
    kept.get_by_role("button", name="Sigue bien: guardar 2 años más").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "failed")
    page.unroute("**/api/submit")
    kept.get_by_role("button").click()
    expect(page.locator("#state")).to_have_attribute("data-state", "saved")
    clean(page)
    page.goto(f"{town.web}/home?lang=en")
    expect(page.locator("#proof")).to_contain_text("this list is complete")


def _nothing_readable_is_stored(town: DemoTown) -> None:
    for path in town.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"Quickthorn" not in data, path
            assert b"xylophone" not in data, path


def _export(page: Page, folder: Path) -> None:
    with page.expect_download() as first:
        page.locator("#export").click()
    first.value.save_as(folder / "export.json")
    whole = json.loads((folder / "export.json").read_text("utf-8"))
    fields = whole["fields"]
    assert fields["emergency.identity"] == {"people": [{"name": "Xenia Quickthorn"}]}
    assert fields["emergency.medical"]["people"][0]["devices"] == ["oxygen"]
    image = fields["emergency.photo"]["photos"][0]["image"]
    with Image.open(BytesIO(base64.urlsafe_b64decode(image + "=" * (-len(image) % 4)))) as photo:
        assert photo.size == (1024, 768)
    assert [number["number"] for number in whole["held"]["numbers"]] == [PHONE]


def _erase(page: Page, town: DemoTown, folder: Path) -> None:
    page.locator("#erase").click()
    at_door(page, town, "/erased")
    expect(page.locator("h1:visible")).to_have_text("Your record is erased")
    clean(page)
    with page.expect_download() as receipt:
        page.locator("#receipt").click()
    receipt.value.save_as(folder / "receipt.json")
    assert json.loads((folder / "receipt.json").read_text("utf-8"))["type"] == "receipt"


@pytest.mark.parametrize("year", ["1899", "2999", "57", "abcd"])
def test_an_implausible_year_of_birth_is_refused_beside_the_field(
    person: Page, town: DemoTown, year: str
) -> None:
    sign_up(person, town)
    person.get_by_label("Year of birth").fill(year)
    person.locator("#next").click()
    told = person.locator("#step-who .usa-error-message")
    expect(told).to_contain_text("Write the year with four digits, from 1900 to")
    expect(person.locator("#state")).to_contain_text("Not saved")
    expect(person.locator("#step-who")).to_be_visible()
    clean(person)
    person.get_by_label("Year of birth").fill("1957")
    expect(told).to_be_hidden()
    forward(person, "phones")


def test_the_phone_error_goes_with_its_cause_and_the_language_link_keeps_the_step(
    person: Page, town: DemoTown
) -> None:
    sign_up(person, town)
    forward(person, "phones")
    number = person.locator("#phones-1-number")
    number.fill("12")
    number.blur()
    bad = person.locator("#step-phones [data-part='bad']")
    expect(bad).to_be_visible()
    number.fill(PHONE)  # the field keeps the focus: only `input` is heard
    expect(bad).to_have_count(0)
    link = person.locator(".bs-nav a[hreflang]")
    expect(link).to_have_attribute("href", "/profile/phones?lang=es")


def test_a_reload_brings_everything_back_and_signing_out_takes_it_away(person: Page, town: DemoTown) -> None:
    sign_up(person, town)
    person.fill("#who-1-name", "Yara")
    expect(person.locator("#state")).to_have_attribute("data-state", "saved", timeout=15_000)
    person.reload()
    expect(person.locator("#who-1-name")).to_have_value("Yara")
    person.context.clear_cookies()
    person.goto(f"{town.web}/profile/who")
    expect(person.locator("#who-1-name")).to_have_value("Yara")
    person.locator("[data-sign-out]").click()
    person.wait_for_url(f"{town.web}/")
    person.goto(f"{town.web}/profile/who")
    expect(person.locator("h1")).to_have_text("Please sign in")
    person.goto(f"{town.web}/sign-in")
    person.locator("#go").click()
    at_door(person, town, "/home")
    expect(person.locator("#held")).to_contain_text("Who lives here")
