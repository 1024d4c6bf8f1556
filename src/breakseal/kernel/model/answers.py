"""What the keyholder seals to a recipient: the data keys of one disclosure, and a writer's own list."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.statements import Caller

OPENED_INFO = b"breakseal/opened/v1"
TRAIL_INFO = b"breakseal/trail/v1"
DESK_INFO = b"breakseal/desk/v1"
WRAP_INFO = b"breakseal/wrap/v1"
CALLER_INFO = b"breakseal/caller/v1"
CLAIM_INFO = b"breakseal/claim/v1"
NUMBER_INFO = b"breakseal/number/v1"
ADDRESS_INFO = b"breakseal/address/v1"


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
    SHA-256 of the leaf.
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
