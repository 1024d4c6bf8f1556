"""What the kernel's formats refuse: each sentence that no whole story reaches."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import BreaksealError, FormatError, UnavailableError, VerificationError
from breakseal.kernel.model import keys
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.keys import PublicKey, describe_key
from breakseal.kernel.model.leaf import Leaf, seal_leaf
from breakseal.kernel.model.passkey import RelyingParty, verify_assertion
from breakseal.kernel.policy import PolicyLoadError, load
from breakseal.kernel.seal import hpke
from breakseal.kernel.tlog import cosignature, witnesspolicy
from breakseal.kernel.tlog.bundle import MAX_ENTRY, encode_bundle
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.merkle import consistency_proof, inclusion_proof, leaf_hash
from breakseal.kernel.tlog.note import COSIGNATURE_V1, ED25519, MAX_NOTE, MLDSA44, parse_note, parse_signature
from breakseal.kernel.tlog.proof import MAX_EXTRA, encode_proof, parse_proof
from breakseal.kernel.tlog.signature import sign_note
from breakseal.kernel.tlog.tilepath import ENTRIES, TilePath
from breakseal.kernel.tlog.tiles import TileReader
from breakseal.policydesk import shipped
from tests.support.logs import Log, entry, signer
from tests.support.passkeys import DOOR, RP_ID, Passkey
from tests.support.world import software_key

TEXT = "log.example\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
A_NOTE = sign_note(TEXT, [signer("log.example")]).encode()
PARTY = RelyingParty(RP_ID, DOOR)


# -- keys -----------------------------------------------------------------------------------------------


def other_key(**changes: str) -> PublicKey:
    return msgspec.structs.replace(software_key("service").key, **changes)


def curve_p384() -> str:
    return b64(keys.spki_of(ec.generate_private_key(ec.SECP384R1()).public_key()))  # type: ignore[arg-type] # refused


@pytest.mark.parametrize(
    ("key", "says"),
    [
        (other_key(alg="ed25519"), "algorithm"),
        (describe_key(ed25519.Ed25519PrivateKey.generate().public_key(), "session"), "p256"),
        (other_key(id=b64(bytes(32))), "hash of the key"),
        (other_key(spki=curve_p384()), "only ed25519 and p256"),
        (other_key(spki=b64(b"nothing")), "not a public key"),
    ],
    ids=["alg", "use", "id", "curve", "rubbish"],
)
def test_a_key_that_is_not_what_it_says(key: PublicKey, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        key.check()


def test_a_signature_of_another_length() -> None:
    key = software_key("service")
    for length in (0, 63, 65):
        with pytest.raises(VerificationError, match="64 bytes"):
            keys.verify_raw(key.key.check(), bytes(length), b"")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"client": b64(b"." * 5000)}, "too long"),
        ({"client": b64(b"not json")}, "cannot be read"),
        ({"client": b64(b'{"type":"webauthn.get","challenge":"!","origin":"x"}')}, "cannot be read"),
    ],
)
def test_client_data_that_no_browser_sends(change: dict[str, str], says: str) -> None:
    passkey = Passkey()
    right = msgspec.to_builtins(passkey.signature(b"{}"))
    made = right | change
    with pytest.raises(VerificationError, match=says):
        assertion(passkey.key.check(), b"{}", made)


def test_an_ed25519_key_is_no_passkey() -> None:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    with pytest.raises(VerificationError, match="p256"):
        assertion(key, b"{}", msgspec.to_builtins(Passkey().signature(b"{}")))


def test_an_assertion_of_another_kind() -> None:
    passkey = Passkey()
    made = msgspec.to_builtins(passkey.signature(b"{}", kind="webauthn.create"))
    with pytest.raises(VerificationError, match="not an assertion"):
        assertion(passkey.key.check(), b"{}", made)


def assertion(key: keys.VerifyingKey, payload: bytes, made: dict[str, str]) -> None:
    from_text = {name: unb64(made[name]) for name in ("sig", "auth", "client")}
    verify_assertion(
        key, payload, signature=from_text["sig"], auth_data=from_text["auth"],
        client_data=from_text["client"], party=PARTY,
    )  # fmt: skip


def test_a_public_statement_longer_than_a_leaf() -> None:
    leaf = Leaf(
        type="root", day="2026-11-22", set="set-1", tag="", ref="", commitment="", by="", public="x" * 4000
    )
    with pytest.raises(FormatError) as refused:
        seal_leaf(leaf, software_key("service"))
    assert refused.value.reason == "too-large"


def test_sealing_to_what_is_no_point() -> None:
    with pytest.raises(BreaksealError):
        hpke.seal_to(b"\x04" + bytes(64), b"plain", b"info")


# -- policy ---------------------------------------------------------------------------------------------

OBLIGED = '@notice("at-once") @view_minutes("5") @view_from("opening") @precision("exact")'


def forbid(condition: str, scope: str = "principal, action, resource") -> str:
    return f'@id("a") forbid ({scope}) when {{ {condition} }};'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (forbid("[context.basis].contains(context.basis)"), "not accepted"),
        (forbid("[].contains(context.basis)"), "cannot read|empty set|schema|not accepted"),
        (forbid('principal in Class::"police"'), "not accepted|schema|programme"),
    ],
)
def test_policy_text_outside_the_subset(text: str, says: str) -> None:
    with pytest.raises(PolicyLoadError, match=says):
        load(text.encode(), shipped.schema(), entropy=SystemEntropy(), cases_per_load=5)


# -- the log --------------------------------------------------------------------------------------------


def test_bundles_that_cannot_be() -> None:
    for entries in ([], [b"x"] * 257, [b"x" * (MAX_ENTRY + 1)]):
        with pytest.raises(FormatError):
            encode_bundle(entries)


def test_cosignatures_that_cannot_be() -> None:
    witness = signer("w.example", COSIGNATURE_V1).key
    for time in (-1, 1 << 64):
        with pytest.raises(FormatError, match="time"):
            cosignature.message(witness, time, TEXT)
    with pytest.raises(FormatError, match="not a cosigner"):
        cosignature.message(signer("x").key, 5, TEXT)
    long = "l" * 256 + TEXT
    with pytest.raises(FormatError, match="too long to cosign"):
        cosignature.message(dataclasses.replace(witness, kind=MLDSA44, public=bytes(1312)), 5, long)


def test_proofs_of_what_is_not_there() -> None:
    def read(_height: int, _index: int) -> bytes:
        raise AssertionError("nothing is read")

    for index, size in ((1, 1), (-1, 3), (0, 0)):
        with pytest.raises(FormatError, match="no entry"):
            inclusion_proof(index, size, read)
    with pytest.raises(FormatError, match="no consistency proof"):
        consistency_proof(3, 2, read)


def test_notes_and_proofs_that_are_too_long_or_short() -> None:
    with pytest.raises(FormatError, match="at most"):
        parse_note(b"x" * (MAX_NOTE + 1))
    with pytest.raises(FormatError, match="signature line"):
        parse_signature("\N{EM DASH} name AAAA")
    with pytest.raises(FormatError, match="this long"):
        parse_proof(b"x" * (MAX_NOTE + MAX_EXTRA + 64 * 64 + 1))
    with pytest.raises(FormatError, match="too much extra"):
        parse_proof(encode_proof(0, (), A_NOTE, bytes(MAX_EXTRA)))


def test_a_kind_of_signature_that_nobody_knows() -> None:
    with pytest.raises(FormatError, match="known type"):
        dataclasses.replace(signer("log.example").key, kind=0xFE)


@pytest.mark.parametrize("text", ["group g 0 w\n", "quorum\n", "witness w\n"])
def test_policy_lines_that_are_none(text: str) -> None:
    with pytest.raises(FormatError, match="line 1"):
        witnesspolicy.parse_policy(text.encode())


def test_a_witness_policy_with_too_many_names() -> None:
    lines = [f"witness w{n} {signer(f'w{n}', COSIGNATURE_V1).key.encode()}" for n in range(257)]
    with pytest.raises(FormatError, match="at most 256 names"):
        witnesspolicy.parse_policy("\n".join([*lines, "quorum none\n"]).encode())


def test_a_log_named_with_a_witness_s_key() -> None:
    with pytest.raises(FormatError, match="not a log's kind"):
        witnesspolicy.parse_policy(f"log {signer('w', COSIGNATURE_V1).key.encode()}\nquorum none\n".encode())
    with pytest.raises(FormatError, match="not a witness's kind"):
        witnesspolicy.parse_policy(f"witness w {signer('l', ED25519).key.encode()}\nquorum none\n".encode())


# -- tiles as a stranger serves them -------------------------------------------------------------------------


class Served:
    """A log's tiles, with what a server may do to them."""

    def __init__(self, folder: Path, count: int) -> None:
        log = Log(folder / "log.db").create()
        log.append([entry(number) for number in range(count)])
        self.point = parse_checkpoint(parse_note(log.last.note).text)
        self.reader = log.reader
        self.changed: Callable[[TilePath, bytes], bytes] = lambda _path, data: data
        self.gone: set[bool] = set()

    def __call__(self, path: TilePath) -> bytes:
        if path.full in self.gone:
            raise UnavailableError("not served")
        return self.changed(path, self.reader.tile(path))


