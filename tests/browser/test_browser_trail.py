"""The browser proves a list whole and a receipt genuine as the kernel does, and refuses every tampering."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Error, Page

from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Body, Entry, Trail, sign_head, verify_trail
from tests.support.pages import call
from tests.support.trails import Town, receipt_of, some_bodies

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


JOIN = """const asked = [];
  const whole = await m.joinPages(async (first) => { asked.push(first); return a[asked.length - 1]; });
  return { asked, numbers: (await m.verifyTrail(whole, a.at(-1))).map((one) => one.n) }"""


def _paged(trail: Trail, *cuts: tuple[int, int]) -> list[Any]:
    return [msgspec.to_builtins(msgspec.structs.replace(trail, entries=trail.entries[a:b])) for a, b in cuts]


def test_pages_joined_are_the_whole_trail(here: Page) -> None:
    town = Town.fresh()
    pages = _paged(town.trail(some_bodies(5)), (0, 2), (2, 4), (4, 5))
    told = call(here, "trail", JOIN, *pages, town.facts())
    assert told == {"asked": [1, 3, 5], "numbers": [1, 2, 3, 4, 5]}


@pytest.mark.parametrize("cuts", [((0, 2), (4, 5), (5, 5)), ((2, 4), (0, 2), (4, 5)), ((0, 2), (2, 2))])
def test_a_page_left_out_swapped_or_empty_is_refused(here: Page, cuts: tuple[tuple[int, int], ...]) -> None:
    town = Town.fresh()
    pages = _paged(town.trail(some_bodies(5)), *cuts)
    with pytest.raises(Error, match=r"TrailError|entry"):
        call(here, "trail", JOIN, *pages, town.facts())


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


def _joined(trail: Trail) -> list[bool]:
    bodies = [canonical.decode(canonical.unb64(entry.body), Body) for entry in trail.entries]
    return [bool(body.joined) for body in bodies]


def test_what_an_order_deferred_is_proved_and_shown_as_what_it_is(here: Page) -> None:
    town = Town.fresh()
    ordinary, deferred, last = some_bodies(3)
    trail = town.trail([ordinary, town.told_late(deferred), last])
    verify_trail(trail, town.keyholder.key)
    assert _joined(trail) == [False, True, False]
    code = (
        "return (await m.verifyTrail(a[0], a[1])).map((one) =>"
        " one.joined && [one.joined.body.at, one.joined.leaf.notice, one.joined.receipt.length > 0])"
    )
    told = call(here, "trail", code, msgspec.to_builtins(trail), town.facts())
    assert told == [None, [deferred.at, "deferred", True], None]


def test_the_receipt_of_a_joined_entry_stands_alone(here: Page) -> None:
    town = Town.fresh()
    notice = town.told_late(some_bodies(1)[0])
    assert isinstance(notice.joined, Entry)
    trail = town.trail([notice])
    for entry in (notice.joined, trail.entries[0]):
        code = "return (await m.verifyReceipt(c.unb64(a[0]), a[1])).body.result"
        told = call(here, "receipt", code, canonical.b64(receipt_of(entry)), town.log.key.encode())
        assert told in ("opened", "told-late")


LATE: dict[str, Callable[[Body, Town], Body]] = {
    "another body": lambda b, _: _other(b, body=canonical.b64(b"{}")),
    "another salt": lambda b, _: _other(b, salt=canonical.b64(bytes(32))),
    "no proof": lambda b, _: _other(b, proof=""),
    "another log's proof": lambda b, _: _other(b, proof=_proof_of(Town.fresh())),
    "a leaf that nobody deferred": lambda _, town: town.told_late(some_bodies(1)[0], "after-call"),
    "in a body that is no notice": lambda b, _: msgspec.structs.replace(b, type="disclose"),
}


def _other(notice: Body, **changes: str) -> Body:
    assert isinstance(notice.joined, Entry)
    return msgspec.structs.replace(notice, joined=msgspec.structs.replace(notice.joined, **changes))


def _proof_of(town: Town) -> str:
    return town.trail(some_bodies(1)).entries[0].proof


@pytest.mark.parametrize("name", LATE)
def test_a_false_entry_joined_to_a_list_is_refused(here: Page, name: str) -> None:
    town = Town.fresh()
    trail = town.trail([LATE[name](town.told_late(some_bodies(1)[0]), town)])
    with pytest.raises(Error, match=r"TrailError|entry \d|FormatError"):
        _verify(here, town, trail)


def test_a_head_that_hides_what_was_deferred_is_refused(here: Page) -> None:
    town = Town.fresh()
    trail = town.trail([town.told_late(some_bodies(1)[0])])
    head = sign_head(msgspec.structs.replace(trail.head, deferred=0), town.keyholder)
    with pytest.raises(Error, match="deferred entries"):
        _verify(here, town, msgspec.structs.replace(trail, head=head))
