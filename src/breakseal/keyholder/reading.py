"""Answers to those who ask what is held of them, or for the list that their role has. Nothing here opens a record."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import ANSWER_DOMAIN, DESK_INFO, TRAIL_INFO
from breakseal.kernel.model.attested import attest
from breakseal.kernel.model.body import Entry, Trail
from breakseal.kernel.model.desk import (
    CasesDesk,
    ComplainedOf,
    EnrolledOfficer,
    ExigentDesk,
    HeldGrant,
    HeldKey,
    HeldNumber,
    HeldRecord,
    OfficersDesk,
    OrdersDesk,
    OrganisationDesk,
    OrganisationEntry,
    SelfDesk,
)
from breakseal.kernel.model.statements import Hello, ReadDesk, ReadTrail
from breakseal.kernel.seal import hpke
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_time, consume, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.exigent import asking as exigent
from breakseal.keyholder.location import consents, telling
from breakseal.keyholder.logport import LogPort
from breakseal.keyholder.orders.lodging import listed
from breakseal.keyholder.protocol import Identified, Read, Sealed
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.register.subjects import Told
from breakseal.keyholder.retention import opens_until
from breakseal.keyholder.statements.officers import waiting
from breakseal.keyholder.trails import Happening, NewEntry

NEWEST = 200
"""Entries of an organisation's trail, or cases, that one answer carries: as many of the longest as a frame holds."""
PAGE_ENTRIES = 500
PAGE_BYTES = 4 * 1024 * 1024
"""What one page of a list holds at most, in characters of its entries; a page has at least one entry."""


def identify(core: Core, envelope: bytes, now: int) -> Identified:
    """Return whose session key signed a hello."""
    verified = verify(core, envelope, now)
    statement = verified.statement
    if not isinstance(statement, Hello) or statement.origin != core.roots.root.door.web_origin:
        raise FormatError("not a hello to this site")
    check_time(statement, now, MAX_LIFE)
    consume(core, verified.digest, statement.expires)
    holder = verified.signer
    if not holder.is_session:
        raise RefusedError(
            "only a session's key says hello: its end is the cookie's end", reason="needs-session"
        )
    role = core.organisations.officer(holder.id).role if holder.kind == "officer" else holder.kind
    return Identified(
        kind=holder.kind, handle=holder.id, key=holder.key.id, until=holder.until, org=holder.org, role=role,
        position=holder.position,
    )  # fmt: skip


def read(core: Core, log: LogPort, question: Read, now: int) -> tuple[Sealed, tuple[NewEntry, ...]]:
    """Return the answer to a `ReadTrail` or `ReadDesk`, and the entries that reading itself makes.

    A statement begins one reading; what stands after its first page may be asked for while the statement lives.
    """
    verified = verify(core, question.statement, now)
    statement = verified.statement
    if not isinstance(statement, ReadTrail | ReadDesk):
        raise FormatError("not a statement that asks for a list")
    check_time(statement, now, MAX_LIFE)
    if question.first == 1:
        consume(core, verified.digest, statement.expires)
    elif isinstance(statement, ReadDesk) or question.first < 1 or not _begun(core, verified):
        raise FormatError("only a list that is being read has more pages", reason="no-page")
    recipient = canonical.unb64(statement.recipient, 65)
    if isinstance(statement, ReadTrail):
        trail = canonical.encode(_trail(core, log, verified, now, question.first))
        return Sealed(sealed=hpke.seal_to(recipient, trail, TRAIL_INFO)), ()
    desk, entries = _desk(core, statement, verified, now)
    asked = msgspec.structs.replace(desk, request=canonical.b64(verified.digest))
    answer = canonical.encode(attest(asked, ANSWER_DOMAIN, core.signer))
    return Sealed(sealed=hpke.seal_to(recipient, answer, DESK_INFO)), entries


def _begun(core: Core, verified: Verified) -> bool:
    return core.store.one("SELECT 1 FROM statements WHERE digest = ?", verified.digest) is not None


def _trail(core: Core, log: LogPort, verified: Verified, now: int, first: int = 1) -> Trail:
    """Return a page of the signer's list from entry `first` on.

    The head is of this moment and covers the whole list, so what stood on earlier pages must be proved under it:
    entries are never changed or taken away.
    """
    holder = verified.signer
    if holder.kind != "subject":
        raise RefusedError("only the person whose list it is may read it", reason="not-yours")
    trail = core.subjects.get(holder.id).trail
    entries: list[Entry] = []
    left = PAGE_BYTES
    for digest, leaf, index in core.trails.rows(trail, first, PAGE_ENTRIES):
        entry = core.trails.entry(digest, leaf, b"" if index is None else log.proof(index))
        left -= len(entry.leaf) + len(entry.body) + len(entry.proof)
        if entries and left < 0:
            break
        entries.append(entry)
    head = core.trails.head(trail, now, canonical.b64(verified.digest))
    return Trail(key=canonical.b64(core.trails.key(trail)), head=head, entries=tuple(entries))


def _desk(
    core: Core, statement: ReadDesk, verified: Verified, now: int
) -> tuple[
    SelfDesk | OfficersDesk | CasesDesk | OrganisationDesk | OrdersDesk | ExigentDesk, tuple[NewEntry, ...]
]:
    holder = verified.signer
    if statement.desk == "self":
        return _own(core, holder, now), ()
    if statement.desk == "pending-officers":
        return _officers(core, holder, now), ()
    if statement.desk == "oversight-cases":
        return _cases(core, verified, now)
    if statement.desk == "orders":
        return listed(core, holder, now), ()
    if statement.desk == "exigent":
        return exigent.listed(core, holder, now), ()
    return _organisation(core, holder), ()


