"""The leaf: one public entry of the transparency log.

INVARIANT: a leaf holds no name, number, place, minute, category or free text. `tag` is
HMAC-SHA-256(K_trail, "tag" || n) and `ref` HMAC-SHA-256(K_trail, "ref" || n || target), so no two
leaves of one trail share a public value; `commitment` opens to the body. `public` carries the signed
statement of the types that are public by nature (root, enrol of organisations, policy, processor).
Every leaf without one is padded to the same length.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

import msgspec

from breakseal.kernel.errors import FormatError, VerificationError
from breakseal.kernel.model import canonical, keys
from breakseal.kernel.model.attested import verify_attested
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.model.words import BasisKind, LeafType, NoticeTiming, Purpose

MAX_LEAF = 4096
PADDED = 768
"""Bytes to which a leaf without a public statement is padded."""

DOMAIN = b"breakseal/leaf/v1\n"
BODY_DOMAIN = b"breakseal/body/v1\n"


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A log entry. `day` is the UTC date; `by` the keyholder's (or root's) key id; `sig` its signature.

    `set` is the id of the keyholder set. `org` is the requesting organisation, or empty where a
    person acted.
    """

    v: Literal[1] = 1
    type: LeafType
    day: str
    org: str = ""
    purpose: Purpose | Literal[""] = ""
    basis: BasisKind | Literal[""] = ""
    notice: NoticeTiming = "none"
    set: str
    tag: str
    ref: str
    commitment: str
    public: str = ""
    pad: str = ""
    by: str
    sig: str = ""


def trail_tag(trail_key: bytes, n: int) -> bytes:
    """Return the public tag of entry `n` (from 1) of the trail with this key."""
    return hmac.digest(trail_key, b"tag" + n.to_bytes(8, "big"), hashlib.sha256)


def trail_ref(trail_key: bytes, n: int, target: bytes) -> bytes:
    """Return the public reference of entry `n` to `target`, by which a restored keyholder finds what to end."""
    return hmac.digest(trail_key, b"ref" + n.to_bytes(8, "big") + target, hashlib.sha256)


def commit(salt: bytes, body: bytes) -> bytes:
    """Return the salted commitment to the canonical body (hash-based, SHA-256; `salt` is 32 bytes)."""
    return hashlib.sha256(BODY_DOMAIN + salt + body).digest()


def check_commitment(leaf: Leaf, salt: bytes, body: bytes) -> None:
    """Check that `leaf` commits to `body`.

    Raises:
        VerificationError: it commits to something else.
    """
    if len(salt) != 32 or not hmac.compare_digest(canonical.b64(commit(salt, body)), leaf.commitment):
        raise VerificationError("the entry commits to another body")


def seal_leaf(leaf: Leaf, signer: Signer) -> bytes:
    """Return the bytes of `leaf`, padded and signed by `signer`, as they enter the log.

    Raises:
        FormatError: longer than a leaf may be.
    """
    bare = msgspec.structs.replace(leaf, by=signer.key.id, sig="", pad="")
    if not bare.public:
        bare = msgspec.structs.replace(bare, pad="." * max(0, PADDED - 86 - len(canonical.encode(bare))))
    message = canonical.encode(bare)
    data = canonical.encode(msgspec.structs.replace(bare, sig=canonical.b64(signer.sign(DOMAIN + message))))
    if len(data) > MAX_LEAF:
        raise FormatError("the public statement is too long for a log entry", reason="too-large")
    return data


def read_leaf(data: bytes) -> Leaf:
    """Parse a leaf; checks no signature.

    Raises:
        FormatError: not a canonical leaf.
    """
    return canonical.decode(data, Leaf, limit=MAX_LEAF)


def verify_leaf(leaf: Leaf, key: keys.PublicKey) -> None:
    """Check that the holder of `key` signed `leaf`.

    Raises:
        VerificationError: it names another key, or the signature does not hold.
    """
    verify_attested(leaf, DOMAIN, key)
