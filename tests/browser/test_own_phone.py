"""A person makes a device on their page, an unchanged app reports, and the page shows where; in a real browser."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.fixes import fix_info, open_fix, seal_fix
from breakseal.kernel.model.location import Fix
from breakseal.kernel.seal import hpke
from breakseal.kernel.seal.fixkeys import derive_pair
from tests.browser.test_resident_pages import at_door, clean
from tests.support.demotown import DemoTown
from tests.support.doors import SMALL, person_with_passkey
from tests.support.pages import call, module_origin

LAT, LON = 44.05641, -123.09512
FIX = Fix(lat=44_056_410, lon=-123_095_120, radius=25, at=1_790_000_000)


@pytest.fixture
def person(browser: Browser, town: DemoTown) -> Iterator[Page]:
    """A small phone with a passkey, after signing up."""
    with person_with_passkey(browser, viewport=SMALL) as page:
        page.goto(f"{town.web}/new")
        page.locator("#go").click()
        at_door(page, town, "/profile/who")
        yield page


def make(page: Page, town: DemoTown, label: str) -> dict[str, str]:
    """Make a device on the page; return what the page shows for OwnTracks."""
    page.goto(f"{town.web}/own-phone")
    expect(page.locator("#filled")).to_be_visible(timeout=20_000)
    page.fill("#label", label)
    page.locator("#add button").click()
    box = page.locator('[data-app="owntracks"]')
    expect(box).to_be_visible(timeout=20_000)
    box.locator("summary").click()
    clean(page)
    expect(box.locator("img")).to_be_visible()
    return {name: box.locator(f"[data-field={name}]").inner_text() for name in ("url", "name", "password")}


def report(told: dict[str, str], at: int, lat: float = LAT) -> httpx.Response:
    body = {"_type": "location", "lat": lat, "lon": LON, "acc": 25, "tst": at, "vel": 9, "SSID": "HomeNet"}
    return httpx.post(told["url"], json=body, auth=(told["name"], told["password"]))


def test_a_phones_own_report_is_shown_to_its_person_and_to_nobody_else(person: Page, town: DemoTown) -> None:
    page = person
    page.goto(f"{town.web}/own-phone")
    expect(page.locator("#latest")).to_have_text("No phone of yours reports here yet.", timeout=20_000)
    clean(page)
    told = make(page, town, "Xenia's phone")
    expect(page.locator("#devices")).to_contain_text("Xenia's phone")
    answer = report(told, int(time.time()) - 5)
    assert (answer.status_code, answer.text) == (200, "[]")
    page.locator("#again").click()
    expect(page.locator("#latest")).to_contain_text("within 25 m of 44.05641, -123.09512")
    clean(page)
    _nothing_readable_is_stored(town)

    page.reload()  # a new page has nothing but the session's keys, and opens it again
    expect(page.locator("#latest")).to_contain_text("44.05641", timeout=20_000)
    expect(page.locator("#devices")).to_contain_text("Xenia's phone")
    expect(page.locator("#made")).to_be_empty()
    assert told["password"] not in page.content()

    page.goto(f"{town.web}/where")
    expect(page.locator("#filled")).to_be_visible(timeout=20_000)
    page.locator("#again").click()
    expect(page.locator("#latest")).to_contain_text("within 25 m of 44.05641, -123.09512", timeout=20_000)
    clean(page)
    page.get_by_role("button", name="where my own phone last was").click()
    seen = page.locator("#see-words")
    expect(seen).to_contain_text("44.0564, -123.0951, from your own phone", timeout=20_000)
    expect(seen).to_contain_text("A circle with a radius of 0.9 miles")
    page.get_by_label("How exactly").select_option("exact")
    expect(seen).to_contain_text("A circle with a radius of 82 feet (25 m)")
    clean(page)
    page.get_by_role("link", name="Set up your own phone").click()

    page.get_by_role("button", name="End: Xenia's phone").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    expect(page.locator("#devices")).to_have_text("None.")
    expect(page.locator("#latest")).to_have_text("Nothing in the last 24 hours.")
    assert report(told, int(time.time())).status_code == 401


def _nothing_readable_is_stored(town: DemoTown) -> None:
    left = {
        path: path.read_bytes()
        for path in town.folder.rglob("*.sqlite*")
        if path.is_file() and "web" in path.parts
    }
    assert left
    for path, data in left.items():
        for mark in (b"44.056", b"44056410", b"123095120", b"HomeNet", b"Xenia"):
            assert mark not in data, f"{mark!r} in {path}"
    (records,) = (path for path in left if path.name == "records.sqlite")
    with closing(sqlite3.connect(records)) as db:
        assert db.execute("SELECT count(*) FROM fixes").fetchone() == (1,)


def test_the_page_speaks_spanish_and_fits_a_small_phone(person: Page, town: DemoTown) -> None:
    person.goto(f"{town.web}/own-phone?lang=es")
    expect(person.locator("#latest")).to_have_text(
        "Todavía no informa aquí ningún teléfono suyo.", timeout=20_000
    )
    clean(person)


def test_browser_and_kernel_make_the_same_pair_and_open_each_others_fixes(browser: Browser) -> None:
    data_key = bytes(range(32))
    private = derive_pair(data_key)
    info = fix_info("rosa", "phone")
    sealed = seal_fix(private.public_key(), FIX, info)
    with module_origin() as origin:
        page = browser.new_page()
        page.goto(f"{origin}/blank.html")
        made = call(
            page, "seal",
            """const pair = await m.derivedPair(Uint8Array.from(a[0]));
            const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
            const plain = await m.openWith(pair, c.unb64(a[1]), m.fixInfo("rosa", "phone"));
            const own = await m.sealTo(c.b64(point), c.utf8(a[2]), m.fixInfo("rosa", "phone"));
            return { point: Array.from(point), plain: new TextDecoder().decode(plain), own: Array.from(own) };""",
            list(data_key), b64(sealed), json.dumps(_plain(), separators=(",", ":")).ljust(96),
        )  # fmt: skip
        page.close()
    assert isinstance(made, dict)
    assert bytes(made["point"]) == hpke.point_of(private.public_key())
    assert json.loads(made["plain"]) == _plain()
    assert open_fix(private, bytes(made["own"]), info) == FIX


def _plain() -> dict[str, int]:
    return {"at": FIX.at, "lat": FIX.lat, "lon": FIX.lon, "radius": FIX.radius}
