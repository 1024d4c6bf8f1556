"""What the resident's browser believes and is told: signed facts, the root that it pinned, notices, the list."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from breakseal import config as configs
from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.demo import places
from breakseal.demo import town as people
from breakseal.demo.centre import Board, PhoneSystem, await_news
from breakseal.demo.visitor import Visitor
from breakseal.kernel.model import enrolments, signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import hpke
from tests.support import forgers
from tests.support.axe import check_clean
from tests.support.demotown import DemoTown
from tests.support.doors import with_authenticator

Change = Callable[[dict[str, Any]], None]
NEW = "There is something new in your record"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(
        bypass_csp=True, viewport={"width": 320, "height": 640}, accept_downloads=True
    )
    yield context
    context.close()


@pytest.fixture
def person(context: BrowserContext, town: DemoTown) -> Page:
    """Somebody who has just signed up, on a small phone."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    with_authenticator(page)
    page.goto(f"{town.web}/new")
    page.locator("#go").click()
    at_door(page, town, "/profile/who")
    expect(page.locator("#step-who")).to_be_visible()
    return page


def at_door(page: Page, town: DemoTown, back: str) -> None:
    page.wait_for_url(f"{town.door}/**")
    page.locator(".door-main").click()
    page.wait_for_url(f"{town.web}{back}*")


def prove(page: Page, town: DemoTown, number: str) -> None:
    page.goto(f"{town.web}/profile/phones")
    expect(page.locator("#step-phones")).to_contain_text("the first phone that you prove gets a text")
    page.fill("#phones-1-number", number)
    page.locator("#phones-1-number").press("Tab")
    page.locator("#step-phones [data-part=proof] button").click()
    page.fill("#code-phones-1-number", town.code(number))
    page.get_by_role("button", name="Check the code").click()


def facts_changed(page: Page, town: DemoTown, change: Change) -> None:
    """Let whoever serves the pages say other facts than the keyholder."""

    def answer(route: Route) -> None:
        facts = httpx.get(f"{town.web}/api/facts").json()
        change(facts)
        route.fulfill(json=facts)

    page.route("**/api/facts", answer)


def own_key(facts: dict[str, Any]) -> tuple[Ed25519Signer, enrolments.IngestKey]:
    """Return a stranger's signer, and the ingest key in force with a point of the stranger's."""
    ingest = signed.read(unb64(facts["ingest"]))[1]
    assert isinstance(ingest, enrolments.IngestKey)
    point = b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))
    return Ed25519Signer(ed25519.Ed25519PrivateKey.generate()), msgspec.structs.replace(ingest, key=point)


def foreign_ingest(facts: dict[str, Any]) -> None:
    signer, ingest = own_key(facts)
    facts.update(ingest=b64(signed.write(ingest, signer)), ingestKey=ingest.key)


def bare_point(facts: dict[str, Any]) -> None:
    facts["ingestKey"] = b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))


def own_courier(facts: dict[str, Any]) -> None:
    """The courier's enrolment with a point of whoever serves the pages, signed by that one."""
    enrolled = signed.read(unb64(facts["courier"]))[1]
    assert isinstance(enrolled, enrolments.EnrolCourier)
    signer, ingest = own_key(facts)
    facts["courier"] = b64(signed.write(msgspec.structs.replace(enrolled, seal=ingest.key), signer))


def root_without_overseers(facts: dict[str, Any]) -> None:
    root = signed.read(unb64(facts["root"]))[1]
    facts["root"] = b64(signed.write(root, Ed25519Signer(ed25519.Ed25519PrivateKey.generate())))


def other_world(facts: dict[str, Any], **fields: Any) -> None:
    """Everything signed as it must be, but by other overseers and another keyholder."""
    root = signed.read(unb64(facts["root"]))[1]
    assert isinstance(root, enrolments.Root)
    overseers = [Ed25519Signer(ed25519.Ed25519PrivateKey.generate()) for _ in range(2)]
    holder, ingest = own_key(facts)
    named = msgspec.structs.replace(root.keyholders[0], sign=holder.key)
    changed = msgspec.structs.replace(
        root, keyholders=(named,), oversight=tuple(one.key for one in overseers), **fields
    )
    facts.update(root=b64(signed.write(changed, *overseers)), ingest=b64(signed.write(ingest, holder)))


@pytest.mark.parametrize("change", [foreign_ingest, root_without_overseers])
def test_nothing_is_opened_or_sealed_under_keys_that_are_not_signed(
    person: Page, town: DemoTown, change: Change
) -> None:
    facts_changed(person, town, change)
    sent: list[str] = []
    person.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    person.reload()
    expect(person.locator("#trust")).to_contain_text("not signed as it must be")
    expect(person.locator("#trouble")).to_contain_text("not signed as it must be")
    expect(person.locator("#who-1-name")).to_have_count(0)
    assert not any("/api/disclose" in one or one.startswith("PUT") for one in sent)
    check_clean(person)


