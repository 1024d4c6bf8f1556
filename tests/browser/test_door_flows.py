"""What people do at the door, from the first key to the lost device: virtual authenticator, real keyholder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from breakseal.kernel.model import canonical, desk, receipt
from breakseal.kernel.model import statements as s
from breakseal.kernel.tlog import proof
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from tests.support import forgers
from tests.support.doors import RunningDoor, returned, running_door, with_authenticator
from tests.support.world import Person, software_key


@pytest.fixture
def other(browser: Browser) -> Iterator[BrowserContext]:
    """Another machine."""
    context = browser.new_context()
    yield context
    context.close()


def visit(page: Page, door: RunningDoor, address: str) -> None:
    page.goto(address, referer=f"{door.web}/")
    page.locator("#main h1:visible").wait_for()


def click(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def reached(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def signed_up(page: Page, door: RunningDoor) -> Person:
    """Sign up with a passkey, and return the person with the session key that the door let in."""
    with_authenticator(page)
    person = Person()
    visit(page, door, door.address("new", session=msgspec.to_builtins(person.session.key)))
    click(page, "Make my passkey")
    person.handle = returned(page, door)["handle"]
    return person


def own_desk(door: RunningDoor, person: Person) -> desk.SelfDesk:
    answer = door.world.desk(person, "self", person.session)
    assert isinstance(answer, desk.SelfDesk)
    return answer


def test_signing_up_makes_a_record_and_lets_the_session_in(page: Page, door: RunningDoor) -> None:
    person = signed_up(page, door)
    held = own_desk(door, person)
    assert held.handle == person.handle
    assert sorted(key.use for key in held.keys) == ["passkey", "session"]


def test_going_back_from_sign_up_makes_nothing(page: Page, door: RunningDoor) -> None:
    visit(page, door, door.address("new"))
    click(page, "Go back without doing this")
    assert returned(page, door) == {"v": 1, "ok": False, "handle": "", "leaves": [], "error": "cancelled"}


def test_a_demo_key_signs_up_where_there_is_no_authenticator(page: Page, door: RunningDoor) -> None:
    person = Person()
    visit(page, door, door.address("new", session=msgspec.to_builtins(person.session.key)))
    click(page, "Make a demo key instead")
    assert returned(page, door)["ok"]
    assert "demo" in {key.use for key in own_desk(door, person).keys}
    visit(
        page,
        door,
        door.to_sign(
            s.Session, key=software_key("session").key, until=door.world.clock.now() + 60, position=""
        ),
    )
    click(page, "Sign with this demo key")
    assert returned(page, door)["ok"]


def test_outside_a_demo_there_is_no_demo_key(page: Page, tmp_path: Path) -> None:
    with running_door(tmp_path, demo=False) as door:
        visit(page, door, door.address("new"))
        assert page.get_by_text("demo").filter(visible=True).count() == 0
        page.goto(f"{door.origin}/demo?lang=en")
        reached(page, "For a demonstration only")


def test_without_an_authenticator_the_page_says_so_and_can_be_tried_again(
    page: Page, door: RunningDoor
) -> None:
    session = with_authenticator(page, isUserVerified=False)
    visit(page, door, door.address("new"))
    click(page, "Make my passkey")
    expect(page.get_by_role("alert")).to_contain_text("You can try again")
    session.send("WebAuthn.disable")
    with_authenticator(page)
    click(page, "Make my passkey")
    assert returned(page, door)["ok"]


def test_a_browser_without_passkeys_is_told(page: Page, door: RunningDoor) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    visit(page, door, door.address("new"))
    click(page, "Make my passkey")
    expect(page.get_by_role("alert")).to_contain_text("no passkeys")


def test_consent_is_signed_and_returns_its_leaf(page: Page, door: RunningDoor) -> None:
    person = signed_up(page, door)
    grant = {
        "purpose": "emergency-response",
        "categories": ("emergency.medical",),
        "anywhere": False,
        "places": ("55079",),
    }
    visit(page, door, door.to_sign(s.Grant, **grant))
    expect(page.locator(".door-card")).to_contain_text("medical needs")
    expect(page.locator(".door-card")).to_contain_text("Cedar")
    click(page, "Sign with my passkey")
    told = returned(page, door)
    assert told["ok"]
    assert len(canonical.unb64(told["leaves"][0])) == 32
    assert own_desk(door, person).grants[0].places == ("55079",)


def test_a_statement_that_waited_too_long_is_not_signed(page: Page, door: RunningDoor) -> None:
    signed_up(page, door)
    page.clock.install()
    visit(page, door, door.to_sign(s.Unfreeze))
    page.clock.fast_forward("06:00")
    click(page, "Sign with my passkey")
    expect(page.get_by_role("alert")).to_contain_text("This took too long")


def test_an_officer_joins_after_the_sponsor_typed_the_code(
    page: Page, other: BrowserContext, door: RunningDoor
) -> None:
    with_authenticator(page)
    visit(page, door, f"{door.origin}/join?org=cedar&lang=en")
    page.get_by_label("Your name").fill("Kim Doe")
    click(page, "Make my work key")
    reached(page, "Tell your sponsor this code")
    code = page.locator("#code").inner_text()

    sponsor = other.new_page()
    visit(sponsor, door, f"{door.origin}/demo?lang=en")
    click(sponsor, "Take this key")
    expect(sponsor.get_by_text("This key is in this browser")).to_be_visible()
    visit(sponsor, door, f"{door.origin}/sponsor?lang=en")
    click(sponsor, "Sign with this demo key")
    reached(sponsor, "Cedar")
    assert (
        code not in sponsor.locator("body").inner_text()
    )  # typed from hearing, never copied from the screen
    sponsor.get_by_label("The code that you heard").fill("00000-00000")
    click(sponsor, "Compare and go on")
    expect(sponsor.get_by_role("alert")).to_contain_text("let nobody in")
    sponsor.get_by_label("The code that you heard").fill(code.lower().replace("-", " "))
    click(sponsor, "Compare and go on")
    reached(sponsor, "Do you want to sign this?")
    click(sponsor, "Sign with this demo key")
    reached(sponsor, "Signed")
    assert [one.name for one in door.world.engine.core.organisations.officers("cedar")] == ["Kim Doe"]

    visit(
        page,
        door,
        door.to_sign(
            s.Session, key=software_key("session").key, until=door.world.clock.now() + 28_800, position="7"
        ),
    )
    click(page, "Sign with my passkey")
    assert returned(page, door)["ok"]


def test_the_roster_is_confirmed_and_an_officer_ended(page: Page, door: RunningDoor) -> None:
    door.world.officer()
    before = {one.officer for one in door.world.engine.core.organisations.officers("cedar")}
    visit(page, door, f"{door.origin}/demo?lang=en")
    click(page, "Take this key")
    expect(page.get_by_text("This key is in this browser")).to_be_visible()
    for name in ("Confirm everybody who works now…", "End access…"):
        visit(page, door, f"{door.origin}/sponsor?lang=en")
        click(page, "Sign with this demo key")
        page.get_by_role("button", name=name).last.click()
        reached(page, "Do you want to sign this?")
        click(page, "Sign with this demo key")
        reached(page, "Signed")
    left = {one.officer for one in door.world.engine.core.organisations.officers("cedar")}
    assert left < before
    assert len(left) == len(before) - 1


def test_the_recovery_sheet_lets_a_new_device_in(
    page: Page, other: BrowserContext, door: RunningDoor
) -> None:
    person = signed_up(page, door)
    visit(page, door, f"{door.origin}/sheet?lang=en")
    click(page, "Make the code")
    reached(page, "Keep this code on paper")
    code = "".join(page.locator(".door-code__row").all_inner_texts())
    assert len(code.replace("-", "")) == 26
    click(page, "I have it on paper")
    page.get_by_label("last five").fill("00000")
    click(page, "Add it with my passkey")
    expect(page.get_by_role("alert")).to_contain_text("last five")
    page.get_by_label("last five").fill(code[-5:])
    click(page, "Add it with my passkey")
    reached(page, "Your recovery sheet works")
    assert page.content().count(code[-5:]) == 0

    new = other.new_page()
    with_authenticator(new)
    visit(new, door, f"{door.origin}/recover?lang=en")
    new.get_by_label("The code on your sheet").fill(_mistyped(code))
    click(new, "Check the code")
    expect(new.get_by_role("alert")).to_contain_text("mistake")
    new.get_by_label("The code on your sheet").fill(f" {code.lower()} ")
    click(new, "Check the code")
    reached(new, "Now make a new passkey")
    click(new, "Make my new passkey")
    reached(new, "You are in again")
    uses = sorted(key.use for key in own_desk(door, person).keys)
    assert uses == ["passkey", "passkey", "recovery", "session"]


def _mistyped(code: str) -> str:
    return ("1" if code[0] != "1" else "2") + code[1:]


def test_a_second_device_gets_in_by_its_code_and_can_be_ended(
    page: Page, other: BrowserContext, door: RunningDoor
) -> None:
    person = signed_up(page, door)
    second = other.new_page()
    with_authenticator(second)
    visit(second, door, f"{door.origin}/devices/new?lang=en")
    second.get_by_label("What do you call this device?").fill("kitchen tablet")
    click(second, "Make a key on this device")
    reached(second, "Type this code on your other device")

    visit(page, door, f"{door.origin}/devices?lang=en")
    page.get_by_label("The code on the new device").fill(second.locator("#code").inner_text().lower())
    click(page, "Go on")
    expect(page.locator("#card")).to_contain_text("kitchen tablet")
    click(page, "Let it in with my passkey")
    reached(page, "The new device is in")
    assert "kitchen tablet" in {key.label for key in own_desk(door, person).keys}

    visit(page, door, f"{door.origin}/devices?lang=en")
    click(page, "Show my keys")
    row = page.locator(".door-entry", has_text="kitchen tablet")
    row.get_by_role("button", name="End this key…").click()
    reached(page, "Do you want to sign this?")
    click(page, "End it with my passkey")
    reached(page, "The key is ended")
    assert "kitchen tablet" not in {key.label for key in own_desk(door, person).keys}


def test_keys_that_the_keyholder_did_not_list_are_not_shown(page: Page, door: RunningDoor) -> None:
    signed_up(page, door)
    page.route("**/api/read", forgers.empty_desk)
    visit(page, door, f"{door.origin}/devices?lang=en")
    click(page, "Show my keys")
    expect(page.get_by_role("alert")).to_contain_text("This answer is not the keyholder's")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_code_that_nobody_offered_is_refused(page: Page, door: RunningDoor) -> None:
    visit(page, door, f"{door.origin}/devices?lang=en")
    page.get_by_label("The code on the new device").fill("00000-00000")
    click(page, "Go on")
    expect(page.get_by_role("alert")).to_contain_text("No device waits")


def test_the_list_is_proved_and_its_receipt_checks_here_and_in_the_kernel(
    page: Page, door: RunningDoor, tmp_path: Path
) -> None:
    signed_up(page, door)
    visit(page, door, f"{door.origin}/trail?lang=en")
    click(page, "Open my list with my passkey")
    expect(page.locator("#verdict")).to_contain_text("1 entries, none missing; 1 proved")
    with page.expect_download() as download:
        click(page, "Keep the receipt")
    kept = tmp_path / "receipt.json"
    download.value.save_as(kept)
    parsed, _, body = receipt.read_receipt(kept.read_bytes())
    policy = parse_policy(f"log {door.world.log_signer.key.encode()}\nquorum none\n".encode())
    proof.verify(parsed.proof.encode(), canonical.unb64(parsed.leaf), policy)
    assert body.result == "record-begun"

    visit(page, door, f"{door.origin}/receipt?lang=en")
    page.get_by_label("Receipt file").set_input_files(kept)
    expect(page.locator("#verdict")).to_contain_text("This receipt is genuine")
    changed = tmp_path / "changed.json"
    changed.write_bytes(re.sub(rb'"salt":".', b'"salt":"_', kept.read_bytes()))
    page.get_by_label("Receipt file").set_input_files(changed)
    expect(page.get_by_role("alert")).to_contain_text("does not hold")


def test_that_was_not_my_call_freezes_and_opens_a_case(
    page: Page, other: BrowserContext, door: RunningDoor
) -> None:
    person = signed_up(page, door)
    world = door.world
    world.bind(person, "+15555550199")
    world.write(person, "emergency.medical", b'{"fields":{}}')
    visit(
        page,
        door,
        door.to_sign(
            s.Grant, purpose="emergency-response", categories=("emergency.medical",), anywhere=True, places=()
        ),
    )
    click(page, "Sign with my passkey")
    returned(page, door)
    officer = world.officer("12")
    world.disclose(officer, world.call("+15555550199", call="freeze-me", position="12"))

    visit(page, door, f"{door.origin}/trail?lang=en")
    click(page, "Open my list with my passkey")
    entry = page.locator(".door-entry--opened")
    expect(entry).to_contain_text("Kim Doe, call-taker, Cedar")
    expect(entry).to_contain_text("medical needs")
    entry.get_by_role("button", name="That was not my call").click()
    expect(page.locator("#card")).to_contain_text("Oversight gets a case")
    click(page, "Sign with my passkey")
    reached(page, "Signed")
    assert own_desk(door, person).frozen
    assert world.engine.core.store.one("SELECT count(*) FROM cases WHERE handle = ?", person.handle) == (1,)


def test_the_sponsor_reads_the_organisations_entries(page: Page, door: RunningDoor) -> None:
    door.world.officer("31")
    visit(page, door, f"{door.origin}/demo?lang=en")
    click(page, "Take this key")
    expect(page.get_by_text("This key is in this browser")).to_be_visible()
    visit(page, door, f"{door.origin}/oversight?lang=en")
    page.locator("#trail-signing").get_by_role("button", name="Sign with this demo key").click()
    expect(page.locator("#trail")).to_contain_text("An officer was let in")
    visit(page, door, f"{door.origin}/oversight?lang=en")
    page.locator("#cases-signing").get_by_role("button", name="Sign with this demo key").click()
    expect(page.get_by_role("alert")).to_contain_text("This is for oversight")
