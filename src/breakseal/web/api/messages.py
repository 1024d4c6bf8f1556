"""The JSON that machines and the pages' modules send and get. Bytes are base64url without padding."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import Number


class Wire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of all messages."""


class HelloIn(Wire, frozen=True):
    """A `Hello` statement signed by the session key."""

    signed: str


class HelloOut(Wire, frozen=True):
    """Who signed in; `until` is Unix seconds."""

    kind: str
    handle: str
    org: str
    role: str
    position: str
    until: int


class SubmitIn(Wire, frozen=True):
    """Signed statements that belong together."""

    statements: tuple[str, ...]


class SubmitOut(Wire, frozen=True):
    """What the keyholder made of them: the handle where one is known, the hash of each leaf."""

    handle: str
    leaves: tuple[str, ...]


class RecordIn(Wire, frozen=True):
    """A new version of a category: the signed wrap, and the ciphertext that it names."""

    wrap: str
    ciphertext: str


class SettleIn(Wire, frozen=True):
    """The version that is true, as the owner's own opening showed."""

    version: int


class RecordOut(Wire, frozen=True):
    """One current version; `updated` is Unix seconds."""

    category: str
    version: int
    updated: int


class DiscloseIn(Wire, frozen=True):
    """The signed request, and the signed basis (empty for one's own record)."""

    request: str
    basis: str = ""


class DiscloseOut(Wire, frozen=True):
    """The keys sealed to the recipient, and the ciphertexts; alike for a miss but for empty `records`.

    `pending` holds, seldom, a version whose storing was cut short: the opened key's hash says which fits.
    """

    leaf: str
    sealed: str
    until: int
    records: dict[str, str]
    pending: dict[str, str]


class StatementIn(Wire, frozen=True):
    """One signed statement."""

    statement: str


class PageIn(StatementIn, frozen=True):
    """One signed statement, and the entry at which the page of its list begins."""

    first: Number = 1


class SealedOut(Wire, frozen=True):
    """Something sealed to the recipient that the statement named."""

    sealed: str


class ProofOut(Wire, frozen=True):
    """A leaf (base64url) and its C2SP tlog-proof as text."""

    leaf: str
    proof: str


class ClaimIn(Wire, frozen=True):
    """A signed `ClaimNumber`, and the page's language for the words around the code."""

    claim: str
    language: Literal["en", "es"] = "en"


class ClaimOut(Wire, frozen=True):
    """Whether the code is "sent", or "waiting" for its channel."""

    state: str


class PlaceIn(Wire, frozen=True):
    """A ZIP code, "County, ST", or "#" and a five-digit county code."""

    place: str


class ServedBy(Wire, frozen=True):
    """A county and the names of the enrolled centres that serve it."""

    code: str
    name: str
    agencies: tuple[str, ...]


class NamedPlace(Wire, frozen=True):
    """A county: its five-digit code, and "County, ST"."""

    code: str
    name: str


class Nearby(Wire, frozen=True):
    """Which part of a place was not understood and how, both empty where all was; and what may be meant."""

    field: str = ""
    fault: str = ""
    near: tuple[NamedPlace, ...] = ()


class CodeIn(Wire, frozen=True):
    """The code that the phone got; `claim` is the SHA-256 of the claim statement."""

    claim: str
    code: str


class ForgetIn(Wire, frozen=True):
    """The hash of the leaf that says the keys are gone, and a `WithdrawNumber` of no phone by the session's key.

    The keyholder refuses the statement as `erased`: that is how it says here that nothing opens any more.
    """

    leaf: str
    statement: str


class Nothing(Wire, frozen=True):
    """Nothing to say."""
