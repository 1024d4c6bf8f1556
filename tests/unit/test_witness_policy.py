"""Witness policies: what a file may say, and which checkpoints each quorum accepts."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.tlog.checkpoint import Checkpoint
from breakseal.kernel.tlog.merkle import leaf_hash, node_hash
from breakseal.kernel.tlog.note import COSIGNATURE_V1, Note
from breakseal.kernel.tlog.proof import encode_proof, verify
from breakseal.kernel.tlog.signature import sign_note, sign_text
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from tests.support.logs import START, signer

LOG = signer("log.example/a")
NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
WITNESSES = {name: signer(f"{name}.example", COSIGNATURE_V1) for name in NAMES}
LEAVES = [leaf_hash(b"one"), leaf_hash(b"two")]
TEXT = Checkpoint("log.example/a", 2, node_hash(*LEAVES)).text()
KEYS = f"log {LOG.key.encode()} https://log.example/a\n" + "".join(
    f"witness {name} {one.key.encode()}\n" for name, one in WITNESSES.items()
)
GROUPS = """
# two organisations
group X-witnesses 2 X1 X2 X3
\tgroup  Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def note(names: Iterable[str]) -> bytes:
    lines = tuple(sign_text(TEXT, WITNESSES[name], START + at) for at, name in enumerate(names))
    return Note(TEXT, sign_note(TEXT, [LOG]).signatures + lines).encode()


@pytest.mark.parametrize(
    "names", [("X1", "X3", "Y2"), ("X1", "X2", "X3", "Y1", "Y2", "Y3"), ("Y3", "X2", "X1")]
)
def test_the_quorum_accepts(names: tuple[str, ...]) -> None:
    verified = parse_policy((KEYS + GROUPS).encode()).check(note(names))
    assert verified.cosigned == {name: START + at for at, name in enumerate(names)}
    assert (verified.log, verified.checkpoint.size) == (LOG.key, 2)


@pytest.mark.parametrize(
    "names", [(), ("X1", "Y1"), ("X1", "X2", "X3"), ("Y1", "Y2", "Y3"), ("X1", "X1", "Y1")]
)
def test_the_quorum_refuses(names: tuple[str, ...]) -> None:
    with pytest.raises(VerificationError) as caught:
        parse_policy((KEYS + GROUPS).encode()).check(note(names))
    assert caught.value.reason == "no-quorum"


def test_a_proof_is_checked_against_log_witnesses_and_entry() -> None:
    policy = parse_policy((KEYS + "quorum X1\n").encode())
    proof = encode_proof(1, [LEAVES[0]], note(["X1"]))
    assert verify(proof, b"two", policy).index == 1
    for wrong in (encode_proof(0, [LEAVES[0]], note(["X1"])), encode_proof(1, [LEAVES[0]], note(["X2"]))):
        with pytest.raises(VerificationError):
            verify(wrong, b"two", policy)
    with pytest.raises(VerificationError):
        verify(proof, b"one", policy)


def test_a_checkpoint_of_another_origin_is_refused_though_the_log_signed_it() -> None:
    other = Checkpoint("log.example/b", 2, bytes(32)).text()
    policy = parse_policy((KEYS + "quorum none\n").encode())
    with pytest.raises(VerificationError):
        policy.check(sign_note(other, [LOG]).encode())
    with pytest.raises(VerificationError):
        policy.check(sign_note(TEXT, [signer("log.example/b")]).encode())


def test_a_witness_alone_does_not_make_a_checkpoint() -> None:
    policy = parse_policy((KEYS + "quorum X1\n").encode())
    with pytest.raises(VerificationError) as caught:
        policy.check(Note(TEXT, (sign_text(TEXT, WITNESSES["X1"], START),)).encode())
    assert caught.value.reason == "unknown-log"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "quorum none\nquorum none\n",
        "quorum nobody\n",
        "quorum none none\n",
        "group g any\nquorum g\n",
        "group g 0 X1\nquorum g\n",
        "group g 2 X1\nquorum g\n",
        "group g 01 X1\nquorum g\n",
        "group g some X1\nquorum g\n",
        "group g any g\nquorum g\n",
        "group g any none\nquorum g\n",
        "group none any X1\nquorum none\n",
        "group X1 any X2\nquorum X1\n",
        "group g any X1 X1\nquorum g\n",
        "group g any X1\ngroup h any X1\nquorum h\n",
        "quorum g\ngroup g any X1\n",
        "quorum none\nrubbish\n",
        "quorum none\r\n",
        f"log {LOG.key.encode()}\nquorum none\n",
        f"log {WITNESSES['X1'].key.encode()}\nquorum none\n",
        f"witness Z {LOG.key.encode()}\nquorum none\n",
        f"witness Z {WITNESSES['X1'].key.encode()}\nquorum none\n",
        "log rubbish\nquorum none\n",
        "quorum none\x00\n",
    ],
)
def test_malformed_policies_are_refused(lines: str) -> None:
    with pytest.raises(FormatError):
        parse_policy((KEYS + lines).encode())


def test_names_are_opaque_octets() -> None:
    one, two = (signer(name, COSIGNATURE_V1).key.encode().encode() for name in ("one", "two"))
    policy = parse_policy(
        b"witness K %s\nwitness \xe2\x84\xaa %s\nwitness \xff %s\nquorum \xff\n"
        % (one, two, signer("three", COSIGNATURE_V1).key.encode().encode())
    )
    assert len(policy.witnesses) == 3


def test_the_asked_number_of_names_fits() -> None:
    lines = [f"log {signer(f'l{at}').key.encode()}" for at in range(32)]
    lines += [f"witness w{at} {signer(f'w{at}', COSIGNATURE_V1).key.encode()}" for at in range(32)]
    lines += [f"group g{at} any w{at}" for at in range(32)]
    policy = parse_policy(("\n".join(lines) + "\nquorum g31\n").encode())
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)
