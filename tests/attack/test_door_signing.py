"""Somebody who wants a person at the door to sign something else than they think, or to be sent elsewhere."""

from __future__ import annotations

import msgspec
import pytest
from playwright.sync_api import Page, expect

from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.model.signed import read, verify_one
from tests.support.doors import RunningDoor, returned, with_authenticator
from tests.support.static import serving
from tests.support.world import Person, software_key

UNKNOWN = "This page does not know what this would sign, so it will not sign it."


def visit(page: Page, door: RunningDoor, address: str, *, sender: str | None = None) -> None:
    page.goto(address, referer=f"{door.web}/" if sender is None else sender)
    page.locator("#main h1:visible").wait_for()


def refuses(page: Page, text: str) -> None:
    expect(page.get_by_role("alert")).to_contain_text(text)
    assert page.get_by_role("button").count() == 0


def unfreeze(door: RunningDoor, **changes: object) -> dict[str, object]:
    return {**msgspec.to_builtins(s.Unfreeze(**door.world.stamp())), **changes}  # type: ignore[arg-type]


def session(door: RunningDoor) -> dict[str, object]:
    return {"key": software_key("session").key, "until": door.world.clock.now() + 3600, "position": ""}


BACKS = [
    "http://evil.example/", "http://localhost.evil.example/", "javascript:alert(1)", "data:text/html,x",
    "//evil.example/", "http://localhost:1/", "https://localhost/", "not an address", "http://evil.example@localhost/",
]  # fmt: skip


@pytest.mark.parametrize("back", BACKS)
@pytest.mark.parametrize("flow", ["sign", "new", "sheet"])
def test_nobody_is_sent_to_another_origin(page: Page, door: RunningDoor, back: str, flow: str) -> None:
    visit(page, door, door.address(flow, statement=unfreeze(door), back=back))
    refuses(page, "It would send you to a page that does not belong to this service")


def test_a_back_with_somebody_elses_name_in_it_is_refused(page: Page, door: RunningDoor) -> None:
    back = door.web.replace("http://", "http://evil.example:x@")
    visit(page, door, door.address("sign", statement=unfreeze(door), back=back))
    refuses(page, "does not belong to this service")