def test_a_page_that_is_open_seals_nothing_to_a_key_that_is_not_signed(person: Page, town: DemoTown) -> None:
    person.clock.install()
    person.reload()
    expect(person.locator("#step-who")).to_be_visible()
    facts_changed(person, town, foreign_ingest)
    person.clock.fast_forward(61_000)  # the facts that the page has are no longer of this minute
    sent: list[str] = []
    person.on("request", lambda request: sent.append(request.method))
    person.fill("#who-1-name", "Xenia")
    person.clock.fast_forward(5_000)
    expect(person.locator("#state")).to_contain_text("not signed as it must be", timeout=15_000)
    expect(person.locator("#trust")).to_contain_text("not signed as it must be")
    assert "PUT" not in sent


def test_no_number_and_no_address_is_sealed_to_a_courier_that_the_overseers_did_not_name(
    person: Page, town: DemoTown
) -> None:
    facts_changed(person, town, own_courier)
    sent: list[str] = []
    person.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    person.goto(f"{town.web}/profile/phones")
    person.fill("#phones-1-number", "+15415550163")
    person.locator("#phones-1-number").press("Tab")
    person.locator("#step-phones [data-part=proof] button").click()
    expect(person.locator("#step-phones [data-part=proof]")).to_contain_text("not signed as it must be")
    expect(person.locator("#trust")).to_contain_text("not signed as it must be")
    check_clean(person)
    person.goto(f"{town.web}/home#channels-change")
    person.locator("label[for=k-mail]").click()
    person.fill("#to", "xenia@resident.example")
    person.locator("#channels button[type=submit]").click()
    expect(person.locator("#channels-state")).to_contain_text("not signed as it must be")
    assert not any("/api/submit" in one or "/api/numbers" in one for one in sent)


def test_an_answer_of_another_than_the_keyholder_is_not_shown(person: Page, town: DemoTown) -> None:
    person.route("**/api/desk", forgers.empty_desk)
    person.goto(f"{town.web}/home")
    expect(person.locator("#trouble")).to_contain_text("not made by the keyholder for this question")
    expect(person.locator("#status")).not_to_contain_text("911 call")
    person.unroute("**/api/desk")
    person.route("**/api/disclose", forgers.no_profile)
    person.goto(f"{town.web}/profile/who")
    expect(person.locator("#trouble")).to_contain_text("not made by the keyholder for this question")
    expect(person.locator("#who-1-name")).to_have_count(0)
    check_clean(person)


def first_again(page: Page, address: str) -> list[str]:
    """Let whoever carries the answers bring the first one again and again; returned is what really came."""
    answers: list[str] = []

    def answer(route: Route) -> None:
        answers.append(route.fetch().text())
        route.fulfill(body=answers[0], content_type="application/json")

    page.route(address, answer)
    return answers


def test_an_older_list_is_not_shown_as_the_newest(person: Page, town: DemoTown) -> None:
    answers = first_again(person, "**/api/trail")
    person.goto(f"{town.web}/home")
    expect(person.locator("#proof")).to_contain_text("this list is complete")
    person.reload()
    expect(person.locator("#proof")).to_contain_text("answers another question")
    assert len(answers) == 2


def test_an_older_desk_is_not_shown_as_the_newest(person: Page, town: DemoTown) -> None:
    answers = first_again(person, "**/api/desk")
    person.goto(f"{town.web}/turn-on")
    expect(person.locator("#turn-on")).to_be_visible()
    person.reload()
    expect(person.locator("#trouble")).to_contain_text("not made by the keyholder for this question")
    assert len(answers) == 2


def test_the_point_beside_the_signed_key_counts_for_nothing(person: Page, town: DemoTown) -> None:
    facts_changed(person, town, bare_point)
    person.reload()
    person.fill("#who-1-name", "Xenia")
    expect(person.locator("#state")).to_have_attribute("data-state", "saved", timeout=15_000)
    person.reload()
    expect(person.locator("#who-1-name")).to_have_value("Xenia")


def test_another_root_is_warned_of_and_stops_opening_and_sealing(person: Page, town: DemoTown) -> None:
    expect(person.locator("#who-1-name")).to_be_visible()
    person.wait_for_function("localStorage.getItem('breakseal.root')")
    facts_changed(person, town, lambda facts: other_world(facts, demo=False))
    person.reload()
    expect(person.get_by_role("alert").first).to_contain_text("overseers' statement of this site has changed")
    expect(person.locator("#trouble")).to_contain_text("has changed")
    expect(person.locator("#who-1-name")).to_have_count(0)
    check_clean(person)
    person.unroute("**/api/facts")
    person.reload()
    expect(person.locator("#step-who")).to_be_visible()
    expect(person.locator("#trust")).to_have_count(0)


