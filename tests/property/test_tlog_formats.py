"""Every log format: what is written parses back, has one spelling, and only our errors escape."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.tlog.bundle import encode_bundle, parse_bundle
from breakseal.kernel.tlog.checkpoint import Checkpoint, parse_checkpoint
from breakseal.kernel.tlog.merkle import EMPTY_ROOT, MAX_SIZE
from breakseal.kernel.tlog.note import COSIGNATURE_V1, ED25519, Note, VerifierKey, parse_note, parse_vkey
from breakseal.kernel.tlog.proof import TlogProof, parse_proof
from breakseal.kernel.tlog.signature import open_note, sign_note
from breakseal.kernel.tlog.tilepath import TilePath, parse_path
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.log.witness.messages import AddCheckpoint, parse_request
from tests.support.logs import signer

HASHES = st.binary(min_size=32, max_size=32)
NAMES = st.text(st.sampled_from("abz09.-/~éß"), min_size=1, max_size=40)
LINES = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1, max_size=40)
POINTS = st.builds(
    Checkpoint, LINES, st.integers(1, MAX_SIZE), HASHES, st.lists(LINES, max_size=2).map(tuple)
)
PATHS = st.builds(
    TilePath,
    st.integers(-1, 63),
    st.one_of(st.integers(0, 2000), st.integers(0, MAX_SIZE // 256)),
    st.integers(1, 256),
)
NOTE = sign_note(Checkpoint("o.example/l", 5, bytes(32)).text(), [signer(), signer("b.example")]).encode()
PROOF = TlogProof(3, (bytes(32), b"\xff" * 32), NOTE, b"more").encode()
REQUEST = AddCheckpoint(2, (bytes(32),), NOTE).encode()
POLICY = (
    f"log {signer().key.encode()}\nwitness w {signer('w', COSIGNATURE_V1).key.encode()}\nquorum w\n".encode()
)


def through_text(parse: Callable[[str], Callable[[], str]]) -> Callable[[bytes], bytes]:
    """Make a bytes-to-bytes parse and re-encode of one that takes text."""
    return lambda data: parse(data.decode())().encode()


SEEDS: dict[str, tuple[bytes, Callable[[bytes], bytes] | None]] = {
    "note": (NOTE, lambda data: parse_note(data).encode()),
    "proof": (PROOF, lambda data: parse_proof(data).encode()),
    "request": (REQUEST, lambda data: parse_request(data).encode()),
    "vkey": (signer().key.encode().encode(), through_text(lambda text: parse_vkey(text).encode)),
    "checkpoint": (
        Checkpoint("o", 5, bytes(32), ("x",)).text().encode(),
        through_text(lambda t: parse_checkpoint(t).text),
    ),
    "path": (b"tile/entries/x001/234.p/7", through_text(lambda text: parse_path(text).encode)),
    "bundle": (encode_bundle([b"a", b"", b"ccc"]), lambda data: encode_bundle(parse_bundle(data, 3))),
    "policy": (POLICY, None),
}


@pytest.mark.parametrize("kind", SEEDS)
def test_only_our_errors_escape_and_what_parses_has_one_spelling(kind: str) -> None:
    seed, again = SEEDS[kind]

    @settings(deadline=None, max_examples=250)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        mutated = data.draw(changed(seed))
        try:
            if again is None:
                parse_policy(mutated)
                return
            assert again(mutated) == mutated
        except FormatError:
            return
        except UnicodeDecodeError:
            if kind not in {"vkey", "checkpoint", "path"}:  # these get text: other bytes never reach them
                raise

    check()
    assert again is None or again(seed) == seed


@st.composite
def changed(draw: st.DrawFn, seed: bytes) -> bytes:
    """The seed with a few bytes changed, put in or taken out, or something wholly else."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    data = bytearray(seed)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.integers(0, 3))
        byte = draw(st.one_of(st.sampled_from(b"\n\r =+-0x/.\0\xe2"), st.integers(0, 255)))
        if kind == 0 and data:
            data[at] = byte
        elif kind == 1:
            data.insert(at, byte)
        elif kind == 2:
            del data[at : at + draw(st.integers(1, 5))]
        else:
            data[at:at] = data[at : at + draw(st.integers(1, 90))]
    return bytes(data)


@given(POINTS)
def test_checkpoints_come_back(point: Checkpoint) -> None:
    assert parse_checkpoint(point.text()) == point


@given(PATHS)
def test_tile_paths_come_back(path: TilePath) -> None:
    assert parse_path(path.encode()) == path


@given(NAMES, st.sampled_from([ED25519, COSIGNATURE_V1]), HASHES)
def test_verifier_keys_come_back(name: str, kind: int, public: bytes) -> None:
    key = VerifierKey(name, kind, public)
    assert parse_vkey(key.encode()) == key


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_bundles_come_back(entries: list[bytes]) -> None:
    assert parse_bundle(encode_bundle(entries), len(entries)) == entries


@given(st.integers(0, MAX_SIZE), st.lists(HASHES, max_size=63), st.one_of(st.none(), st.binary(max_size=50)))
def test_proofs_come_back(index: int, hashes: list[bytes], extra: bytes | None) -> None:
    proof = TlogProof(index, tuple(hashes), NOTE, extra)
    assert parse_proof(proof.encode()) == proof


@given(st.lists(LINES, max_size=4))
@example([""])
@example(["", "", "— a b"])
def test_notes_come_back_whatever_lines_their_text_has(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines) or "\n"
    note = sign_note(text, [signer()])
    opened = open_note(note.encode(), [signer().key])
    assert opened.note == note
    assert isinstance(opened.note, Note)


@settings(deadline=None)
@given(st.integers(0, len(NOTE) - 1), st.integers(0, 7))
def test_a_flipped_bit_of_a_note_never_verifies_for_the_keys_it_names(at: int, bit: int) -> None:
    wrong = NOTE[:at] + bytes([NOTE[at] ^ (1 << bit)]) + NOTE[at + 1 :]
    keys = [signer().key, signer("b.example").key]
    try:
        opened = open_note(wrong, keys)
    except (FormatError, VerificationError):
        return
    # the flip made one signer unknown; the other one still vouches for the unchanged text
    assert opened.note.text == parse_note(NOTE).text
    assert len(opened.verified) == 1


@pytest.mark.parametrize(
    ("size", "root"), [(0, bytes(32)), (-1, bytes(32)), (MAX_SIZE + 1, bytes(32)), (1, bytes(31))]
)
def test_no_checkpoint_with_an_impossible_tree(size: int, root: bytes) -> None:
    with pytest.raises(FormatError):
        Checkpoint("o", size, root)
    assert Checkpoint("o", 0, EMPTY_ROOT).text().startswith("o\n0\n")
