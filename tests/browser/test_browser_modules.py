"""The browser's modules against the kernel: what one side writes, signs and seals, the other reads."""

from __future__ import annotations

import json
from typing import Annotated, Any, get_args, get_origin

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from playwright.sync_api import Error, Page

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import answers, canonical, keys, signed
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.model.shortcode import short_code
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.statements import Statement
from breakseal.kernel.seal import aead, hpke
from tests.support.pages import call

PARTY = RelyingParty(id="localhost", origin="http://localhost")
HANDLE = canonical.b64(bytes(16))
CATEGORY = "emergency.medical"


VALUES: list[Any] = [
    {},
    {"b": 1, "a": [True, False, None], "Z": -(2**53) + 1},
    {"text": 'quote " back \\ slash / \b\f\n\r\t \x00\x1f\x7f é \u2028 \U0001f691'},
    {"a1": {"a": {"": "x"}}, "a-1": 0, "a_1": 2**53 - 1, "A": []},
]


@pytest.mark.parametrize("value", VALUES)
def test_both_write_the_same_canonical_bytes(here: Page, value: object) -> None:
    assert call(here, "canonical", "return m.b64(m.encode(a[0]))", value) == canonical.b64(
        canonical.encode(value)
    )


@pytest.mark.parametrize(
    "code", ["1.5", "2 ** 53", "NaN", "undefined", '"\\ud800"', "new Date()", "{é: 1}", "1n"]
)
def test_what_has_no_canonical_form_is_refused(here: Page, code: str) -> None:
    with pytest.raises(Error, match=r"FormatError|canonical|ASCII|safe|surrogate|plain"):
        call(here, "canonical", f"return m.b64(m.encode({{v: {code}}}))")


@pytest.mark.parametrize(
    "text", ['{"b":1,"a":2}', '{"a":1,"a":1}', '{"a": 1}', '{"a":1.0}', "\ufeff{}", '{"a":"\\u0041"}']
)
def test_another_spelling_is_refused(here: Page, text: str) -> None:
    with pytest.raises(Error, match=r"canonical|JSON"):
        call(here, "canonical", "return m.decode(m.utf8(a[0]))", text)


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "A+", "é", "AAAAB"])
def test_base64url_has_one_spelling(here: Page, text: str) -> None:
    with pytest.raises(Error, match="base64url"):
        call(here, "canonical", "return m.unb64(a[0]).length", text)


def _kind(annotation: object) -> str:
    if get_origin(annotation) is Annotated:  # a bound that the kernel puts on a plain kind
        annotation = get_args(annotation)[0]
    if annotation is str:
        return "text"
    plain: dict[object, str] = {int: "number", bool: "flag", keys.PublicKey: "key"}
    if annotation in plain:
        return plain[annotation]
    if get_origin(annotation) is tuple:
        return "texts" if get_args(annotation)[0] is str else "keys"
    if msgspec.UnsetType in get_args(annotation):  # a member that older statements do not have
        return _kind(get_args(annotation)[0])
    if set(get_args(annotation)) == {keys.PublicKey, type(None)}:
        return "key?"
    return "word"


def test_the_table_of_statements_is_the_kernels(here: Page) -> None:
    table: Any = call(here, "statement-fields", "return m.STATEMENTS")
    structs = {kind.__struct_config__.tag: kind for kind in get_args(Statement)}
    assert set(structs) - set(table) == {
        "root",
        "ingest-key",
        "number-attested",
        "call-event",
        "consent-answered",
        "consent-stopped",
        "end-order",
    }  # services sign these
    assert set(table) <= set(structs)
    for tag, rules in table.items():
        fields = [
            f
            for f in msgspec.structs.fields(structs[tag])
            if f.name not in ("v", "issued", "expires", "nonce")
        ]
        assert [field.name for field in fields] == list(rules), tag
        for field in fields:
            rule = rules[field.name]
            assert _kind(field.type) == ("text" if rule["kind"] == "bytes" else rule["kind"]), (
                tag,
                field.name,
            )
            assert ("default" in rule) is (not field.required), (tag, field.name)
            known = [] if field.default is msgspec.UNSET else field.default
            assert rule.get("default") == (None if field.required else known), (tag, field.name)
            assert rule["kind"] != "word" or set(rule["words"]) == set(get_args(field.type)), (
                tag,
                field.name,
            )


@pytest.mark.parametrize(
    "change", [{"extra": 1}, {"type": "grant"}, {"v": 2}, {"until": "soon"}, {"nonce": "AA"}]
)
def test_a_statement_with_anything_unknown_is_refused(here: Page, change: dict[str, object]) -> None:
    key = msgspec.to_builtins(P256Signer(ec.generate_private_key(ec.SECP256R1())).key)
    code = "return m.check({...m.build('session', {key: a[0], until: 5}), ...a[1]})"
    with pytest.raises(Error, match=r"unknown|should be|16 bytes"):
        call(here, "statements", code, key, change)