def test_every_tile_and_entry_can_be_had(tmp_path: Path) -> None:
    served = Served(tmp_path, 600)
    reader = TileReader(served, served.point)
    assert reader.entries(2) == [entry(number) for number in range(512, 600)]
    assert reader.entries(0)[:2] == [entry(0), entry(1)]
    assert reader.tile(0, 2) == b"".join(leaf_hash(entry(number)) for number in range(512, 600))
    assert len(reader.consistency_proof(5)) > 0


def test_what_the_tree_does_not_have(tmp_path: Path) -> None:
    served = Served(tmp_path, 300)
    reader = TileReader(served, served.point)
    asked: list[Callable[[], object]] = [
        lambda: reader.node(64, 0),
        lambda: reader.node(0, 300),
        lambda: reader.tile(-1, 0),
        lambda: reader.tile(0, 2),
        lambda: reader.entries(2),
    ]
    for ask in asked:
        with pytest.raises(FormatError, match="the tree has no such"):
            ask()


def test_partial_files_that_the_log_dropped(tmp_path: Path) -> None:
    """The beginning of the full one serves as well; where that is gone too, the error says so."""
    small, large = Served(tmp_path, 300), None
    (tmp_path / "more").mkdir()
    large = Served(tmp_path / "more", 512)

    def only_full(path: TilePath) -> bytes:
        if not path.full:
            raise UnavailableError("dropped")
        return large.reader.tile(path)

    reader = TileReader(lambda path: small(path) if path.level == 1 else only_full(path), small.point)
    assert reader.entries(1) == [entry(number) for number in range(256, 300)]
    gone = TileReader(small, small.point)
    small.gone = {True}
    with pytest.raises(UnavailableError):
        gone.entries(0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda path, data: data if path.level == ENTRIES else data[:-1], "bad-tile"),
        (lambda path, data: data[:-1] if path.level == ENTRIES else data, "bad-bundle"),
        (
            lambda path, data: data.replace(b"entry 0", b"entry x") if path.level == ENTRIES else data,
            "bad-bundle",
        ),
        (lambda path, data: data[::-1] if path.full and path.level == 0 else data, "bad-tile"),
        (lambda path, data: bytes(len(data)) if path.level == 1 else data, "bad-tile"),
    ],
    ids=["short tile", "short bundle", "other entry", "other tile", "other top"],
)
def test_what_a_server_changed(
    tmp_path: Path, spoil: Callable[[TilePath, bytes], bytes], reason: str
) -> None:
    served = Served(tmp_path, 300)
    served.changed = spoil
    with pytest.raises(VerificationError) as refused:
        TileReader(served, served.point).entries(0)
    assert refused.value.reason == reason


