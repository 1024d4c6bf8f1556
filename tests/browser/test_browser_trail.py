"""The browser proves a list whole and a receipt genuine as the kernel does, and refuses every tampering."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Error, Page

from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Trail, sign_head, verify_trail
from tests.support.pages import call, module_origin
from tests.support.trails import Town, receipt_of, some_bodies


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with module_origin() as origin:
        yield origin


@pytest.fixture
def here(origin: str, page: Page) -> Page:
    page.goto(f"{origin}/blank.html")
    return page


VERIFY = """return (await m.verifyTrail(a[0], a[1])).map((one) =>
  ({n: one.n, at: one.body.at, inLog: one.inLog, receipt: one.receipt && c.b64(one.receipt)}))"""


def _verify(here: Page, town: Town, trail: Trail) -> Any:
    return call(here, "trail", VERIFY, msgspec.to_builtins(trail), town.facts())


def test_a_whole_trail_verifies_and_yields_its_receipts(here: Page) -> None:
    town = Town.fresh()
    trail = town.trail(some_bodies(5))
    verify_trail(trail, town.keyholder.key)
    checked = _verify(here, town, trail)
    assert [(one["n"], one["inLog"]) for one in checked] == [(n, True) for n in range(1, 6)]
    assert [canonical.unb64(one["receipt"]) for one in checked] == [
        receipt_of(entry) for entry in trail.entries
    ]


def test_an_empty_trail_verifies(here: Page) -> None:
    town = Town.fresh()
    assert _verify(here, town, town.trail([])) == []


def _other_body(trail: Trail, town: Town) -> Trail:
    entry = trail.entries[1]
    body = canonical.unb64(entry.body).replace(b"emergency.medical", b"emergency.contact")
    return _with(trail, 1, body=canonical.b64(body))


def _with(trail: Trail, at: int, **changes: str) -> Trail:
    entries = list(trail.entries)
    entries[at] = msgspec.structs.replace(entries[at], **changes)
    return msgspec.structs.replace(trail, entries=tuple(entries))


def _of_another_question(trail: Trail, town: Town) -> Trail:
    head = msgspec.structs.replace(trail.head, request=canonical.b64(bytes(32)))
    return msgspec.structs.replace(trail, head=sign_head(head, town.keyholder))


def _head(trail: Trail, **changes: object) -> Trail:
    return msgspec.structs.replace(trail, head=msgspec.structs.replace(trail.head, **changes))


TAMPERINGS: dict[str, Callable[[Trail, Town], Trail]] = {
    "a head that answered an older question": _of_another_question,
    "an entry left out": lambda t, _: msgspec.structs.replace(t, entries=t.entries[:1] + t.entries[2:]),
    "the last entry left out": lambda t, _: msgspec.structs.replace(t, entries=t.entries[:-1]),
    "the last one left out and counted so": lambda t, _: _head(
        msgspec.structs.replace(t, entries=t.entries[:-1]), n=t.head.n - 1
    ),
    "two swapped": lambda t, _: msgspec.structs.replace(
        t, entries=(t.entries[1], t.entries[0], *t.entries[2:])
    ),
    "a changed body": _other_body,
    "another salt": lambda t, _: _with(t, 2, salt=canonical.b64(bytes(32))),
    "another's entry": lambda t, town: _with(
        t, 1, **msgspec.to_builtins(town.trail(some_bodies(3), bytes(32)).entries[1])
    ),
    "another trail key": lambda t, _: msgspec.structs.replace(t, key=canonical.b64(bytes(32))),
    "a head of another keyholder": lambda t, _: msgspec.structs.replace(
        t, head=Town.fresh().trail(some_bodies(3)).head
    ),
    "a changed head": lambda t, _: _head(t, deferred=1),
    "a head with another link": lambda t, _: _head(t, link=canonical.b64(bytes(32))),
    "a proof of another log": lambda t, _: _with(
        t, 1, proof=Town.fresh().trail(some_bodies(3)).entries[1].proof
    ),
    "the proof of another entry": lambda t, _: _with(t, 1, proof=t.entries[2].proof),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_with_a_trail_is_refused(here: Page, name: str) -> None:
    town = Town.fresh()
    trail = TAMPERINGS[name](town.trail(some_bodies(3)), town)
    with pytest.raises(Error, match=r"TrailError|entry \d|head|signature"):
        _verify(here, town, trail)


def test_an_entry_whose_body_a_restore_lost_is_named_as_such(here: Page) -> None:
    town = Town.fresh()
    trail = _with(town.trail(some_bodies(3)), 1, body="", salt="")
    verify_trail(trail, town.keyholder.key)
    code = "return (await m.verifyTrail(a[0], a[1])).map((one) => [one.lost, one.receipt === null, one.body.result])"
    told = call(here, "trail", code, msgspec.to_builtins(trail), town.facts())
    assert told == [[False, False, "opened"], [True, True, "lost"], [False, False, "opened"]]


def test_the_error_names_the_entry(here: Page) -> None:
    town = Town.fresh()
    trail = _other_body(town.trail(some_bodies(3)), town)
    code = "try { await m.verifyTrail(a[0], a[1]); } catch (error) { return error.entry; }"
    assert call(here, "trail", code, msgspec.to_builtins(trail), town.facts()) == 2


def test_an_entry_without_a_proof_is_not_called_proved(here: Page) -> None:
    town = Town.fresh()
    checked = _verify(here, town, _with(town.trail(some_bodies(2)), 1, proof=""))
    assert [one["inLog"] for one in checked] == [True, False]
    assert checked[1]["receipt"] is None


def test_a_browser_without_ed25519_says_so(here: Page) -> None:
    town = Town.fresh()
    code = """
      const real = crypto.subtle.importKey.bind(crypto.subtle);
      const lacking = (name) => name === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) : null;
      crypto.subtle.importKey = (f, k, name, ...rest) => lacking(name) ?? real(f, k, name, ...rest);
      crypto.subtle.generateKey = (name) => lacking(name);
      try { await m.verifyTrail(a[0], a[1]); } catch (error) { return error.reason; }"""
    assert (
        call(here, "trail", code, msgspec.to_builtins(town.trail(some_bodies(1))), town.facts())
        == "no-ed25519"
    )


def _receipt(here: Page, town: Town, receipt: bytes) -> Any:
    code = "const r = await m.verifyReceipt(c.unb64(a[0]), a[1]); return {index: r.index, size: r.size, at: r.body.at}"
    return call(here, "receipt", code, canonical.b64(receipt), town.facts()["logVkey"])


def test_a_receipt_verifies(here: Page) -> None:
    town = Town.fresh()
    entry = town.trail(some_bodies(4)).entries[3]
    assert _receipt(here, town, receipt_of(entry)) == {"index": 6, "size": 8, "at": 1_800_000_003}


def test_every_changed_byte_of_a_receipt_is_refused(here: Page) -> None:
    town = Town.fresh()
    receipt = receipt_of(town.trail(some_bodies(2)).entries[0])
    code = """const good = c.unb64(a[0]); const passed = [];
      for (let at = 0; at < good.length; at += 7) {
        const bad = good.slice(); bad[at] ^= 1;
        try { await m.verifyReceipt(bad, a[1]); passed.push(at); } catch { /* refused, as it should be */ }
      }
      return passed;"""
    facts = town.facts()
    # A changed member of the leaf changes its hash; of the body, the commitment; of the proof, the root.
    assert call(here, "receipt", code, canonical.b64(receipt), facts["logVkey"]) == []
