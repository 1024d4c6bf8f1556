"""A company sends a person to agree in their own browser: passkey, text to the phone, code, location; STOP ends it."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.client.answers import Visit
from breakseal.client.client import Client
from breakseal.config import load
from breakseal.demo import town as cast
from breakseal.oversight import keyfile
from tests.support.axe import check_clean
from tests.support.demotown import DemoTown
from tests.support.telephone import text_back

WIDTHS = (320, 1280)
PHONE = cast.VISITOR_PHONE
COMPANY = "Cedar Roadside Assistance (demo)"


def clean(page: Page) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        check_clean(page, width)


def sent(town: DemoTown, precision: str = "1km") -> Visit:
    """Have the company push a request, by its own key."""
    config = load(town.folder / "breakseal.toml")
    key = keyfile.read_p256(cast.key_of(config, cast.ROADSIDE))
    with httpx.Client(base_url=town.web) as http:
        client = Client(key, http, SystemClock(), SystemEntropy())
        return client.send("RequestedServiceProvision", precision, f"{town.roadside}/back")


def sign_up(page: Page, town: DemoTown) -> None:
    """Make a record with a passkey, and prove the phone."""
    page.goto(f"{town.web}/new")
    page.locator("#go").click()
    page.wait_for_url(f"{town.door}/**")
    page.locator(".door-main").click()
    page.wait_for_url(f"{town.web}/profile/who*")
    page.fill("#who-1-name", "Xenia Quickthorn")
    expect(page.locator("#state")).to_have_attribute("data-state", "saved", timeout=15_000)
    page.locator("#next").click()
    page.fill("#phones-1-number", PHONE)
    page.locator("#phones-1-number").press("Tab")
    proof = page.locator("#step-phones [data-part=proof]")
    proof.locator("button").click()
    expect(page.locator("#code-phones-1-number")).to_be_visible()
    page.fill("#code-phones-1-number", town.code(PHONE))
    proof.get_by_role("button", name="Check the code").click()
    expect(proof).to_contain_text("This phone is proved")


def begin(page: Page, town: DemoTown) -> None:
    page.goto(town.roadside)
    clean(page)
    page.get_by_role("button", name="Agree in your browser instead").click()
    page.wait_for_url(f"{town.web}/oauth/authorize*")
    expect(page.locator("h1")).to_have_text(f"{COMPANY} asks where your phone is")


def texts(phone: Page, town: DemoTown) -> str:
    phone.goto(town.phone)
    expect(phone.locator("#messages > li").first).to_be_visible()
    return phone.locator("#messages").inner_text()


def test_a_person_agrees_by_passkey_is_told_by_text_is_located_and_ends_it(
    browser: Browser, person: Page, town: DemoTown
) -> None:
    sign_up(person, town)
    begin(person, town)
    shows_what_is_asked(person)
    signs_at_the_door(person, town)
    located(person, town)
    other = browser.new_context(locale="en-US")
    phone = other.new_page()
    said = texts(phone, town)
    assert f"Agreed online: Cedar Roadside dispatch ({COMPANY}) may see where this phone is, until" in said
    assert "reply STOP (ALTO)" in said
    shows_where_it_stands(person, town)
    person.goto(f"{town.roadside}/")
    stops(phone)
    other.close()
    no_longer(person, town)


def shows_what_is_asked(page: Page) -> None:
    asked = page.locator("dl.bs-pairs")
    said = (
        "Cedar Roadside dispatch",
        "to give you a service",
        "to about 1 km",
        "up to 4 times an hour",
        "unless you",
    )
    for words in said:
        expect(asked).to_contain_text(words)
    expect(page.locator("#phones")).to_contain_text(PHONE)
    expect(page.locator("#no")).to_be_visible()
    clean(page)


def signs_at_the_door(page: Page, town: DemoTown) -> None:
    page.get_by_role("button", name="Agree with my passkey").press("Enter")
    page.wait_for_url(f"{town.door}/sign*")
    card = page.locator("#card")
    expect(card).to_contain_text(f"Cedar Roadside dispatch ({COMPANY}) may ask where your phone is")
    expect(card).to_contain_text("A text message tells the phone itself")
    clean(page)
    page.locator(".door-main").first.click()


def located(page: Page, town: DemoTown) -> None:
    page.wait_for_url(f"{town.roadside}/*", timeout=30_000)
    expect(page.locator("#state")).to_contain_text("The person agreed. The customer's phone", timeout=20_000)
    expect(page.locator("#map[data-drawn]")).to_be_visible(timeout=20_000)
    assert "code" not in page.url


def shows_where_it_stands(page: Page, town: DemoTown) -> None:
    page.goto(f"{town.web}/where")
    may = page.locator("#may li")
    expect(may).to_contain_text("with your own key at the door")
    expect(may).to_contain_text("It was told by text message on ")
    expect(may).to_contain_text("The next reminder comes on ")
    clean(page)


def stops(phone: Page) -> None:
    text_back(phone, PHONE, "stop")
    expect(phone.locator("#messages")).to_contain_text(
        "Stopped: nobody whom you agreed to can see where this phone is"
    )


def no_longer(page: Page, town: DemoTown) -> None:
    page.goto(f"{town.web}/where")
    expect(page.locator("#may")).to_contain_text("Nobody.")
    begin(page, town)  # to agree once more does not begin while the phone's STOP stands
    signs_at_the_door(page, town)
    expect(page.locator("#told")).to_contain_text(f"A text message goes to {PHONE}", timeout=20_000)
    clean(page)
    page.wait_for_timeout(3_000)
    assert page.url.startswith(f"{town.web}/oauth/authorize")
    page.goto(f"{town.web}/where")
    expect(page.locator("#may li")).to_contain_text("It is not told yet")
    expect(page.locator("#state")).to_have_text("Nobody may look.")
    clean(page)


def test_no_is_no_without_signing_in(person: Page, town: DemoTown) -> None:
    begin(person, town)
    expect(person.locator("#signed-out")).to_be_visible()
    clean(person)
    person.get_by_role("link", name=f"No, go back to {COMPANY}").click()
    person.wait_for_url(f"{town.roadside}/*")
    expect(person.locator("#state")).to_contain_text("The person said no.")


def test_whoever_is_signed_out_signs_in_and_goes_on_in_their_language(person: Page, town: DemoTown) -> None:
    visit = sent(town, "region")
    person.goto(f"{town.door}/demo")
    rosa = person.locator("#people li", has_text="Rosa")
    rosa.get_by_role("button").click()
    expect(rosa.get_by_role("status")).not_to_be_empty()
    person.goto(visit.to)
    person.get_by_role("link", name="Español").click()
    expect(person.locator("h1")).to_have_text(f"{COMPANY} pregunta dónde está su teléfono")
    expect(person.locator("#signed-out")).to_be_visible()
    clean(person)
    person.locator("#signed-out a").click()
    person.wait_for_url(f"{town.web}/sign-in*")
    person.locator("#go").click()
    person.wait_for_url(f"{town.door}/**")
    person.get_by_role("button", name="Firmar con esta llave").click()
    person.wait_for_url(f"{town.web}/oauth/authorize*")
    expect(person.locator("#phones")).to_contain_text(cast.ROSA_PHONE)
    expect(person.locator("dl.bs-pairs")).to_contain_text("hasta la región")
    assert "lang=es" in person.url
    clean(person)


@pytest.mark.parametrize(
    ("query", "why"),
    [("", "none"), ("?client_id=x&request_uri=urn:ietf:params:oauth:request_uri:none", "unknown")],
)
def test_a_request_that_is_over_says_so(person: Page, town: DemoTown, query: str, why: str) -> None:
    answer = person.goto(f"{town.web}/oauth/authorize{query}")
    assert answer is not None
    assert answer.status == 400, why
    expect(person.locator("h1")).to_have_text("This request is over")
    clean(person)
    person.get_by_role("link", name="Español").click()
    expect(person.locator("h1")).to_have_text("Esta solicitud terminó")
    clean(person)
