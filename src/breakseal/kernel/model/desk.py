"""What the keyholder seals to somebody who asks for the list that belongs to them, signed as `Opened` is."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.enrolments import EnrolCourtLine
from breakseal.kernel.model.keys import PublicKey


class _Desk(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    v: Literal[1] = 1
    request: str = ""
    by: str = ""
    sig: str = ""


class HeldNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A phone on the record; `id` is its name in `WithdrawNumber`."""

    id: str
    number: str
    bound: Number


class HeldRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A category that is held, its current version, and when it was written or last said to be right still.

    `until` is the last Unix second at which it opens to anybody; 0 if no age ends it.
    """

    category: str
    version: Number
    written: Number
    until: Number = 0


class HeldKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that acts for the holder; a session's has an end."""

    id: str
    use: str
    label: str
    until: Number


class HeldGrant(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A live grant."""

    purpose: str
    categories: tuple[str, ...]
    anywhere: bool
    places: tuple[str, ...]


class HeldConsent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A consent to be located that has not ended; `id` is its name in `WithdrawConsent`.

    `client` is the id of the client's key, `number` the phone's name in the record, `rate` looks an hour, `given` and
    `until` Unix seconds. `once` is for one answer; `by` is sms or key. `told` is when the phone itself was told of one
    by key; while it is 0 nobody looks. `next` is when it is told again; 0 if it will not be: it is given up.
    """

    id: str
    client: str
    requester: str
    recipient: str
    purpose: str
    precision: str
    number: str
    rate: Number
    given: Number
    until: Number
    once: bool
    by: str
    told: Number = 0
    next: Number = 0


class SelfDesk(_Desk, frozen=True, tag="desk-self"):
    """What the keyholder holds of the asker. `timing` is empty where no channel is set.

    `late` notices could not be sent within an hour of being due, or at all. `paused`: nobody is told where they are.
    """

    handle: str
    name: str
    frozen: bool
    created: Number
    numbers: tuple[HeldNumber, ...] = ()
    records: tuple[HeldRecord, ...] = ()
    keys: tuple[HeldKey, ...] = ()
    grants: tuple[HeldGrant, ...] = ()
    timing: str = ""
    words: str = ""
    language: str = ""
    late: Number = 0
    consents: tuple[HeldConsent, ...] = ()
    paused: bool = False


class OfferedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key that somebody offers. Whoever reads it makes its short code themselves, and finds it by what they heard."""

    name: str
    key: PublicKey
    offered: Number


class EnrolledOfficer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An officer of the sponsor's organisation."""

    officer: str
    name: str
    role: str


class OfficersDesk(_Desk, frozen=True, tag="desk-pending-officers"):
    """A sponsor's list: keys offered (newest first), officers enrolled, and the roster's end (Unix seconds)."""

    org: str
    offered: tuple[OfferedKey, ...]
    officers: tuple[EnrolledOfficer, ...]
    roster_until: Number


class ComplainedOf(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A case that a subject opened by "that was not my call", with the entry complained of (body, base64url).

    `missing` says why there is no body: the list's key is dead (`erased`), or a restore lost it (`lost`).
    """

    id: str
    opened: Number
    leaf: str
    body: str
    missing: Literal["", "erased", "lost"] = ""


class CasesDesk(_Desk, frozen=True, tag="desk-oversight-cases"):
    """The overseer's list; reading it stands in each subject's trail."""

    cases: tuple[ComplainedOf, ...]


class OrganisationEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of an organisation's own trail (refusals, misses, officers): leaf hash and body, base64url."""

    leaf: str
    body: str


class OrganisationDesk(_Desk, frozen=True, tag="desk-organisation-trail"):
    """The newest entries of an organisation's trail, newest first; `total` is how many there are."""

    org: str
    total: Number
    entries: tuple[OrganisationEntry, ...]


class HeldOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An order of a court, as an officer of its agency or a reviewer outside may know it.

    `name` is its digest, `order` the canonical `Order`, base64url; `number` and `salt` are empty in it but to the own
    key of an investigator of the agency, and to a reviewer `docket` too. `looks` are those left, `ended` when it was
    ended or swept (0: neither), `scan` the SHA-256 of a paper's scan, `reviews` those who confirmed a paper, `court`
    what the register of courts says of its court.
    """

    name: str
    order: str
    looks: Number
    ended: Number
    scan: str
    reviews: tuple[EnrolledOfficer, ...]
    court: EnrolCourtLine | None


class OrdersDesk(_Desk, frozen=True, tag="desk-orders"):
    """The orders of an investigator's agency, or other agencies' papers that wait for a reviewer; newest first."""

    orders: tuple[HeldOrder, ...]


class HeldExigent(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A request in a danger to life, as officers of its agency or a reviewer outside may know it; never its number.

    `officer` is the investigator's handle, `names` theirs and the supervisor's, `wrote` the danger and the reason that
    they wrote, empty where a restore lost them. `began`, `used`, `state`, `result` and `spoke` are as the register has
    them, `line` what the register of courts says of the agency.
    """

    name: str
    agency: str
    officer: str
    names: tuple[str, str]
    wrote: tuple[str, str]
    began: Number
    used: Number
    state: str
    result: str
    spoke: str
    line: EnrolCourtLine | None


class ExigentDesk(_Desk, frozen=True, tag="desk-exigent"):
    """An agency's requests, or other agencies' for a reviewer; newest first.

    `waiting` are the envelopes (base64url) of the agency's investigators that no supervisor has signed yet.
    """

    waiting: tuple[str, ...]
    requests: tuple[HeldExigent, ...]
