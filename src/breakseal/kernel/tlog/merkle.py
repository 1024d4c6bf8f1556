"""The RFC 6962 Merkle tree over SHA-256: hashes, proofs and their checks (RFC 9162 section 2.1).

A node is named by (height, index): height 0 is a leaf hash, and the node at height h with index i
covers the entries [i * 2^h, (i + 1) * 2^h). Only full subtrees are nodes; what stands at the right
edge is folded from them, so proofs can be made from any store that gives full nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256

from breakseal.kernel.errors import FormatError, VerificationError

HASH_SIZE = 32
MAX_SIZE = 2**63 - 1
"""Entries; a larger tree size is refused everywhere."""
MAX_PROOF = 64
"""Hashes; no proof for a tree of at most `MAX_SIZE` entries is longer."""
EMPTY_ROOT = sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""Gives the hash of the full subtree at (height, index)."""


def leaf_hash(entry: bytes) -> bytes:
    """Return the leaf hash of `entry` (32 bytes; RFC 6962 section 2.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node over its children's hashes (32 bytes)."""
    return sha256(b"\x01" + left + right).digest()


def root(leaf_hashes: Sequence[bytes]) -> bytes:
    """Return the tree hash over `leaf_hashes`; of none it is the SHA-256 of nothing."""
    peaks: list[bytes] = []
    for count, leaf in enumerate(leaf_hashes):
        node = leaf
        for _ in range(((count + 1) & -(count + 1)).bit_length() - 1):  # as many as trailing one bits
            node = node_hash(peaks.pop(), node)
        peaks.append(node)
    return fold(peaks)


def fold(peaks: Sequence[bytes]) -> bytes:
    """Return the tree hash over full-subtree hashes that stand from largest to smallest."""
    if not peaks:
        return EMPTY_ROOT
    node = peaks[-1]
    for peak in reversed(peaks[:-1]):
        node = node_hash(peak, node)
    return node


def range_hash(start: int, end: int, read: NodeReader) -> bytes:
    """Return the tree hash of the entries [start, end), `start` being aligned as in a proof; there is one at least."""
    width = end - start
    if width & (width - 1) == 0:  # a full subtree: most of a proof
        height = width.bit_length() - 1
        return read(height, start >> height)
    peaks = []
    while start < end:
        height = (end - start).bit_length() - 1
        peaks.append(read(height, start >> height))
        start += 1 << height
    return fold(peaks)


def inclusion_proof(index: int, size: int, read: NodeReader) -> list[bytes]:
    """Return the audit path of entry `index` in the tree of `size` entries, leaf to root.

    Raises:
        FormatError: there is no such entry.
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise FormatError(f"no entry {index} in a tree of {size}")
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))  # RFC 6962's k: below the width
        if index < middle:
            path.append(range_hash(middle, end, read))
            end = middle
        else:
            path.append(range_hash(start, middle, read))
            start = middle
    path.reverse()
    return path


def consistency_proof(old: int, new: int, read: NodeReader) -> list[bytes]:
    """Return the proof that the tree of `old` entries is a prefix of the tree of `new` entries.

    It is empty where `old` is 0 or equals `new` (RFC 6962 section 2.1.2).

    Raises:
        FormatError: `old` is above `new`.
    """
    if not 0 <= old <= new <= MAX_SIZE:
        raise FormatError(f"no consistency proof from {old} to {new}")
    if old in (0, new):
        return []
    start, end = 0, new
    path = []
    while old != end:
        middle = start + (1 << ((end - start - 1).bit_length() - 1))
        if old <= middle:
            path.append(range_hash(middle, end, read))
            end = middle
        else:
            path.append(range_hash(start, middle, read))
            start = middle
    if start:
        path.append(range_hash(start, end, read))
    path.reverse()
    return path


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root_hash: bytes) -> None:
    """Check that `leaf` (a leaf hash) is entry `index` of the tree of `size` entries under `root_hash`.

    Raises:
        VerificationError: it is not, or the proof has another length than it must have
            (RFC 9162 section 2.1.3.2).
    """
    if not 0 <= index < size <= MAX_SIZE:
        raise VerificationError("the index is not in the tree", reason="bad-inclusion")
    _check_hashes((leaf, root_hash, *proof), "bad-inclusion")
    position, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise VerificationError("the inclusion proof is too long", reason="bad-inclusion")
        if position & 1 or position == last:
            node = node_hash(sibling, node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            node = node_hash(node, sibling)
        position >>= 1
        last >>= 1
    if last != 0 or node != root_hash:
        raise VerificationError("the inclusion proof does not lead to the root", reason="bad-inclusion")


def verify_growth(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree (`new`, `new_root`) extends the tree (`old`, `old_root`), which may be empty.

    Raises:
        VerificationError: it does not, or the proof has another length than it must have.
    """
    if old != 0:
        verify_consistency(old, new, proof, old_root, new_root)
    elif proof or old_root != EMPTY_ROOT or (new == 0 and new_root != EMPTY_ROOT):
        raise VerificationError("not an extension of the empty tree", reason="bad-consistency")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree (`old`, `old_root`) is a prefix of the tree (`new`, `new_root`).

    `old` is at least 1: about the empty tree there is nothing to prove (use `verify_growth`).

    Raises:
        VerificationError: it is not, or the proof has another length than it must have
            (RFC 9162 section 2.1.4.2).
    """
    if not 1 <= old <= new <= MAX_SIZE:
        raise VerificationError("the old tree is empty or larger than the new one", reason="bad-consistency")
    _check_hashes((old_root, new_root, *proof), "bad-consistency")
    if old == new:
        if proof or old_root != new_root:
            raise VerificationError("two roots or a proof for one tree size", reason="bad-consistency")
        return
    if not proof:
        raise VerificationError("the consistency proof is missing", reason="bad-consistency")
    first, *rest = proof if old & (old - 1) else (old_root, *proof)
    if _climb(old, new, first, rest) != (old_root, new_root):
        raise VerificationError("the consistency proof does not lead to both roots", reason="bad-consistency")


def _climb(old: int, new: int, first: bytes, rest: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the old and new root that a consistency proof leads to."""
    position, last = old - 1, new - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old_node = new_node = first
    for sibling in rest:
        if last == 0:
            raise VerificationError("the consistency proof is too long", reason="bad-consistency")
        if position & 1 or position == last:
            old_node = node_hash(sibling, old_node)
            new_node = node_hash(sibling, new_node)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new_node = node_hash(new_node, sibling)
        position >>= 1
        last >>= 1
    if last != 0:
        raise VerificationError("the consistency proof is too short", reason="bad-consistency")
    return old_node, new_node


def _check_hashes(hashes: Sequence[bytes], reason: str) -> None:
    if len(hashes) > MAX_PROOF + 2 or any(len(one) != HASH_SIZE for one in hashes):
        raise VerificationError("a hash is not 32 bytes, or there are too many", reason=reason)
