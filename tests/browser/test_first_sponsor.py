"""The first sponsor of a new centre: a passkey made at the door, a file for the overseers, and then the desk opens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from playwright.sync_api import Browser, Page, expect

from breakseal.cli import main
from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.shortcode import short_code
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.oversight import founding
from tests.support.axe import check_clean
from tests.support.doors import RunningDoor, with_authenticator


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


def signers(door: RunningDoor, folder: Path) -> list[Path]:
    """Write two overseers' keys as the files that `root sign` takes."""
    files = []
    for number, overseer in enumerate(door.world.oversight[:2]):
        assert isinstance(overseer, Ed25519Signer)
        file = folder / f"overseer-{number}.pem"
        file.touch(mode=0o600)
        file.write_bytes(
            overseer._private.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        files.append(file)
    return files


def made_key(page: Page, door: RunningDoor, folder: Path, name: str) -> Path:
    page.goto(f"{door.origin}/join?lang=en")
    page.get_by_role("button", name="Make my work key").click()
    expect(page.get_by_role("heading", name="Give this key to the overseers")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this public key").click()
    assert download.value.suggested_filename == "breakseal-public-key.json"
    kept = folder / f"{name}.json"
    download.value.save_as(kept)
    return kept


def test_the_file_lets_the_first_sponsor_in(
    page: Page, door: RunningDoor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with_authenticator(page)
    day = made_key(page, door, tmp_path, "day")
    key = canonical.decode(day.read_bytes(), PublicKey)
    assert (key.use, key.alg) == ("passkey", "p256")
    code = page.locator("#first-code").inner_text()
    assert code == short_code(key)
    assert run("key", "show", day, "--json") == 0
    assert json.loads(capsys.readouterr().out)["code"] == code

    assert run("key", "new", tmp_path / "night.pem") == 0
    statement = tmp_path / "elm.json"
    assert run(
        "org", "new", "Elm County 911", "--id", "elm", "--kind", "call-centre", "--place", "55081",
        "--sponsor", f"day={day}", "--sponsor", f"night={tmp_path / 'night.pem'}.pub", "--out", statement,
    ) == 0  # fmt: skip
    for overseer in signers(door, tmp_path):
        assert run("root", "sign", statement, "--key", overseer) == 0
    draft, outer = founding.read_draft(statement.read_bytes())
    assert isinstance(draft, enrolments.EnrolOrganisation)
    door.world.submit(canonical.encode(outer))

    page.goto(f"{door.origin}/sponsor?lang=en")
    page.get_by_role("button", name="Open my desk with my passkey").click()
    expect(page.get_by_role("heading", name="Elm County 911", level=1)).to_be_visible()


def test_who_joins_a_centre_that_takes_part_gets_the_same_file(
    page: Page, door: RunningDoor, tmp_path: Path
) -> None:
    with_authenticator(page)
    page.goto(f"{door.origin}/join?org=cedar&lang=en")
    page.get_by_label("Your name").fill("Kim Doe")
    page.get_by_role("button", name="Make my work key").click()
    expect(page.get_by_role("heading", name="Tell your sponsor this code")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download this public key").click()
    download.value.save_as(tmp_path / "kim.json")
    key = canonical.decode((tmp_path / "kim.json").read_bytes(), PublicKey)
    assert short_code(key) == page.locator("#code").inner_text()


@pytest.mark.parametrize("lang", ["en", "es"])
@pytest.mark.parametrize("org", ["", "cedar"])
def test_the_pages_are_accessible_and_fit_a_small_phone(
    browser: Browser, door: RunningDoor, lang: str, org: str
) -> None:
    context = browser.new_context(bypass_csp=True, viewport={"width": 320, "height": 640})
    page = context.new_page()
    with_authenticator(page)
    page.goto(f"{door.origin}/join?{f'org={org}&' if org else ''}lang={lang}")
    expect(page.locator("h1:visible")).to_be_visible()
    if org:
        page.locator("#name").fill("Kim")
    check_clean(page)
    page.locator(".door-main:visible").click()
    expect(page.locator(".door-code:visible")).to_be_visible()
    check_clean(page)
    context.close()