CHANGES: dict[str, dict[str, object]] = {
    "unknown type": {"type": "grant-everything"},
    "a type of services": {"type": "ingest-key", "keyholder": "k", "key": "AA"},
    "a type of another page": {"type": "hello", "origin": "http://localhost"},
    "a name that every object has": {"type": "constructor"},
    "unknown member": {"also": "everything"},
    "unknown version": {"v": 2},
    "wrong kind of member": {"issued": "now"},
    "short nonce": {"nonce": "AA"},
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_the_page_does_not_know_it_does_not_sign(page: Page, door: RunningDoor, name: str) -> None:
    visit(page, door, door.address("sign", statement=unfreeze(door, **CHANGES[name])))
    refuses(page, UNKNOWN)


@pytest.mark.parametrize(
    "fields",
    [
        {"purpose": "emergency-response", "categories": ["emergency.everything"]},
        {"purpose": "marketing", "categories": []},
    ],
)
def test_a_word_without_a_phrase_is_not_signed(
    page: Page, door: RunningDoor, fields: dict[str, object]
) -> None:
    statement = unfreeze(door, type="grant", anywhere=True, places=[], **fields)
    visit(page, door, door.address("sign", statement=statement))
    refuses(page, UNKNOWN)


@pytest.mark.parametrize(
    "hash_", ["e30", "AAAA", "%%%", "eyJ2IjoxLCJ2IjoxfQ", "eyJiYWNrIjoiIiwiZXh0cmEiOjEsInYiOjF9"]
)
def test_a_damaged_order_is_refused(page: Page, door: RunningDoor, hash_: str) -> None:
    visit(page, door, f"{door.origin}/sign?lang=en#{hash_}")
    refuses(page, "The link is damaged")


@pytest.mark.parametrize("sender", ["", "http://evil.example/"])
@pytest.mark.parametrize("flow", ["sign", "new"])
def test_a_link_from_another_site_is_refused(page: Page, door: RunningDoor, sender: str, flow: str) -> None:
    """Else anybody could have a person let in a session key of their own."""
    statement = msgspec.to_builtins(s.Session(**door.world.stamp(), **session(door)))  # type: ignore[arg-type]
    visit(page, door, door.address(flow, statement=statement), sender=sender)
    refuses(page, "Somebody may want you to sign something for them")


def test_a_real_page_of_another_origin_cannot_send_an_order(
    page: Page, door: RunningDoor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("evil")
    address = door.address("sign", statement=unfreeze(door))
    (folder / "index.html").write_text(
        f'<!doctype html><title>x</title><a referrerpolicy="unsafe-url" href="{address}">win</a>'
    )
    with serving(folder) as evil:
        page.goto(f"{evil}/index.html")
        page.get_by_role("link").click()
        page.locator("#main h1:visible").wait_for()
    refuses(page, "Somebody may want you to sign")


def test_the_web_origins_own_link_is_taken(page: Page, door: RunningDoor) -> None:
    page.goto(f"{door.web}/blank.html")
    page.evaluate(
        """async ([door, statement]) => {
          const { signAtDoor } = await import(location.origin + '/browser/door-link.js');
          await signAtDoor({ door, statement });
        }""",
        [door.origin, unfreeze(door)],
    )
    expect(page.get_by_role("heading", name="Open your profile again")).to_be_visible()


def test_an_order_that_changes_under_the_page_ends_it(page: Page, door: RunningDoor) -> None:
    visit(page, door, door.to_sign(s.Unfreeze))
    erase = door.address("sign", statement=unfreeze(door, type="erase", categories=[])).partition("#")[2]
    page.evaluate("(text) => { location.hash = text; }", erase)
    expect(page.get_by_role("alert")).to_contain_text("There is nothing to sign")
    assert "Erase" not in page.locator("main").inner_text()


def test_what_was_shown_is_what_the_passkey_signed(page: Page, door: RunningDoor) -> None:
    with_authenticator(page)
    visit(page, door, door.address("new", session=msgspec.to_builtins(Person().session.key)))
    page.get_by_role("button", name="Make my passkey").click()
    returned(page, door)
    visit(page, door, door.to_sign(s.Channels, address="AA", timing="none", words="neutral", language="en"))
    shown = page.locator(".door-exact").first.text_content()
    with page.expect_request("**/api/submit") as sent:
        page.get_by_role("button", name="Sign with my passkey").click()
    envelope, statement = read(canonical.unb64(sent.value.post_data_json["statements"][0]))
    assert msgspec.json.decode(shown or "") == msgspec.to_builtins(statement)
    key = door.world.engine.core.holders.find(envelope.signatures[0].key, door.world.clock.now()).key
    party = RelyingParty("localhost", door.origin)
    verify_one(key, envelope.payload_bytes(), envelope.signatures[0], party)
    swapped = canonical.encode(msgspec.structs.replace(statement, timing="at-once"))
    with pytest.raises(keys.VerificationError):
        verify_one(key, swapped, envelope.signatures[0], party)


def test_the_door_cannot_be_framed(
    page: Page, door: RunningDoor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("frame")
    (folder / "index.html").write_text(
        f'<!doctype html><title>x</title><iframe src="{door.origin}/sign"></iframe>'
    )
    with serving(folder) as evil:
        page.goto(f"{evil}/index.html")
        assert "Do you want" not in page.frames[-1].content()


def test_a_page_of_another_origin_cannot_ask_for_the_doors_passkey(page: Page, door: RunningDoor) -> None:
    """On localhost the relying party is shared by all ports; the origin in the client data still tells."""
    with_authenticator(page)
    visit(page, door, door.address("new"))
    page.get_by_role("button", name="Make my passkey").click()
    returned(page, door)
    page.goto(f"{door.web}/blank.html")
    statement = unfreeze(door)
    envelope = page.evaluate(
        """async ([rpId, statement]) => {
          const { encode, b64, sha256 } = await import(location.origin + '/browser/canonical.js');
          const { challenge, envelope, signature } = await import(location.origin + '/browser/statements.js');
          const payload = encode(statement);
          const publicKey = { rpId, challenge: await challenge(payload), userVerification: 'required' };
          const got = await navigator.credentials.get({ publicKey });
          const { signature: sig, authenticatorData, clientDataJSON } = got.response;
          const id = b64(await sha256(new Uint8Array(got.rawId)));
          const parts = { auth: b64(authenticatorData), client: b64(clientDataJSON) };
          return b64(envelope(payload, [signature(id, b64(sig), parts)]));
        }""",
        ["localhost", statement],
    )
    with pytest.raises(keys.VerificationError, match="another page than the door"):
        door.world.submit(canonical.unb64(envelope))
