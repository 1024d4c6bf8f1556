"""What an order had deferred, as its person reads it on the day at the door: what it is, since when, its receipt."""

from __future__ import annotations

from pathlib import Path

import msgspec
from playwright.sync_api import Page, expect

from breakseal.kernel.model import canonical, receipt
from breakseal.kernel.tlog import proof
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from tests.support.courts import Court
from tests.support.doors import RunningDoor, returned, with_authenticator
from tests.support.world import NUMBER, Person


def visit(page: Page, door: RunningDoor, address: str) -> None:
    page.goto(address, referer=f"{door.web}/")
    page.locator("#main h1:visible").wait_for()


def read_list(page: Page, door: RunningDoor) -> None:
    visit(page, door, f"{door.origin}/trail?lang=en")
    page.get_by_role("button", name="Open my list with my passkey").click()
    expect(page.locator("#verdict")).to_contain_text("none missing")


def test_a_deferred_look_is_read_on_its_day_and_not_before(
    page: Page, door: RunningDoor, tmp_path: Path
) -> None:
    with_authenticator(page)
    person, world = Person(), door.world
    visit(page, door, door.address("new", session=msgspec.to_builtins(person.session.key)))
    page.get_by_role("button", name="Make my passkey").click()
    person.handle = returned(page, door)["handle"]
    world.bind(person, NUMBER)
    court = Court(world)
    order = court.order(defer_days=30)
    court.lodge(order)
    court.look(order, reason="to find the car")
    read_list(page, door)
    expect(page.locator("#entries li.door-entry")).to_have_count(2)
    expect(page.locator("#verdict")).to_contain_text("Only what a court puts off telling")
    expect(page.locator("#verdict")).not_to_contain_text("had put off")

    world.engine.core.store.run("UPDATE deferred SET due = ?", world.clock.now())  # the day has come
    world.engine.sweep()
    read_list(page, door)
    expect(page.locator("#entries li.door-entry")).to_have_count(4)
    expect(page.locator("#verdict")).to_contain_text("A court had put off telling you about 2 of them")
    look = page.locator("#entries li.door-entry").first
    for said in (
        "located under a court's order",
        "Lee Roe",
        "to find the car",
        "A court put off telling you",
    ):
        expect(look).to_contain_text(said)
    expect(look.get_by_role("button", name="Complain to oversight")).to_be_visible()
    with page.expect_download() as download:
        look.get_by_role("button", name="Keep the receipt").click()
    download.value.save_as(tmp_path / "receipt.json")
    parsed, leaf, body = receipt.read_receipt((tmp_path / "receipt.json").read_bytes())
    policy = parse_policy(f"log {world.log_signer.key.encode()}\nquorum none\n".encode())
    proof.verify(parsed.proof.encode(), canonical.unb64(parsed.leaf), policy)
    assert (leaf.notice, body.result) == ("deferred", "located-by-order")