def test_a_checkpoint_of_another_root(tmp_path: Path) -> None:
    served = Served(tmp_path, 3)
    with pytest.raises(VerificationError, match="do not lead to the root"):
        TileReader(served, Checkpoint(served.point.origin, 3, bytes(32)))


def test_a_node_and_a_cache_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("breakseal.kernel.tlog.tiles.MAX_CACHED", 1)
    served = Served(tmp_path, 600)
    reader = TileReader(served, served.point)
    assert [reader.node(0, at) for at in (0, 300, 5)] == [leaf_hash(entry(at)) for at in (0, 300, 5)]


def test_a_partial_bundle_that_was_dropped(tmp_path: Path) -> None:
    """The full bundle's beginning is what the smaller tree had."""
    small = Served(tmp_path, 300)
    (tmp_path / "more").mkdir()
    large = Served(tmp_path / "more", 512)

    def serve(path: TilePath) -> bytes:
        if path.level == ENTRIES and not path.full:
            raise UnavailableError("dropped")
        return large.reader.tile(path) if path.full else small(path)

    assert TileReader(serve, small.point).entries(1) == [entry(number) for number in range(256, 300)]


def test_a_passkey_s_signature_over_other_client_data() -> None:
    passkey = Passkey()
    made = msgspec.to_builtins(passkey.signature(b"{}"))
    other = msgspec.to_builtins(passkey.signature(b"{}"))
    with pytest.raises(VerificationError, match="signature does not hold"):
        assertion(Passkey().key.check(), b"{}", made | {"auth": other["auth"]})