def _own(core: Core, holder: Holder, now: int) -> SelfDesk:
    keys = tuple(
        HeldKey(id=h.key.id, use=h.key.use, label=h.label, until=h.until if h.is_session else 0)
        for h in core.holders.of(holder.kind, holder.id, now)
    )
    if holder.kind != "subject":
        return SelfDesk(handle=holder.id, name=holder.label, frozen=False, created=0, keys=keys)
    subject = core.subjects.get(holder.id)
    bare = SelfDesk(handle=holder.id, name="", frozen=subject.frozen, created=subject.created, keys=keys)
    return bare if subject.erased else _with_holdings(core, bare, now)


def _with_holdings(core: Core, bare: SelfDesk, now: int) -> SelfDesk:
    grant = core.subjects.granted(bare.handle, "emergency-response")
    grants = () if grant is None else (
        HeldGrant(
            purpose="emergency-response", categories=tuple(sorted(grant.categories)), anywhere=grant.anywhere,
            places=tuple(sorted(grant.places)),
        ),
    )  # fmt: skip
    told = core.subjects.channels(bare.handle) or Told("", "", "", "", "")
    return SelfDesk(
        handle=bare.handle,
        name=bare.name,
        frozen=bare.frozen,
        created=bare.created,
        keys=bare.keys,
        numbers=tuple(
            HeldNumber(id=n.id, number=n.number, bound=n.bound) for n in core.numbers.of(bare.handle)
        ),
        records=tuple(
            HeldRecord(
                category=r.category,
                version=r.version,
                written=r.written,
                until=opens_until(core.policy, r.category, r.written),
            )
            for r in core.subjects.records(bare.handle)
        ),
        grants=grants,
        timing=told.timing,
        words=told.words,
        language=told.language,
        late=core.permits.late(bare.handle, now) if told.timing not in ("", "none") else 0,
        consents=telling.held(core, bare.handle, now),
        paused=consents.is_paused(core, bare.handle),
    )


def _officers(core: Core, holder: Holder, now: int) -> OfficersDesk:
    if holder.kind != "sponsor":
        raise RefusedError("only a sponsor may read this", reason="not-sponsor")
    officers = tuple(
        EnrolledOfficer(officer=o.officer, name=o.name, role=o.role)
        for o in core.organisations.officers(holder.org)
    )
    until = core.organisations.get(holder.org).roster_until
    offered = tuple(waiting(core, holder.org, now))
    return OfficersDesk(org=holder.org, offered=offered, officers=officers, roster_until=until)


def _cases(core: Core, verified: Verified, now: int) -> tuple[CasesDesk, tuple[NewEntry, ...]]:
    """Return the cases; the first reading of each stands in its subject's trail."""
    holder = verified.signer
    if holder.kind != "officer" or core.organisations.officer(holder.id).role != "oversight":
        raise RefusedError("only an overseer may read this", reason="not-oversight")
    # A sponsor chooses the role of their officers, but not the class of their organisation.
    if core.organisations.get(holder.org).kind != "oversight-body" or holder.is_session:
        raise RefusedError("only an overseer's own key may read this", reason="not-oversight")
    cases, entries = [], []
    for name, handle, leaf, opened, seen in core.store.many(
        "SELECT id, handle, leaf, opened, read FROM cases ORDER BY opened DESC LIMIT ?", NEWEST
    ):
        body, missing = _complained_of(core, leaf)
        cases.append(
            ComplainedOf(
                id=name, opened=opened, leaf=canonical.b64(leaf), body=canonical.b64(body), missing=missing
            )
        )
        if not seen:
            core.store.run("UPDATE cases SET read = ? WHERE id = ?", now, name)
            # A list whose key is dead takes no entry any more, and nobody could read it there.
            entries += [_case_read(core, verified, handle, name, now)] if missing != "erased" else []
    return CasesDesk(cases=tuple(cases)), tuple(entries)


def _complained_of(core: Core, leaf: bytes) -> tuple[bytes, Literal["", "erased", "lost"]]:
    """Return the body of the entry, or why there is none; one that is gone must not hide the others."""
    try:
        trail, _, body = core.trails.body(leaf)
        core.trails.key(trail)
    except RefusedError:
        return b"", "erased"
    return body, "" if body else "lost"


def _case_read(core: Core, verified: Verified, handle: str, case: str, now: int) -> NewEntry:
    what = Happening(
        type="disclose", party=core.party(verified.signer), result="case-read", purpose="oversight-review",
        basis="oversight", notice="at-once", categories=("trail",), signed=verified.envelope, target=case,
    )  # fmt: skip
    return core.trails.append(core.subjects.get(handle).trail, what, now)


def _organisation(core: Core, holder: Holder) -> OrganisationDesk:
    if holder.kind != "sponsor":
        raise RefusedError("only a sponsor may read this", reason="not-sponsor")
    trail = core.trails.of("organisation", holder.org)
    total = core.trails.length(trail)
    entries = tuple(
        OrganisationEntry(leaf=canonical.b64(digest), body=canonical.b64(core.trails.body(digest)[2]))
        for digest, _, _ in reversed(core.trails.rows(trail, max(1, total - NEWEST + 1), NEWEST))
    )
    return OrganisationDesk(org=holder.org, total=total, entries=entries)
