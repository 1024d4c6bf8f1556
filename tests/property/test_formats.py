"""Every format under fuzz: only our errors escape, and what is accepted spells back to the same bytes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from functools import cache
from typing import Any, get_args

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import BreaksealError, FormatError
from breakseal.kernel.model import (
    answers,
    body,
    canonical,
    desk,
    keys,
    leaf,
    passkey,
    permit,
    receipt,
    signed,
)
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import aead, hpke
from breakseal.keyholder import protocol as p

SIGNER = Ed25519Signer(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
STATEMENTS: tuple[type[Any], ...] = get_args(s.Statement)
STRUCTS: tuple[type[Any], ...] = (
    *STATEMENTS, signed.Signed, leaf.Leaf, body.Body, body.Head, body.Trail, receipt.Receipt, permit.Permit,
    answers.Opened, s.Caller, s.Address, desk.SelfDesk, desk.OfficersDesk, desk.CasesDesk, desk.OrganisationDesk,
)  # fmt: skip
FUZZ = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))

texts = st.text(max_size=12) | st.sampled_from(
    ["", "AAAA", "\u00e9", "\U0001f6a8", "\x00", "\ud7ff", "2026-11-22"]
)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@cache
def value_of(kind: Any) -> st.SearchStrategy[Any]:
    """Return values of one of our types, from its own annotations."""
    info = msgspec.inspect.type_info(kind)
    return _of(info)


def _of(info: Any) -> st.SearchStrategy[Any]:
    name = type(info).__name__
    if name == "StructType":
        return st.builds(
            info.cls,
            **{f.name: _of(f.type) for f in info.fields if f.name not in ("v", "type") or f.required},
        )
    simple: dict[str, Callable[[], st.SearchStrategy[Any]]] = {
        "StrType": lambda: _text(info),
        "IntType": lambda: numbers,
        "BoolType": st.booleans,
        "NoneType": st.none,
        "LiteralType": lambda: st.sampled_from(sorted(info.values, key=str)),
        "VarTupleType": lambda: st.lists(_of(info.item_type), max_size=3).map(tuple),
        "UnionType": lambda: st.one_of([_of(one) for one in info.types]),
    }
    return simple[name]()


def _text(info: Any) -> st.SearchStrategy[str]:
    if info.pattern:
        return st.from_regex(info.pattern, alphabet=st.characters(codec="ascii"))
    least, most = info.min_length or 0, info.max_length
    return texts.filter(lambda text: least <= len(text) and (most is None or len(text) <= most))


every_struct = pytest.mark.parametrize("kind", STRUCTS, ids=lambda kind: kind.__name__)


@every_struct
@FUZZ
@given(data=st.data())
def test_what_is_written_is_read_back_and_spells_the_same(kind: type[Any], data: st.DataObject) -> None:
    value = data.draw(value_of(kind))
    written = canonical.encode(value)
    assert canonical.decode(written, kind, limit=1 << 20) == value
    plain = json.loads(written)
    independent = json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert written == independent.encode("utf-8")


@every_struct
@FUZZ
@given(data=st.data())
def test_changed_bytes_are_refused_or_spell_back_to_themselves(kind: type[Any], data: st.DataObject) -> None:
    written = bytearray(canonical.encode(data.draw(value_of(kind))))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(written) - 1))
        change = data.draw(st.sampled_from(["flip", "drop", "add", "double"]))
        if change == "flip":
            written[at] ^= 1 << data.draw(st.integers(0, 7))
        elif change == "drop" and len(written) > 1:
            del written[at]
        elif change == "add":
            written.insert(at, data.draw(st.sampled_from(b' \t\n"\\,:{}[]0-e.\x00\xff')))
        else:
            written[at:at] = written[at : at + 5]
    _accepted_spells_back(bytes(written), kind)


@every_struct
@FUZZ
@given(members=st.dictionaries(texts, json_values, max_size=6))
def test_any_object_is_refused_or_spells_back_to_itself(kind: type[Any], members: dict[str, Any]) -> None:
    tag = kind.__struct_config__.tag
    if tag:
        members = members | {"type": tag}
    _accepted_spells_back(json.dumps(members, ensure_ascii=False).encode("utf-8", "surrogatepass"), kind)


@every_struct
@FUZZ
@given(raw=st.binary(max_size=80))
def test_any_bytes_are_refused(kind: type[Any], raw: bytes) -> None:
    _accepted_spells_back(raw, kind)


def _accepted_spells_back(raw: bytes, kind: type[Any]) -> None:
    try:
        value = canonical.decode(raw, kind)
    except FormatError:
        return
    assert canonical.encode(value) == raw


@every_struct
@FUZZ
@given(data=st.data(), extra=st.text(min_size=1, max_size=5))
def test_an_unknown_member_is_refused(kind: type[Any], data: st.DataObject, extra: str) -> None:
    members = json.loads(canonical.encode(data.draw(value_of(kind))))
    if extra in members:
        return
    text = json.dumps(members | {extra: 1}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    with pytest.raises(FormatError):
        canonical.decode(text.encode("utf-8"), kind)


# -- the readers that do more than decode ------------------------------------------------------------

KEY = SIGNER.key
LEAF = leaf.seal_leaf(
    leaf.Leaf(type="basis", day="2026-11-22", set="s", tag="AA", ref="AA", commitment="AA", by=""), SIGNER
)
PERMIT = permit.sign_permit(permit.Permit(id="x", kind="code", to="AA", about="AA", expires=1), SIGNER)
HELLO = signed.write(s.Hello(issued=1, expires=2, nonce="AA", origin="x"), SIGNER)
SALT, BODY = (
    bytes(32),
    canonical.encode(body.Body(type="basis", n=1, link=body.NO_LINK, at=1, party=body.Party(), result="x")),
)
COMMITTED = leaf.seal_leaf(
    leaf.Leaf(
        type="basis", day="2026-11-22", set="s", tag="AA", ref="AA",
        commitment=canonical.b64(leaf.commit(SALT, BODY)), by="",
    ), SIGNER,
)  # fmt: skip
RECEIPT = canonical.encode(
    receipt.Receipt(
        leaf=canonical.b64(COMMITTED), proof="p", body=canonical.b64(BODY), salt=canonical.b64(SALT)
    )
)


def _check_leaf(raw: bytes) -> None:
    leaf.verify_leaf(leaf.read_leaf(raw), KEY)


def _check_signed(raw: bytes) -> None:
    one, _ = signed.read(raw)
    signed.verify(one, lambda _id: KEY, passkey.RelyingParty("localhost", "http://localhost"))


READERS: dict[str, tuple[bytes, Callable[[bytes], Any]]] = {
    "leaf": (LEAF, _check_leaf),
    "permit": (PERMIT, lambda raw: permit.read_permit(raw, KEY)),
    "envelope": (HELLO, _check_signed),
    "receipt": (RECEIPT, receipt.read_receipt),
    "spki": (canonical.unb64(KEY.spki), keys.parse_spki),
    "sealed": (
        aead.seal(bytes(32), b"plain", b"here", SystemEntropy()),
        lambda raw: aead.open_sealed(bytes(32), raw, b"here"),
    ),
    "point": (bytes(65), hpke.parse_recipient),
}


@pytest.mark.parametrize("name", READERS)
def test_the_right_bytes_are_read(name: str) -> None:
    raw, read = READERS[name]
    if name == "point":
        return
    read(raw)


@pytest.mark.parametrize("name", [name for name in READERS if name not in ("spki", "point")])
def test_every_flipped_bit_is_refused(name: str) -> None:
    """Not one bit of a signed, committed or sealed thing can change."""
    raw, read = READERS[name]
    for at in range(len(raw)):
        for bit in (0, 5, 7):
            changed = bytearray(raw)
            changed[at] ^= 1 << bit
            if name == "receipt" and _outside_commitment(bytes(changed)):
                continue
            with pytest.raises(BreaksealError):
                read(bytes(changed))


def _outside_commitment(raw: bytes) -> bool:
    """Whether a changed receipt differs only in what the log's proof and the leaf's own signature guard."""
    try:
        one = canonical.decode(raw, receipt.Receipt, limit=receipt.MAX_RECEIPT)
    except FormatError:
        return False
    right = canonical.decode(RECEIPT, receipt.Receipt, limit=receipt.MAX_RECEIPT)
    return (one.body, one.salt) == (right.body, right.salt)


@pytest.mark.parametrize("name", READERS)
@FUZZ
@given(raw=st.binary(max_size=200))
def test_any_bytes_raise_only_our_errors(name: str, raw: bytes) -> None:
    with contextlib.suppress(BreaksealError):
        READERS[name][1](raw)


@FUZZ
@given(text=st.text(max_size=40))
def test_base64url_has_one_spelling(text: str) -> None:
    try:
        raw = canonical.unb64(text)
    except FormatError:
        return
    assert canonical.b64(raw) == text


@FUZZ
@given(signature=st.binary(max_size=80), auth=st.binary(max_size=60), client=st.binary(max_size=300) | json_values.map(
    lambda value: json.dumps(value).encode("utf-8", "surrogatepass")))  # fmt: skip
def test_any_assertion_raises_only_our_errors(signature: bytes, auth: bytes, client: bytes) -> None:
    party = passkey.RelyingParty("localhost", "http://localhost")
    with pytest.raises(BreaksealError):
        passkey.verify_assertion(
            KEY.check(), b"x", signature=signature, auth_data=auth, client_data=client, party=party
        )


@FUZZ
@given(chunks=st.lists(st.binary(max_size=40), max_size=6))
def test_any_stream_gives_frames_or_our_error(chunks: list[bytes]) -> None:
    frames, whole = p.Frames(), b"".join(chunks)
    found = []
    try:
        for chunk in chunks:
            found += list(frames.feed(chunk))
    except BreaksealError:
        return
    assert whole.startswith(b"".join(len(one).to_bytes(4, "big") + one for one in found))


@FUZZ
@given(raw=st.binary(max_size=200))
def test_any_frame_is_a_question_or_a_decoding_error(raw: bytes) -> None:
    with contextlib.suppress(msgspec.MsgspecError):
        p.question_decoder.decode(raw)


# -- limits ------------------------------------------------------------------------------------------


def test_sizes_have_limits_that_are_checked_before_parsing() -> None:
    for limit, read in (
        (canonical.MAX_STATEMENT, lambda raw: canonical.decode(raw, body.Body)),
        (signed.MAX_ENVELOPE, signed.read),
        (leaf.MAX_LEAF, leaf.read_leaf),
        (receipt.MAX_RECEIPT, receipt.read_receipt),
    ):
        with pytest.raises(FormatError) as caught:
            read(b" " * (limit + 1))
        assert caught.value.reason == "too-large"
        with pytest.raises(FormatError) as within:
            read(b" " * limit)
        assert within.value.reason == "bad-format"


def test_a_frame_has_a_limit() -> None:
    with pytest.raises(FormatError) as caught:
        list(p.Frames().feed((p.MAX_FRAME + 1).to_bytes(4, "big")))
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize("depth", [100, 30_000])
def test_depth_is_no_way_in(depth: int) -> None:
    for kind in (signed.Signed, leaf.Leaf, dict):
        with pytest.raises(FormatError):
            canonical.decode(b'{"a":' * min(depth, 10_000) + b"[" * (depth - min(depth, 10_000)), kind)


@pytest.mark.parametrize(
    "value", [1.5, 2**53, -(2**53), {"\u00e9": 1}, {1: 2}, object(), "\ud800", {"a": 1e300}]
)
def test_what_the_canonical_form_lacks_is_not_written(value: Any) -> None:
    with pytest.raises(FormatError):
        canonical.encode(value)


@pytest.mark.parametrize("count", [0, 9])
def test_an_envelope_has_one_to_eight_signatures(count: int) -> None:
    signature = signed.Signature(key="k", sig="AA")
    many = tuple(msgspec.structs.replace(signature, key=f"k{n}") for n in range(count))
    with pytest.raises(FormatError):
        signed.read(canonical.encode(signed.Signed(payload="e30", signatures=many)))
    with pytest.raises(FormatError, match="twice"):
        signed.read(canonical.encode(signed.Signed(payload="e30", signatures=(signature, signature))))
