"""Every proof for every index and size verifies, against a tree hash written down as RFC 6962 has it."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.tlog.edge import Edge
from breakseal.kernel.tlog.merkle import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_growth,
    verify_inclusion,
)

LEAVES = [leaf_hash(number.to_bytes(4, "big")) for number in range(70_000)]
ROOTS: dict[int, bytes] = {}
SIZES = st.one_of(
    st.integers(1, 40), st.integers(1, 1500), st.sampled_from([256, 257, 511, 512, 513, 65_536, 65_793])
)


def tree_hash(leaves: list[bytes]) -> bytes:
    """The recursive definition (RFC 6962 section 2.1), over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + tree_hash(leaves[:split]) + tree_hash(leaves[split:])).digest()


def node(height: int, index: int) -> bytes:
    return root(LEAVES[index << height : (index + 1) << height])


def root_of(size: int) -> bytes:
    if size not in ROOTS:
        ROOTS[size] = tree_hash(LEAVES[:size])
    return ROOTS[size]


@pytest.mark.parametrize("size", [*range(18), 31, 32, 33, 255, 256, 257, 600])
def test_root_is_the_recursive_tree_hash(size: int) -> None:
    edge = Edge()
    for leaf in LEAVES[:size]:
        edge.append(leaf)
    assert root(LEAVES[:size]) == edge.root() == root_of(size)


def test_every_proof_of_every_small_tree_verifies() -> None:
    for size in range(1, 33):
        for index in range(size):
            proof = inclusion_proof(index, size, node)
            verify_inclusion(index, size, LEAVES[index], proof, root_of(size))
        for old in range(1, size + 1):
            verify_consistency(old, size, consistency_proof(old, size, node), root_of(old), root_of(size))
        verify_growth(0, size, [], EMPTY_ROOT, root_of(size))


def test_no_proof_of_a_small_tree_holds_for_another_place_leaf_or_tree() -> None:
    places = [(index, size) for size in range(1, 18) for index in range(size)]
    for index, size in places:
        proof = inclusion_proof(index, size, node)
        for other, other_size in (place for place in places if place != (index, size)):
            with pytest.raises(VerificationError):
                verify_inclusion(other, other_size, LEAVES[index], proof, root_of(other_size))


@settings(deadline=None, max_examples=200)
@given(SIZES, st.data())
def test_a_mutated_inclusion_proof_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, node)
    verify_inclusion(index, size, LEAVES[index], proof, root_of(size))
    wrong, why = data.draw(mutations(proof))
    with pytest.raises(VerificationError):
        verify_inclusion(index, size, LEAVES[index], wrong, root_of(size))
    assert why


@settings(deadline=None, max_examples=200)
@given(SIZES, st.data())
def test_a_mutated_consistency_proof_is_refused(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    proof = consistency_proof(old, size, node)
    verify_consistency(old, size, proof, root_of(old), root_of(size))
    wrong, _ = data.draw(mutations(proof))
    with pytest.raises(VerificationError):
        verify_consistency(old, size, wrong, root_of(old), root_of(size))
    with pytest.raises(VerificationError):
        verify_consistency(old, size, proof, LEAVES[-1], root_of(size))
    with pytest.raises(VerificationError):
        verify_consistency(old, size, proof, root_of(old), LEAVES[-1])


@st.composite
def mutations(draw: st.DrawFn, proof: list[bytes]) -> tuple[list[bytes], str]:
    """A proof with one flipped bit, one hash more, fewer, shorter or in another place."""
    kinds = ["longer", *(["flip", "cut", "short"] if proof else []), *(["swap"] if len(proof) > 1 else [])]
    kind = draw(st.sampled_from(kinds))
    wrong = list(proof)
    at = draw(st.integers(0, max(0, len(proof) - 1)))
    if kind == "longer":
        wrong.insert(at, draw(st.sampled_from([bytes(32), *proof])))
    elif kind == "flip":
        bit = draw(st.integers(0, 255))
        wrong[at] = (int.from_bytes(wrong[at], "big") ^ (1 << bit)).to_bytes(32, "big")
    elif kind == "cut":
        del wrong[at]
    elif kind == "short":
        wrong[at] = wrong[at][:-1]
    else:
        wrong[0], wrong[-1] = wrong[-1], wrong[0]
    return wrong, kind