def _session(here: Page, code: str, *arguments: object) -> Any:
    return call(
        here,
        "session",
        f"const s = await import(location.origin + '/browser/statements.js'); {code}",
        *arguments,
    )


def test_the_session_key_signs_what_the_kernel_verifies(here: Page) -> None:
    made = _session(
        here,
        """
      const key = await m.fresh();
      const hello = await m.sign(s.build('hello', {origin: location.origin}));
      await m.adopt({until: s.now() + 600, kind: 'subject', handle: 'h'});
      const category = 'emergency.medical';
      const wrap = s.build('wrap', {set: 'one', share: 0, category, version: 1, sha256: 'AA', key: 'AA'});
      return {key, hello: c.b64(hello), wrap: c.b64(await m.sign(wrap)), now: await m.current()};""",
    )
    key = msgspec.convert(made["key"], keys.PublicKey)
    key.check()
    for name in ("hello", "wrap"):
        envelope, statement = signed.read(canonical.unb64(made[name]))
        assert signed.verify(envelope, {key.id: key}.__getitem__, PARTY) == (key,)
        assert statement.expires - statement.issued == 300
    assert made["now"]["key"] == made["key"]


def test_a_changed_payload_no_longer_verifies(here: Page) -> None:
    made = _session(
        here,
        """
      const key = await m.fresh();
      return {key, hello: c.b64(await m.sign(s.build('hello', {origin: 'http://a'})))};""",
    )
    key = msgspec.convert(made["key"], keys.PublicKey)
    envelope, statement = signed.read(canonical.unb64(made["hello"]))
    other = canonical.encode(msgspec.structs.replace(statement, origin="http://b"))
    with pytest.raises(VerificationError):
        signed.verify_one(key, other, envelope.signatures[0], PARTY)


def test_session_keys_cannot_be_exported_and_end_with_the_session(here: Page) -> None:
    told = _session(
        here,
        """
      let ended = 0; m.onEnd(() => { ended += 1; });
      await m.fresh(); await m.adopt({until: s.now() + 600, kind: 'subject', handle: 'h'});
      const open = indexedDB.open('breakseal-session', 1);
      await new Promise((done) => { open.onsuccess = done; });
      const all = open.result.transaction('kept').objectStore('kept').getAll();
      await new Promise((done) => { all.onsuccess = done; });
      const pairs = all.result.flatMap((one) => [one.signing.privateKey, one.opening.privateKey]);
      open.result.close();
      await m.drop();
      return {extractable: pairs.map((one) => one.extractable), after: await m.current(), ended};""",
    )
    assert told == {"extractable": [False, False], "after": None, "ended": 1}


def test_an_expired_session_is_gone(here: Page) -> None:
    assert (
        _session(here, "await m.fresh(); await m.adopt({until: 1, kind: '', handle: ''}); return m.current()")
        is None
    )
    with pytest.raises(Error, match="session is over"):
        _session(here, "await m.recipient()")


def test_what_python_seals_to_the_session_opens_there_only_under_its_info(here: Page) -> None:
    point = _session(
        here, "await m.fresh(); await m.adopt({until: s.now()+60, kind:'', handle:''}); return m.recipient()"
    )
    sealed = canonical.b64(hpke.seal_to(canonical.unb64(point), b"asma", b"breakseal/opened/v1"))
    code = "return new TextDecoder().decode(await m.openSealed(c.unb64(a[0]), a[1]))"
    assert _session(here, code, sealed, "breakseal/opened/v1") == "asma"
    with pytest.raises(Error, match="not sealed to this key"):
        _session(here, code, sealed, "breakseal/desk/v1")


def _sealed_record(here: Page, point: bytes, version: int = 3) -> Any:
    code = """const out = await m.sealRecord({handle: a[0], category: a[1], version: a[2], ingestPoint: a[3],
        value: {allergies: ['penicilina'], notes: 'añ', steps: 2}});
      return {...out, ciphertext: c.b64(out.ciphertext)};"""
    return call(here, "seal", code, HANDLE, CATEGORY, version, canonical.b64(point))


def test_a_record_sealed_in_the_browser_opens_in_python(here: Page) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    made = _sealed_record(here, hpke.point_of(private.public_key()))
    ciphertext = canonical.unb64(made["ciphertext"])
    data_key = hpke.open_from(
        private, canonical.unb64(made["key"]), answers.wrap_info(HANDLE, CATEGORY, 3, made["sha256"])
    )
    plain = aead.open_sealed(data_key, ciphertext, aead.record_context(HANDLE, CATEGORY, 3))
    assert len(plain) % 512 == 0
    assert json.loads(plain)["fields"] == {"allergies": ["penicilina"], "notes": "añ", "steps": 2}
    assert canonical.b64(canonical.digest(ciphertext)) == made["sha256"]
    with pytest.raises(VerificationError):
        aead.open_sealed(data_key, ciphertext, aead.record_context(HANDLE, CATEGORY, 4))


