"""The table of consents: who may look where a phone is, for what, how precisely, how often, and until when.

A row that is gone is a consent that ended; its tokens and looks go with it, in the same moment.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import astuple, dataclass

from breakseal.kernel.model.body import Party
from breakseal.kernel.model.location import IF_MISSING
from breakseal.keyholder.core import Core
from breakseal.keyholder.store import Row
from breakseal.keyholder.trails import Happening, NewEntry

INDEX_KEY = "index/location"
"""Location finds consents by an index of its own, so that it cannot be joined with the emergency programme's."""
ONCE_LIFE = 3600
"""Seconds in which a consent to one answer can be used."""
DAY_LIFE = 86_400
MAX_KEY_LIFE = 365 * 86_400
"""Seconds that a consent by the person's own key lasts at most."""
TARGET = "location"
"""What every leaf that ends a consent refers to: after a restore all of them are ended anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A consent. `idx` finds the phone; `turns` are looks left (-1: no such limit), `tries` those begun; by sms or key.

    `basis` is the SHA-256 of the statement that gave it; `requester` and `recipient` are the names that were shown.
    """

    id: str
    handle: str
    idx: bytes
    client: str
    org: str
    requester: str
    recipient: str
    purpose: str
    precision: str
    rate: int
    given: int
    until: int
    turns: int
    tries: int
    by: str
    basis: str

    @property
    def leaf_purpose(self) -> str:
        """The purpose that leaves about it name."""
        return IF_MISSING if self.purpose == IF_MISSING else "location-consented"

    @property
    def party(self) -> Party:
        """The client as the person reads it; or the police organisation that may ask if they are missing."""
        if self.purpose == IF_MISSING:
            return Party(org=self.org, org_name=self.requester)
        return Party(
            org=self.org, org_name=self.requester, name=self.recipient, role="service", key=self.client
        )


def index(core: Core, number: str) -> bytes:
    """Return the keyed hash by which the consents of a number are found."""
    return hmac.digest(core.vault.get(INDEX_KEY), number.encode("ascii"), hashlib.sha256)


def give(core: Core, agreed: Agreed, signed: bytes, now: int) -> NewEntry:
    """Keep a consent, in place of the last of this kind for the same phone, client and purpose."""
    core.store.run(
        "DELETE FROM location_consents WHERE idx = ? AND client = ? AND purpose = ? AND by = ?",
        agreed.idx, agreed.client, agreed.purpose, agreed.by,
    )  # fmt: skip
    core.store.run(
        "INSERT INTO location_consents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *astuple(agreed),
    )
    given = "if-missing-given" if agreed.purpose == IF_MISSING else "consent-given"
    what = Happening(
        type="basis", party=agreed.party, result=given, purpose=agreed.leaf_purpose, basis="consent",
        basis_digest=agreed.basis, notice="at-once", categories=("location.fix",), precision=agreed.precision,
        until=agreed.until, reason=agreed.purpose, marks=(f"by-{agreed.by}", *(("once",) if agreed.turns > 0 else ())),
        signed=signed, target=f"consent:{agreed.id}",
    )  # fmt: skip
    entry = core.trails.append(core.subjects.get(agreed.handle).trail, what, now)
    core.permits.plan(agreed.handle, entry.hash, "", now)
    return entry


def find(core: Core, name: str, now: int) -> Agreed | None:
    """Return the consent if it can be used now: of one by key, the phone itself must have been told."""
    row = core.store.one(
        "SELECT * FROM location_consents WHERE id = ? AND until > ? AND turns != 0"
        " AND (by = 'sms' OR EXISTS (SELECT 1 FROM location_by_key WHERE consent = id AND told > 0))",
        name, now,
    )  # fmt: skip
    return None if row is None else _agreed(row)


def of(core: Core, handle: str, now: int) -> list[Agreed]:
    """Return the consents of a record that have not ended."""
    rows = core.store.many(
        "SELECT * FROM location_consents WHERE handle = ? AND until > ? ORDER BY given, id", handle, now
    )
    return [_agreed(row) for row in rows]


def of_number(core: Core, number: str) -> list[Agreed]:
    """Return every consent about a phone."""
    rows = core.store.many("SELECT * FROM location_consents WHERE idx = ?", index(core, number))
    return [_agreed(row) for row in rows]


def of_phone(core: Core, idx: bytes, now: int) -> list[Agreed]:
    """Return the consents about a phone that have not ended, by its index."""
    rows = core.store.many(
        "SELECT * FROM location_consents WHERE idx = ? AND until > ? ORDER BY given, id", idx, now
    )
    return [_agreed(row) for row in rows]


def number_of(core: Core, agreed: Agreed) -> str | None:
    """Return the number that the consent is about, if it is on the record still."""
    held = (view.number for view in core.numbers.of(agreed.handle))
    return next((number for number in held if hmac.compare_digest(index(core, number), agreed.idx)), None)


def end(core: Core, ended: list[Agreed], result: str, signed: bytes, now: int) -> list[NewEntry]:
    """End consents with their tokens, and write each end down."""
    entries = []
    for agreed in ended:
        core.store.run("DELETE FROM location_consents WHERE id = ?", agreed.id)
        what = Happening(
            type="withdraw", party=agreed.party, result=result, purpose=agreed.leaf_purpose, basis="consent",
            reason=agreed.purpose, signed=signed, target=TARGET,
        )  # fmt: skip
        entries.append(core.trails.append(core.subjects.get(agreed.handle).trail, what, now))
    return entries


def stayed(core: Core, number: str) -> None:
    """A person proved to hold the phone: it is theirs, whatever its carrier said before."""
    core.store.run("DELETE FROM location_moved WHERE idx = ?", index(core, number))


def is_paused(core: Core, handle: str) -> bool:
    """Tell whether the person paused all location."""
    return core.store.one("SELECT 1 FROM location_paused WHERE handle = ?", handle) is not None


def pause(core: Core, handle: str, now: int) -> None:
    """Pause all location of a record."""
    core.store.run("INSERT OR IGNORE INTO location_paused VALUES (?, ?)", handle, now)


def sweep(core: Core, now: int) -> None:
    """Forget what is over."""
    core.store.run("DELETE FROM location_consents WHERE until <= ?", now)
    core.store.run("DELETE FROM location_tokens WHERE expires <= ?", now)
    core.store.run("DELETE FROM location_looks WHERE at <= ?", now - 2 * ONCE_LIFE)
    core.store.run("DELETE FROM location_asks WHERE expires <= ?", now)
    core.store.run("DELETE FROM location_watches WHERE until <= ?", now - ONCE_LIFE)
    core.store.run("DELETE FROM location_moved WHERE at <= ?", now - 2 * MAX_KEY_LIFE)


def _agreed(row: Row) -> Agreed:
    names = Agreed.__dataclass_fields__
    return Agreed(**dict(zip(names, row, strict=True)))
