"""Answers to those who ask what is held of them, or for the list that their role has. Nothing here opens a record."""

from __future__ import annotations

import msgspec

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import ANSWER_DOMAIN, DESK_INFO, TRAIL_INFO
from breakseal.kernel.model.attested import attest
from breakseal.kernel.model.body import Trail
from breakseal.kernel.model.desk import (
    CasesDesk,
    ComplainedOf,
    EnrolledOfficer,
    HeldGrant,
    HeldKey,
    HeldNumber,
    HeldRecord,
    OfferedKey,
    OfficersDesk,
    OrganisationDesk,
    OrganisationEntry,
    SelfDesk,
)
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.shortcode import short_code
from breakseal.kernel.model.statements import Hello, ReadDesk, ReadTrail
from breakseal.kernel.seal import hpke
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_time, consume, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.logport import LogPort
from breakseal.keyholder.protocol import Identified, Sealed
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.trails import Happening, NewEntry

NEWEST = 200
"""Entries of an organisation's trail that one answer carries."""


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


def read(core: Core, log: LogPort, envelope: bytes, now: int) -> tuple[Sealed, tuple[NewEntry, ...]]:
    """Return the answer to a `ReadTrail` or `ReadDesk`, and the entries that reading itself makes."""
    verified = verify(core, envelope, now)
    statement = verified.statement
    if not isinstance(statement, ReadTrail | ReadDesk):
        raise FormatError("not a statement that asks for a list")
    check_time(statement, now, MAX_LIFE)
    consume(core, verified.digest, statement.expires)
    recipient = canonical.unb64(statement.recipient, 65)
    if isinstance(statement, ReadTrail):
        trail = canonical.encode(_trail(core, log, verified, now))
        return Sealed(sealed=hpke.seal_to(recipient, trail, TRAIL_INFO)), ()
    desk, entries = _desk(core, statement, verified, now)
    asked = msgspec.structs.replace(desk, request=canonical.b64(verified.digest))
    answer = canonical.encode(attest(asked, ANSWER_DOMAIN, core.signer))
    return Sealed(sealed=hpke.seal_to(recipient, answer, DESK_INFO)), entries


def _trail(core: Core, log: LogPort, verified: Verified, now: int) -> Trail:
    holder = verified.signer
    if holder.kind != "subject":
        raise RefusedError("only the person whose list it is may read it", reason="not-yours")
    trail = core.subjects.get(holder.id).trail
    entries = tuple(
        core.trails.entry(digest, leaf, b"" if index is None else log.proof(index))
        for digest, leaf, index in core.trails.rows(trail)
    )
    head = core.trails.head(trail, now, canonical.b64(verified.digest))
    return Trail(key=canonical.b64(core.trails.key(trail)), head=head, entries=entries)


def _desk(
    core: Core, statement: ReadDesk, verified: Verified, now: int
) -> tuple[SelfDesk | OfficersDesk | CasesDesk | OrganisationDesk, tuple[NewEntry, ...]]:
    holder = verified.signer
    if statement.desk == "self":
        return _own(core, holder, now), ()
    if statement.desk == "pending-officers":
        return _officers(core, holder), ()
    if statement.desk == "oversight-cases":
        return _cases(core, verified, now)
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
    return bare if subject.erased else _with_holdings(core, bare)


def _with_holdings(core: Core, bare: SelfDesk) -> SelfDesk:
    grant = core.subjects.granted(bare.handle, "emergency-response")
    grants = () if grant is None else (
        HeldGrant(
            purpose="emergency-response", categories=tuple(sorted(grant.categories)), anywhere=grant.anywhere,
            places=tuple(sorted(grant.places)),
        ),
    )  # fmt: skip
    channels = core.subjects.channels(bare.handle) or ("", "", "", "")
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
            HeldRecord(category=r.category, version=r.version, written=r.written)
            for r in core.subjects.records(bare.handle)
        ),
        grants=grants,
        timing=channels[1],
        words=channels[2],
        language=channels[3],
    )


def _officers(core: Core, holder: Holder) -> OfficersDesk:
    if holder.kind != "sponsor":
        raise RefusedError("only a sponsor may read this", reason="not-sponsor")
    rows = core.store.many(
        "SELECT name, spec, offered FROM offers WHERE org = ? ORDER BY offered", holder.org
    )
    offered = []
    for name, spec, at in rows:
        key = canonical.decode(spec, PublicKey)
        offered.append(OfferedKey(name=name, code=short_code(key), key=key, offered=at))
    officers = tuple(
        EnrolledOfficer(officer=o.officer, name=o.name, role=o.role)
        for o in core.organisations.officers(holder.org)
    )
    until = core.organisations.get(holder.org).roster_until
    return OfficersDesk(org=holder.org, offered=tuple(offered), officers=officers, roster_until=until)


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
        _, _, body = core.trails.body(leaf)
        cases.append(ComplainedOf(id=name, opened=opened, leaf=canonical.b64(leaf), body=canonical.b64(body)))
        if not seen:
            core.store.run("UPDATE cases SET read = ? WHERE id = ?", now, name)
            entries.append(_case_read(core, verified, handle, name, now))
    return CasesDesk(cases=tuple(cases)), tuple(entries)


def _case_read(core: Core, verified: Verified, handle: str, case: str, now: int) -> NewEntry:
    what = Happening(
        type="disclose", party=core.party(verified.signer), result="case-read", purpose="oversight-review",
        basis="oversight", notice="at-once", categories=("trail",), signed=verified.envelope, target=case,
    )  # fmt: skip
    return core.trails.append(core.subjects.get(handle).trail, what, now)


def _organisation(core: Core, holder: Holder) -> OrganisationDesk:
    if holder.kind != "sponsor":
        raise RefusedError("only a sponsor may read this", reason="not-sponsor")
    rows = core.trails.rows(core.trails.of("organisation", holder.org))
    entries = tuple(
        OrganisationEntry(leaf=canonical.b64(digest), body=canonical.b64(core.trails.body(digest)[2]))
        for digest, _, _ in reversed(rows[-NEWEST:])
    )
    return OrganisationDesk(org=holder.org, total=len(rows), entries=entries)