@pytest.mark.parametrize("at", range(4))
def test_a_data_key_opens_for_no_other_wrap(here: Page, at: int) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    made = _sealed_record(here, hpke.point_of(private.public_key()))
    said = [HANDLE, CATEGORY, 3, made["sha256"]]
    other = [canonical.b64(bytes(15) + b"x"), "emergency.home", 4, canonical.b64(bytes(32))]
    said[at] = other[at]
    with pytest.raises(VerificationError):
        hpke.open_from(private, canonical.unb64(made["key"]), answers.wrap_info(*said))


def test_a_claimed_number_is_sealed_for_the_key_that_claims_it(here: Page) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    point = canonical.b64(hpke.point_of(private.public_key()))
    code = "return c.b64(await m.sealTo(a[0], c.utf8(a[1]), m.claimInfo(a[2])))"
    sealed = canonical.unb64(str(call(here, "seal", code, point, "+15555550142", "a-key")))
    assert hpke.open_from(private, sealed, answers.claim_info("a-key")) == b"+15555550142"
    with pytest.raises(VerificationError):
        hpke.open_from(private, sealed, answers.claim_info("b-key"))


def test_an_address_is_tied_to_the_statement_that_carries_it(here: Page) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    point = canonical.b64(hpke.point_of(private.public_key()))
    code = "return c.b64(await m.sealTo(a[0], c.utf8('x'), await m.addressInfo(a[1], a[2])))"
    sealed = canonical.unb64(str(call(here, "seal", code, point, "a-key", "a-nonce")))
    told = answers.address_bound("a-key", "a-nonce")
    assert hpke.open_from(private, sealed, answers.address_info(told)) == b"x"
    for key, nonce in (("b-key", "a-nonce"), ("a-key", "b-nonce"), ("a-nonce", "a-key")):
        with pytest.raises(VerificationError):
            hpke.open_from(private, sealed, answers.address_info(answers.address_bound(key, nonce)))


OPEN = "return m.openRecord(a[0], a[1], c.unb64(a[2]))"


def _python_record() -> tuple[dict[str, object], bytes]:
    key, plain = bytes(range(32)), canonical.encode({"fields": {"door": "azul"}, "pad": "0" * 480})
    ciphertext = aead.seal(key, plain, aead.record_context(HANDLE, CATEGORY, 7), SystemEntropy())
    digest = canonical.b64(canonical.digest(ciphertext))
    return {"category": CATEGORY, "version": 7, "sha256": digest, "key": canonical.b64(key)}, ciphertext


def test_a_record_sealed_in_python_opens_in_the_browser(here: Page) -> None:
    opened, ciphertext = _python_record()
    assert call(here, "seal", OPEN, opened, HANDLE, canonical.b64(ciphertext)) == {"door": "azul"}


@pytest.mark.parametrize(
    "change", [{"version": 8}, {"category": "emergency.home"}, {"key": canonical.b64(bytes(32))}]
)
def test_a_record_in_another_place_does_not_open(here: Page, change: dict[str, object]) -> None:
    opened, ciphertext = _python_record()
    with pytest.raises(Error, match="does not open"):
        call(here, "seal", OPEN, {**opened, **change}, HANDLE, canonical.b64(ciphertext))


def test_an_older_ciphertext_is_refused_before_it_is_opened(here: Page) -> None:
    opened, ciphertext = _python_record()
    changed = ciphertext[:-1] + bytes([ciphertext[-1] ^ 1])
    with pytest.raises(Error, match="vouches"):
        call(here, "seal", OPEN, opened, HANDLE, canonical.b64(changed))


def test_the_short_code_is_the_kernels(here: Page) -> None:
    for signer in (
        P256Signer(ec.generate_private_key(ec.SECP256R1())),
        Ed25519Signer(ed25519.Ed25519PrivateKey.generate()),
    ):
        code = call(here, "keys", "return m.shortCode(a[0])", msgspec.to_builtins(signer.key))
        assert code == short_code(signer.key)


def test_the_return_from_the_door_is_read_once_and_cleaned(here: Page) -> None:
    code = """location.hash = m.returnAddress('http://x/', {ok: true, handle: 'h', leaves: ['l']}).split('#')[1];
      return [m.readReturn(), m.readReturn(), location.href.includes('#')];"""
    told = call(here, "door-link", code)
    assert told == [{"ok": True, "handle": "h", "leaves": ["l"], "error": "", "signed": ""}, None, False]


def test_a_signed_question_comes_back_with_the_return(here: Page) -> None:
    code = """location.hash = m.returnAddress('http://x/', {ok: true, signed: 'AAAA'}).split('#')[1];
      return m.readReturn();"""
    told = call(here, "door-link", code)
    assert told == {"ok": True, "handle": "", "leaves": [], "error": "", "signed": "AAAA"}
