"""Every page of the door: no accessibility finding, no horizontal scroll at 320 px, both languages, keyboard only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from playwright.sync_api import Browser, Page

from breakseal.kernel.model import canonical, enrolments, exigent, location, missing, orders, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.keyholder.door.pages.render import HERE, PAGES, load_catalogue
from breakseal.oversight.orders import sign_order
from tests.support.browser import emptied, window
from tests.support.doors import RunningDoor, with_authenticator
from tests.support.pages import call
from tests.support.world import software_key

AXE = (Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js").read_text("utf-8")
VIOLATIONS = (
    "async () => (await axe.run()).violations.map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 200))])"
)
KEY = software_key().key
ID = canonical.b64(bytes(16))


@pytest.fixture(scope="module")
def phone(browser: Browser) -> Iterator[Page]:
    with window(browser, bypass_csp=True, viewport={"width": 320, "height": 640}) as page:
        yield page


@pytest.fixture
def open_page(phone: Page, door: RunningDoor) -> Iterator[Page]:
    """A page whose content policy is off, so that the test can bring its own script; the policy has its own test."""
    yield phone
    emptied(phone, f"{door.origin}/door/door.css")


def visit(page: Page, door: RunningDoor, address: str) -> None:
    page.goto(address, referer=f"{door.web}/")
    page.locator("#main h1:visible").wait_for()


def clean(page: Page) -> None:
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS) == []
    fits(page)


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("path", [*PAGES, "/nothing-here"])
def test_a_page_is_accessible_and_fits_a_small_phone(
    open_page: Page, door: RunningDoor, path: str, lang: str
) -> None:
    query = "&org=cedar" if path == "/join" else ""
    visit(open_page, door, f"{door.origin}{path}?lang={lang}{query}")
    assert open_page.evaluate("document.documentElement.lang") == lang
    clean(open_page)


ORGANISATION = {"org": "oak", "name": "Oak 911", "kind": "call-centre", "places": ("55025",), "clients": ()}
GRANT = {"purpose": "emergency-response", "categories": EMERGENCY_CATEGORIES, "anywhere": True, "places": ()}
OFFICER = {"org": "cedar", "officer": ID, "name": "Kim", "role": "call-taker", "key": KEY}
CHANNELS = {"address": "AA", "timing": "after-call", "words": "neutral", "language": "es"}
SESSION = software_key("session").key
IN_2030 = 1_900_000_000  # 2030-03-17 17:46:40 UTC
CALLGATE = "the key of cedar's client"
CONSENT = {"client": CALLGATE, "number": ID, "purpose": "CustomerCare", "rate": 4, "until": IN_2030,
           "challenge": ID, "language": "en"}  # fmt: skip
COURT = software_key("service")
ORDER = orders.Order(
    court="cedar", key=COURT.key.id, docket="26-CM-118", judge="Hon. A. Perez", agency="cedar", number="+15555550117",
    categories=("location.fix",), precision="1km", looks=3, issued=IN_2030 - 9, begins=IN_2030 - 9, until=IN_2030,
)  # fmt: skip
PAPER = canonical.b64(
    canonical.encode(msgspec.structs.replace(ORDER, key="", court="moot", defer_until=IN_2030))
)
LINE = {"court": "dane-court", "line": "+16085550199"}
REVIEW = {"order": canonical.b64(bytes(32)), "line": "+16085550199", "docket": "26-CM-118", "digits": "0117"}
IN_DANGER: dict[str, str] = {"number": "AA", "digits": "0117", "danger": "a child is out in the cold"}
FIRST = canonical.b64(
    signed.write(
        exigent.Exigent(issued=1, expires=2, nonce=canonical.b64(bytes(16)), **IN_DANGER),
        software_key(),
    )
)
MISSING: dict[str, str] = {"case": "26-0417", "number": "AA", "digits": "0117", "reason": "she left at six"}
FIRST_CASE = canonical.b64(
    signed.write(
        missing.MissingCase(issued=1, expires=2, nonce=canonical.b64(bytes(16)), **MISSING),
        software_key(),
    )
)
CALLED = {"exigent": canonical.b64(bytes(32)), "line": "+16085550123", "digits": "0117"}
JUDGED = {"exigent": canonical.b64(bytes(32)), "reason": "the child was found there"}
LOOK = {"order": canonical.b64(bytes(32)), "number": "AA", "categories": ("location.fix",), "recipient": "AA"}
STATEMENTS: dict[str, tuple[type[SignedStatement], dict[str, object]]] = {
    "session": (s.Session, {"key": SESSION, "until": 1, "position": ""}),
    "session of an officer": (s.Session, {"key": SESSION, "until": IN_2030, "position": "7"}),
    "grant": (s.Grant, GRANT),
    "erase": (s.Erase, {"categories": ()}),
    "erase a part": (s.Erase, {"categories": ("emergency.photo",)}),
    "add-key": (s.AddKey, {"key": KEY, "label": "phone"}),
    "revoke-key": (s.RevokeKey, {"key": KEY.id}),
    "enrol-officer": (enrolments.EnrolOfficer, OFFICER),
    "revoke-officer": (enrolments.RevokeOfficer, {"org": "cedar", "officer": ID}),
    "roster": (enrolments.Roster, {"org": "cedar", "officers": (ID,)}),
    "withdraw-grant": (s.WithdrawGrant, {"purpose": "emergency-response"}),
    "freeze": (s.Freeze, {"leaf": canonical.b64(bytes(32))}),
    "unfreeze": (s.Unfreeze, {}),
    "channels": (s.Channels, CHANNELS),
    "withdraw-number": (s.WithdrawNumber, {"number": ID}),
    "enrol-organisation": (
        enrolments.EnrolOrganisation,
        {**ORGANISATION, "sponsors": (enrolments.NamedKey(name="day sponsor", key=KEY),)},
    ),
    "enrol-courier": (enrolments.EnrolCourier, {"courier": "post", "sign": KEY, "seal": "AA"}),
    "enrol-processor": (
        enrolments.EnrolProcessor,
        {"processor": "sms", "name": "Carrier", "does": "sends texts"},
    ),
    "policy-release": (enrolments.PolicyRelease, {"policy": "AA", "widens": True}),
    "restore-release": (enrolments.RestoreRelease, {"size": 12, "root": "AA"}),
    "offer-key": (enrolments.OfferKey, {"org": "cedar", "name": "Kim", "key": KEY}),
    "consent": (location.Consent, {**CONSENT, "precision": "1km"}),
    "consent to the very place": (location.Consent, {**CONSENT, "precision": "exact"}),
    "withdraw-consent": (location.WithdrawConsent, {"consent": ID}),
    "pause-location": (location.PauseLocation, {"paused": True}),
    "pause-location, off again": (location.PauseLocation, {"paused": False}),
    "enrol-court-line": (enrolments.EnrolCourtLine, {**LINE, "certificates": ()}),
    "enrol-court-line, with a certificate": (enrolments.EnrolCourtLine, {**LINE, "certificates": (ID,)}),
    "lodge-order": (orders.LodgeOrder, {"order": sign_order(ORDER, COURT).decode()}),
    "lodge-order, a paper that defers": (
        orders.LodgeOrder,
        {"order": PAPER, "scan": canonical.b64(bytes(32))},
    ),
    "review-order": (orders.ReviewOrder, {**REVIEW, "result": "confirmed"}),
    "review-order, denied": (orders.ReviewOrder, {**REVIEW, "result": "denied"}),
    "look-under": (orders.LookUnder, {**LOOK, "reason": "to find the car"}),
    "exigent": (exigent.Exigent, IN_DANGER),
    "second-exigent": (
        exigent.SecondExigent,
        {"request": FIRST, "number": "AA", "reason": "I heard the call"},
    ),
    "confirm-exigent": (exigent.ConfirmExigent, {**CALLED, "result": "confirmed"}),
    "confirm-exigent, denied": (exigent.ConfirmExigent, {**CALLED, "result": "denied"}),
    "agree-if-missing": (
        location.AgreeIfMissing,
        {"org": "cedar", "number": ID, "until": IN_2030, "language": "en"},
    ),
    "missing-case": (missing.MissingCase, MISSING),
    "second-missing-case": (
        missing.SecondMissingCase,
        {"request": FIRST_CASE, "number": "AA", "reason": "I spoke with the home"},
    ),
    "missing-found": (missing.MissingFound, {"case": canonical.b64(bytes(32))}),
    "review-exigent": (exigent.ReviewExigent, {**JUDGED, "result": "upheld"}),
    "review-exigent, not upheld": (exigent.ReviewExigent, {**JUDGED, "result": "not-upheld"}),
    "review-exigent, released": (exigent.ReviewExigent, {**JUDGED, "result": "released"}),
}


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("name", STATEMENTS)
def test_every_statement_is_shown_in_words(open_page: Page, door: RunningDoor, name: str, lang: str) -> None:
    kind, fields = STATEMENTS[name]
    if fields.get("client") == CALLGATE:
        fields = {**fields, "client": door.world.callgate.key.id}
    visit(open_page, door, door.to_sign(kind, **fields).replace("lang=en", f"lang={lang}"))
    card = open_page.locator(".door-card")
    assert card.locator("li").count() >= 1
    words = load_catalogue(HERE.parent / "catalogue")[lang]
    assert card.locator("h2").inner_text() == words[f"sign.{kind.__struct_config__.tag}.title"]
    assert "{" not in card.locator("ul").inner_text()
    assert open_page.locator("#signing button").first.is_enabled()
    (clean if lang == "en" else fits)(open_page)  # the other language has other words only


def test_a_consent_names_company_and_end_recipient(page: Page, door: RunningDoor) -> None:
    fields = {**CONSENT, "client": door.world.callgate.key.id, "precision": "exact"}
    visit(page, door, door.to_sign(location.Consent, **fields))
    card = page.locator(".door-card").inner_text()
    for said in (
        "callgate (Cedar",
        "to help you as their customer",
        "the exact place",
        "At most 4 times an hour",
        "2030",
    ):
        assert said in card, said


def test_a_consent_for_a_key_that_nobody_enrolled_is_not_signed(page: Page, door: RunningDoor) -> None:
    fields = {**CONSENT, "client": canonical.b64(bytes(32)), "precision": "1km"}
    visit(page, door, door.to_sign(location.Consent, **fields))
    page.locator("#problem .usa-alert").wait_for()
    assert page.locator("#signing button:visible").count() == 0


def test_the_phrases_cover_exactly_what_the_test_knows(page: Page, door: RunningDoor) -> None:
    page.goto(f"{door.origin}/")
    shown = page.evaluate("async () => (await import(location.origin + '/door/js/phrases.js')).SHOWN")
    assert set(shown) == {kind.__struct_config__.tag for kind, _ in STATEMENTS.values()}


def test_the_time_is_the_persons_own(browser: Browser, door: RunningDoor) -> None:
    context = browser.new_context(timezone_id="America/Los_Angeles")
    page = context.new_page()
    visit(page, door, door.to_sign(s.Session, key=SESSION, until=IN_2030, position="7"))
    assert "March 17, 2030 at 10:46 AM PDT" in page.locator(".door-facts").inner_text().replace("\u202f", " ")
    context.close()


def test_a_person_can_sign_with_the_keyboard_alone(page: Page, door: RunningDoor) -> None:
    with_authenticator(page)
    visit(page, door, f"{door.origin}/new?lang=en")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "Make my passkey":
            break
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your record has begun").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "Your record has begun"


def test_the_language_link_keeps_what_is_to_be_signed(page: Page, door: RunningDoor) -> None:
    visit(page, door, door.to_sign(s.Unfreeze))
    page.get_by_role("link", name="Español").click()
    page.get_by_role("heading", name="Abrir otra vez su perfil").wait_for()


def test_the_language_follows_the_browser_unless_asked(door: RunningDoor) -> None:
    told = {
        wish: httpx.get(door.origin, headers={"accept-language": wish}).headers["content-language"]
        for wish in ("es-MX,en;q=0.5", "de,en", "fr")
    }
    assert told == {"es-MX,en;q=0.5": "es", "de,en": "en", "fr": "en"}
    assert (
        httpx.get(f"{door.origin}/?lang=es", headers={"accept-language": "en"}).headers["content-language"]
        == "es"
    )


def test_nothing_comes_from_anywhere_else_and_the_policy_is_kept(page: Page, door: RunningDoor) -> None:
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for path in ("/", "/new", "/trail", "/sheet", "/demo"):
        page.goto(f"{door.origin}{path}")
        page.locator("#main h1:visible").wait_for()
    assert all(url.startswith(door.origin) for url in asked)
    assert said == []
    assert page.context.cookies() == []


def test_the_modules_of_both_origins_are_served(page: Page, door: RunningDoor) -> None:
    page.goto(f"{door.origin}/")
    assert call(page, "keys", "return m.keyIdOfSpki(c.unb64('AA'))") == canonical.b64(canonical.digest(b"\0"))
