"""What the keyholder seals to a recipient: the data keys of one disclosure, and a writer's own list."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import Number, b64, digest
from breakseal.kernel.model.statements import Caller
from breakseal.kernel.seal.aead import context

OPENED_INFO = b"breakseal/opened/v1"
TRAIL_INFO = b"breakseal/trail/v1"
DESK_INFO = b"breakseal/desk/v1"
NUMBER_INFO = b"breakseal/number/v1"
ANSWER_DOMAIN = b"breakseal/answer/v1\n"


def wrap_info(handle: str, category: str, version: int, sha256: str) -> bytes:
    """Return the HPKE info of a data key: what a `Wrap` says, so that the key can be handed in for nothing else."""
    return context("breakseal/wrap/v1", handle, category, str(version), sha256)


def caller_info(org: str, call: str) -> bytes:
    """Return the HPKE info of a caller: the call that it belongs to."""
    return context("breakseal/caller/v1", org, call)


def claim_info(key: str) -> bytes:
    """Return the HPKE info of a claimed number: the id of the key that claims it."""
    return context("breakseal/claim/v1", key)


def address_bound(key: str, nonce: str) -> str:
    """Return what ties an address to the `Channels` statement that carries it, by its signing key's id and its nonce.

    The permit tells it to the courier, who learns no more from it: neither whose it is nor what else is theirs.
    """
    return b64(digest(context("breakseal/told/v1", key, nonce)))


def address_info(bound: str) -> bytes:
    """Return the HPKE info of a notice's address; `bound` is its `address_bound`."""
    return context("breakseal/address/v1", bound)


class OpenedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The data key (32 bytes, base64url; share `share` of it in a set of several) of one category.

    The reader checks the ciphertext against `sha256` before opening it.
    """

    share: Number
    category: str
    version: Number
    sha256: str
    key: str


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The plaintext of a disclosure's answer. Hit and miss have it alike; a miss has no keys, and padding instead.

    `caller` is what the call event said; None where the basis is no call. `subject` is the associated
    data's subject (the record's handle). `until` is the Unix time at which the view ends; `leaf` the
    SHA-256 of the leaf. `request` is the SHA-256 of the canonical request, and the keyholder signs the
    whole (`attested.py`, ANSWER_DOMAIN), so that no machine on the way can answer in its place.
    """

    v: Literal[1] = 1
    type: Literal["opened"] = "opened"
    leaf: str
    subject: str = ""
    caller: Caller | None = None
    keys: tuple[OpenedKey, ...] = ()
    until: Number
    precision: str = ""
    marks: tuple[str, ...] = ()
    pad: str = ""
    request: str
    by: str = ""
    sig: str = ""
