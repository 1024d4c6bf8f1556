"""The browser shows an answer only if the keyholder signed it, for the statement that this browser signed and sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from playwright.sync_api import Error, Page

from breakseal.kernel.model import answers, canonical, desk
from breakseal.kernel.model.attested import attest
from breakseal.kernel.model.signers import Ed25519Signer
from tests.support.pages import call

LEAF = canonical.b64(bytes(32))
FALSE = "this answer was not made by the keyholder for this question"
VERIFY = "return (await m.verifyAnswer(a[0], a[1])).type"


@pytest.fixture(scope="module")
def keyholder() -> Ed25519Signer:
    return Ed25519Signer(ed25519.Ed25519PrivateKey.generate())


def asked(nonce: int = 0) -> dict[str, Any]:
    """Return a request as the browser holds it; `nonce` tells one from another."""
    return {
        "v": 1, "type": "request", "issued": 1_800_000_000, "expires": 1_800_000_300,
        "nonce": canonical.b64(bytes([nonce]) * 16),
        "purpose": "self-view", "basis": "", "categories": ["emergency.medical"], "recipient": "", "reason": "añ",
    }  # fmt: skip


def _question(statement: dict[str, Any]) -> str:
    return canonical.b64(canonical.digest(canonical.encode(statement)))


def opened(signer: Ed25519Signer, **changes: Any) -> dict[str, Any]:
    """Return a signed answer to `asked()`, with `changes` made before it is signed."""
    known: dict[str, Any] = {"leaf": LEAF, "until": 1_800_003_600, "request": _question(asked())}
    value = answers.Opened(**(known | changes))
    signed: dict[str, Any] = msgspec.to_builtins(attest(value, answers.ANSWER_DOMAIN, signer))
    return signed


def verify(here: Page, answer: Any, signer: Ed25519Signer, *, leaf: str | None = LEAF) -> Any:
    known = {"keyholderKey": msgspec.to_builtins(signer.key), "statement": asked(), "leaf": leaf}
    return call(here, "answers", VERIFY, answer, known)


def test_the_keyholders_answer_to_this_question_passes(here: Page, keyholder: Ed25519Signer) -> None:
    assert verify(here, opened(keyholder), keyholder) == "opened"


def test_a_desk_passes_and_needs_no_leaf(here: Page, keyholder: Ed25519Signer) -> None:
    value = desk.SelfDesk(handle="h", name="", frozen=False, created=1, request=_question(asked()))
    answer = msgspec.to_builtins(attest(value, answers.ANSWER_DOMAIN, keyholder))
    assert verify(here, answer, keyholder, leaf=None) == "desk-self"


def _stranger(answer: dict[str, Any], holder: Ed25519Signer) -> dict[str, Any]:
    return opened(Ed25519Signer(ed25519.Ed25519PrivateKey.generate()))


def _in_the_keyholders_name(answer: dict[str, Any], holder: Ed25519Signer) -> dict[str, Any]:
    return {**_stranger(answer, holder), "by": holder.key.id}


def _under_another_domain(answer: dict[str, Any], holder: Ed25519Signer) -> dict[str, Any]:
    value = answers.Opened(leaf=LEAF, until=1, request=_question(asked()))
    other: dict[str, Any] = msgspec.to_builtins(attest(value, b"breakseal/head/v1\n", holder))
    return other


FORGERIES: dict[str, Callable[[dict[str, Any], Ed25519Signer], Any]] = {
    "the answer to another question": lambda _, holder: opened(holder, request=_question(asked(1))),
    "the answer to no question": lambda _, holder: opened(holder, request=""),
    "another question written over it": lambda one, _: {**one, "request": _question(asked(1))},
    "another signer": _stranger,
    "another signer in the keyholder's name": _in_the_keyholders_name,
    "signed as something else": _under_another_domain,
    "another call's answer": lambda _, holder: opened(holder, leaf=canonical.b64(bytes([1]) * 32)),
    "another subject written over it": lambda one, _: {**one, "subject": "somebody"},
    "a member left out": lambda one, _: {name: one[name] for name in one if name != "pad"},
    "a member more": lambda one, _: {**one, "extra": 1},
    "no signature": lambda one, _: {**one, "sig": ""},
    "the keys taken out": lambda _, holder: {
        **opened(holder, keys=(answers.OpenedKey(share=1, category="c", version=1, sha256="", key=""),)),
        "keys": [],
    },
    "nothing": lambda _one, _holder: None,
    "a list": lambda one, _: [one],
}


@pytest.mark.parametrize("name", FORGERIES)
def test_every_other_answer_is_refused(here: Page, keyholder: Ed25519Signer, name: str) -> None:
    with pytest.raises(Error, match=FALSE):
        verify(here, FORGERIES[name](opened(keyholder), keyholder), keyholder)


def test_every_changed_byte_is_refused(here: Page, keyholder: Ed25519Signer) -> None:
    code = """const good = c.encode(a[0]); let passed = 0; let tried = 0;
      for (let at = 0; at < good.length; at += 1) {
        const bad = good.slice(); bad[at] ^= 1;
        let answer;
        try { answer = c.decode(bad); } catch { continue; } // what has another form is no answer at all
        tried += 1;
        try { await m.verifyAnswer(answer, a[1]); passed += 1; } catch { /* refused, as it should be */ }
      }
      return [tried > 200, passed];"""
    known = {"keyholderKey": msgspec.to_builtins(keyholder.key), "statement": asked(), "leaf": LEAF}
    assert call(here, "answers", code, opened(keyholder), known) == [True, 0]


def test_a_key_whose_id_is_not_its_hash_signs_nothing(here: Page, keyholder: Ed25519Signer) -> None:
    key = {**msgspec.to_builtins(keyholder.key), "id": canonical.b64(bytes(32))}
    answer = {**opened(keyholder), "by": key["id"]}
    with pytest.raises(Error, match=FALSE):
        call(here, "answers", VERIFY, answer, {"keyholderKey": key, "statement": asked(), "leaf": LEAF})


def test_a_browser_without_ed25519_refuses_and_says_so(here: Page, keyholder: Ed25519Signer) -> None:
    code = """
      const real = crypto.subtle.importKey.bind(crypto.subtle);
      const lacking = (name) => name === 'Ed25519' ? Promise.reject(new DOMException('no', 'NotSupportedError')) : null;
      crypto.subtle.importKey = (f, k, name, ...rest) => lacking(name) ?? real(f, k, name, ...rest);
      crypto.subtle.generateKey = (name) => lacking(name);
      try { await m.verifyAnswer(a[0], a[1]); return 'passed'; } catch (error) { return error.reason; }"""
    known = {"keyholderKey": msgspec.to_builtins(keyholder.key), "statement": asked(), "leaf": LEAF}
    assert call(here, "answers", code, opened(keyholder), known) == "no-ed25519"
