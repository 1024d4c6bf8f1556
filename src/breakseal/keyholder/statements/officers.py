"""Officers: offering a key, being let in by the sponsor, ending, working a shift."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import EnrolOfficer, OfferKey, RevokeOfficer, Roster
from breakseal.kernel.model.statements import Session
from breakseal.kernel.model.words import LeafType
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import NO_END, Holder
from breakseal.keyholder.statements.outcome import Outcome
from breakseal.keyholder.trails import Happening, NewEntry

SHIFT = 13 * 3600
"""Seconds for which an officer's session key may act: one shift."""
OFFER_LIFE = 7 * 86_400
MAX_OFFERS = 100


def offer(core: Core, _verified: Verified, statement: OfferKey, now: int) -> Outcome:
    """Show a key to a sponsor; grants nothing."""
    core.organisations.get(statement.org)
    if statement.key.use not in ("passkey", "demo"):
        raise RefusedError("an officer's key is a passkey", reason="needs-passkey")
    _check_name(statement.name)
    core.store.run("DELETE FROM offers WHERE offered < ?", now - OFFER_LIFE)
    count = core.store.one("SELECT count(*) FROM offers WHERE org = ?", statement.org)
    if count is not None and count[0] >= MAX_OFFERS:
        raise RefusedError(
            "too many keys wait for this organisation's sponsor: ask the sponsor", reason="too-many"
        )
    spec = canonical.encode(statement.key)
    core.store.run(
        "INSERT INTO offers VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        statement.key.id, statement.org, statement.name.strip(), spec, now,
    )  # fmt: skip
    return Outcome()


def enrol(core: Core, verified: Verified, statement: EnrolOfficer, now: int) -> Outcome:
    """Let an officer in whose key the sponsor compared."""
    sponsor = _sponsor(verified, statement.org)
    statement.key.check()
    _check_name(statement.name)
    canonical.unb64(statement.officer, 16)
    offered = core.store.one(
        "SELECT spec FROM offers WHERE key = ? AND org = ?", statement.key.id, statement.org
    )
    if offered is None or offered[0] != canonical.encode(statement.key):
        raise RefusedError("nobody offered this key to your organisation", reason="not-offered")
    core.store.run("DELETE FROM offers WHERE key = ?", statement.key.id)
    core.organisations.put_officer(statement)
    officer = Holder(
        key=statement.key, kind="officer", id=statement.officer, org=statement.org, label=statement.name, position="",
        parent="", until=NO_END,
    )  # fmt: skip
    core.holders.add(officer, now)
    entry = _note(core, verified, sponsor, "enrol", "officer-let-in", now, statement.officer)
    return Outcome(statement.officer, (entry,))


def revoke(core: Core, verified: Verified, statement: RevokeOfficer, now: int) -> Outcome:
    """End an officer, at once."""
    sponsor = _sponsor(verified, statement.org)
    if core.organisations.officer(statement.officer).org != statement.org:
        raise RefusedError("the officer is not of your organisation", reason="not-yours")
    _end(core, statement.officer, now)
    entry = _note(core, verified, sponsor, "revoke", "officer-ended", now, statement.officer)
    return Outcome(statement.officer, (entry,))


def roster(core: Core, verified: Verified, statement: Roster, now: int) -> Outcome:
    """Renew the roster; who is not on it is ended."""
    sponsor = _sponsor(verified, statement.org)
    known = {officer.officer for officer in core.organisations.officers(statement.org)}
    if not set(statement.officers) <= known:
        raise RefusedError("the roster names somebody who is not enrolled", reason="officer-unknown")
    entries = []
    for officer in sorted(known - set(statement.officers)):
        _end(core, officer, now)
        entries.append(_note(core, verified, sponsor, "revoke", "officer-ended", now, officer))
    core.organisations.renew_roster(statement.org, now)
    entries.append(_note(core, verified, sponsor, "basis", "roster-signed", now, "roster"))
    return Outcome("", tuple(entries))


def session(core: Core, verified: Verified, statement: Session, now: int) -> Outcome:
    """Let a session key act for an officer at one position, for one shift at most."""
    officer = verified.signer
    if officer.is_session or statement.key.use != "session":
        raise RefusedError("a shift begins with the officer's own key", reason="needs-own-key")
    statement.key.check()
    core.organisations.officer(officer.id)
    if len(statement.position) > 40:
        raise FormatError("a position's name has at most 40 characters", reason="position")
    acting = Holder(
        key=statement.key, kind="officer", id=officer.id, org=officer.org, label=officer.label,
        position=statement.position, parent=officer.key.id, until=min(statement.until, now + SHIFT),
    )  # fmt: skip
    core.holders.add(acting, now)
    return Outcome(
        officer.id, (_note(core, verified, officer, "basis", "shift-begun", now, statement.key.id),)
    )


def _check_name(name: str) -> None:
    if not 0 < len(name.strip()) <= 80:
        raise FormatError("give a name, in at most 80 characters", reason="name")


def _sponsor(verified: Verified, org: str) -> Holder:
    holder = verified.signer
    if holder.kind != "sponsor" or holder.org != org:
        raise RefusedError("only a sponsor of the organisation may sign this", reason="not-sponsor")
    return holder


def _end(core: Core, officer: str, now: int) -> None:
    core.organisations.end_officer(officer, now)
    core.holders.revoke_all("officer", officer, now)


def _note(
    core: Core, verified: Verified, holder: Holder, kind: LeafType, result: str, now: int, target: str
) -> NewEntry:
    what = Happening(
        type=kind, party=core.party(holder), result=result, signed=verified.envelope, target=target
    )
    return core.trails.append(core.trails.of("organisation", holder.org), what, now)
