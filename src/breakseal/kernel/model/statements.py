"""Everything that somebody signs, apart from the root and its enrolments (`enrolments.py`).

Common members: `issued` and `expires` (Unix seconds; a statement is accepted between them, with 60 s
of skew) and `nonce` (16 random bytes) which makes each statement single-use. A field may never change
its meaning; a new meaning is a new type.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.enrolments import (
    EnrolCourier,
    EnrolCourtLine,
    EnrolOfficer,
    EnrolOrganisation,
    EnrolProcessor,
    IngestKey,
    OfferKey,
    PolicyRelease,
    RestoreRelease,
    RevokeOfficer,
    Root,
    Roster,
)
from breakseal.kernel.model.exigent import ConfirmExigent, Exigent, ReviewExigent, SecondExigent
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.location import (
    AgreeIfMissing,
    Consent,
    ConsentAnswered,
    ConsentStopped,
    PauseLocation,
    WithdrawConsent,
)
from breakseal.kernel.model.missing import MissingCase, MissingFound, SecondMissingCase
from breakseal.kernel.model.orders import EndOrder, LodgeOrder, LookUnder, ReviewOrder
from breakseal.kernel.model.words import NoticeTiming, Purpose


class EnrolSubject(SignedStatement, frozen=True, tag="enrol-subject"):
    """A person makes a record: signed by `key` itself, which thereby proves that it can sign.

    `session`, if given, is at once let in as by `Session`, so that signing up asks for the passkey once.
    """

    key: PublicKey
    session: PublicKey | None = None


class Session(SignedStatement, frozen=True, tag="session"):
    """A key of the signer lets `key`, made in a page of the web origin, act within narrow limits until `until`.

    For a subject: view and edit their own record (an hour at most). For an officer: emergency
    openings under a call that names them or `position` (a shift of 13 h at most).
    """

    key: PublicKey
    until: Number
    position: str = ""


class Hello(SignedStatement, frozen=True, tag="hello"):
    """A session key says that it is there, so that the web tier may keep a cookie for it; opens nothing."""

    origin: str


class AddKey(SignedStatement, frozen=True, tag="add-key"):
    """A key of the subject adds `key` (a second device, or the recovery sheet's); `key` signs too."""

    key: PublicKey
    label: str


class RevokeKey(SignedStatement, frozen=True, tag="revoke-key"):
    """A key of the subject ends the key with id `key`, at once."""

    key: str


class Grant(SignedStatement, frozen=True, tag="grant"):
    """The subject's consent that `categories` open for `purpose`.

    `anywhere`: to any enrolled centre that answers my phone; else only to those responsible for one
    of `places` (five-digit county codes, FIPS 6-4).
    """

    purpose: Purpose
    categories: tuple[str, ...]
    anywhere: bool
    places: tuple[str, ...]


class WithdrawGrant(SignedStatement, frozen=True, tag="withdraw-grant"):
    """The subject takes the grant for `purpose` back, at once."""

    purpose: Purpose


class ClaimNumber(SignedStatement, frozen=True, tag="claim-number"):
    """The subject says that a phone is theirs. `number`: E.164, sealed to the courier (`claim_info`).

    `key` is the id of the key that signs this, so that nobody can hand the sealed number in as theirs.
    """

    key: str
    number: str
    channel: Literal["sms", "voice", "desk"]


class NumberAttested(SignedStatement, frozen=True, tag="number-attested"):
    """The courier says: the number in `number` (E.164, sealed to the keyholder) answered the code sent for `claim`.

    `claim` is the SHA-256 of the canonical claim statement.
    """

    claim: str
    number: str
    channel: Literal["sms", "voice", "desk"]


class WithdrawNumber(SignedStatement, frozen=True, tag="withdraw-number"):
    """The subject takes a phone off their record; `number` is its public name in their record (`NumberView.id`)."""

    number: str


class Wrap(SignedStatement, frozen=True, tag="wrap"):
    """The subject writes `category`: the new version's number, the ciphertext's SHA-256, and its data key.

    `key` is the data key (or, in a set of several keyholders, share `share` of it) sealed to a keyholder
    of key set `set` (`answers.wrap_info`).
    """

    set: str
    share: Number
    category: str
    version: Number
    sha256: str
    key: str


class Keep(SignedStatement, frozen=True, tag="keep"):
    """The subject says that what stands in `categories` is still right: their retention begins anew."""

    categories: tuple[str, ...]


class Channels(SignedStatement, frozen=True, tag="channels"):
    """Where, when and in which words the subject is told; `address` is sealed to the courier (canonical `Address`)."""

    address: str
    timing: NoticeTiming
    words: Literal["neutral", "plain"]
    language: Literal["en", "es"]


class Freeze(SignedStatement, frozen=True, tag="freeze"):
    """The subject says: that was not my call. It opens to nobody else; `leaf` is what is complained of, or empty."""

    leaf: str


class Unfreeze(SignedStatement, frozen=True, tag="unfreeze"):
    """The subject lets the record open again."""


class Erase(SignedStatement, frozen=True, tag="erase"):
    """The subject has the keys of `categories` destroyed; empty means all, with numbers, grants and keys."""

    categories: tuple[str, ...]


class CallEvent(SignedStatement, frozen=True, tag="call-event"):
    """The callgate of `org` says what happened to a call.

    `seq` counts this call's events from 1; `position` and `officer` say who answers now (`officer`
    may be empty). `caller` is canonical `Caller` sealed to the keyholder's ingest key, so that no
    machine between the call centre and the keyholder learns who calls.
    """

    org: str
    call: str
    seq: Number
    event: Literal["answered", "transferred", "ended"]
    caller: str
    position: str
    officer: str


class Request(SignedStatement, frozen=True, tag="request"):
    """A requester asks to have `categories` opened. INVARIANT: it names no subject: that comes from the basis.

    `basis` is the SHA-256 of the basis statement (a call event), or empty for the requester's own
    record. `recipient` is the P-256 point (65 bytes) to which the data keys are sealed.
    """

    purpose: Purpose
    basis: str
    categories: tuple[str, ...]
    recipient: str
    reason: str = ""


class ReadTrail(SignedStatement, frozen=True, tag="read-trail"):
    """The subject asks for their trail key, signed head and every body, sealed to `recipient`."""

    recipient: str


class ReadDesk(SignedStatement, frozen=True, tag="read-desk"):
    """An officer, sponsor or overseer asks for the list `desk` that their role has; answered sealed to `recipient`."""

    desk: Literal["self", "pending-officers", "oversight-cases", "organisation-trail", "orders", "exigent"]
    recipient: str


class Caller(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the telephone network says of a caller: E.164 number and, if known, WGS 84 position.

    `lat` and `lon` are micro-degrees, `radius` metres, `at` the Unix time of the fix; all zero when
    the network gave none (`radius` 0 means "no position").
    """

    number: str
    lat: Number = 0
    lon: Number = 0
    radius: Number = 0
    at: Number = 0


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a notice goes; sealed to the courier, so that only the courier reads it."""

    kind: Literal["sms", "mail"]
    to: str


Statement = (
    Root | EnrolOrganisation | EnrolCourier | EnrolProcessor | EnrolOfficer | RevokeOfficer | Roster
    | PolicyRelease | RestoreRelease | OfferKey | IngestKey | EnrolSubject | Session | Hello | AddKey
    | RevokeKey | Grant | WithdrawGrant | ClaimNumber | NumberAttested | WithdrawNumber | Wrap | Keep | Channels
    | Freeze | Unfreeze | Erase | CallEvent | Request | ReadTrail | ReadDesk
    | Consent | ConsentAnswered | ConsentStopped | WithdrawConsent | PauseLocation
    | EnrolCourtLine | LodgeOrder | ReviewOrder | EndOrder | LookUnder
    | Exigent | SecondExigent | ConfirmExigent | ReviewExigent
    | AgreeIfMissing | MissingCase | SecondMissingCase | MissingFound
)  # fmt: skip