def test_a_demonstration_that_was_set_up_anew_is_only_said(person: Page, town: DemoTown) -> None:
    person.wait_for_function("localStorage.getItem('breakseal.root')")
    facts_changed(person, town, other_world)
    person.reload()
    expect(person.locator("#trust")).to_contain_text("was set up anew")
    expect(person.locator("#trouble")).to_contain_text("not made by the keyholder")  # who is not of that root
    check_clean(person)


def opened_by_call(town: DemoTown, number: str) -> None:
    """Play the call centre: the phone calls 911, position 1 answers and reads, the call ends."""
    config = configs.load(town.folder / "breakseal.toml")
    call = f"call-{time.time_ns()}"
    phones = PhoneSystem(places.callgate_origin(config), places.token_file(config))
    with closing(Visitor(config, SystemClock(), SystemEntropy())) as visitor:
        board = Board(visitor, people.read_people(config)["sam"].signer(), places.POSITIONS[0])
        board.begin_shift()
        with board.listening() as news:
            phones.report(call, "answered", number=number, position=places.POSITIONS[0])
            event = unb64(await_news(news, call, "answered").event)
            assert board.read(board.ask(event))[1]
            phones.report(call, "ended")
            await_news(news, call, "ended")


def texts(town: DemoTown, number: str) -> list[str]:
    messages = [json.loads(path.read_text("utf-8")) for path in (town.folder / "demo/phone").glob("*.json")]
    return [one["text"] for one in messages if one["to"] == number]


def wait_for_text(town: DemoTown, number: str, words: str) -> None:
    deadline = time.monotonic() + 30
    while not any(words in text for text in texts(town, number)):
        assert time.monotonic() < deadline, texts(town, number)
        time.sleep(0.3)


def turn_on(page: Page, town: DemoTown) -> None:
    page.goto(f"{town.web}/turn-on")
    page.locator("#turn-on button[type=submit]").click()
    at_door(page, town, "/home")
    expect(page.locator("#status")).to_contain_text("On: a 911 call")


def test_the_first_proved_phone_is_told_after_the_call(person: Page, town: DemoTown) -> None:
    number = "+15415550161"
    person.fill("#who-1-name", "Xenia")
    expect(person.locator("#state")).to_have_attribute("data-state", "saved", timeout=15_000)
    prove(person, town, number)
    expect(person.locator("#step-phones [data-part=proof]")).to_contain_text("this phone now gets a text")
    check_clean(person)
    turn_on(person, town)
    expect(person.locator("#channels-now")).to_contain_text("some time after a call")
    expect(person.locator("#channels-now")).to_contain_text("only that there is something new")
    opened_by_call(town, number)
    wait_for_text(town, number, NEW)
    assert not any("Xenia" in text or "911" in text for text in texts(town, number))
    _the_list_is_calm(person)


def _the_list_is_calm(page: Page) -> None:
    page.reload()
    entry = page.locator("#looked .bs-entry").first
    expect(entry).to_contain_text("Sam Whitcomb")
    expect(entry).to_contain_text("View ends at the latest")
    expect(entry.get_by_text("Hash of the call")).to_be_hidden()
    entry.locator(".bs-experts summary").click()
    expect(entry.get_by_text("Hash of the call")).to_be_visible()
    expect(entry.get_by_text("Hash of the log entry")).to_be_visible()
    page.locator("#mine > summary").click()
    check_clean(page)
    said = page.evaluate(
        """async ([past]) => {
          const { ends } = await import("/static/js/looked.js");
          return ["disclose", "erase", "basis"].map((type) => ends({ type, until: past }));
        }""",
        [int(time.time()) - 60],
    )
    assert [[name for name, _ in one] for one in said] == [["until-ended"], ["gone-for-good"], []]


def test_what_was_chosen_before_stays(person: Page, town: DemoTown) -> None:
    person.goto(f"{town.web}/home#channels-change")
    expect(person.locator("#channels-change")).to_have_attribute("open", "")
    person.locator("#channels button[type=submit]").click()
    expect(person.locator("#channels-state")).to_contain_text("Saved")
    expect(person.locator("#channels-now")).to_contain_text("You get no messages")
    prove(person, town, "+15415550162")
    expect(person.locator("#step-phones [data-part=proof]")).to_contain_text("This phone is proved")
    expect(person.locator("#step-phones [data-part=proof]")).not_to_contain_text("now gets a text")
    person.goto(f"{town.web}/home")
    expect(person.locator("#channels-now")).to_contain_text("You get no messages")


def test_a_session_that_was_ended_elsewhere_leaves_nothing_on_the_page(person: Page, town: DemoTown) -> None:
    person.route(
        "**/api/desk",
        lambda route: route.fulfill(
            status=401, json={"title": "over", "reason": "session-ended", "status": 401}
        ),
    )
    person.goto(f"{town.web}/home")
    expect(person.locator("main")).to_contain_text("Your session is over")
    check_clean(person)
    person.unroute("**/api/desk")
    person.context.clear_cookies()
    person.goto(f"{town.web}/home")
    expect(person.locator("h1")).to_have_text("Please sign in")
