"""Officers: offering a key, being let in by the sponsor, ending, working a shift."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.desk import OfferedKey
from breakseal.kernel.model.enrolments import EnrolOfficer, OfferKey, RevokeOfficer, Roster
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.statements import Session
from breakseal.kernel.model.words import LeafType
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import NO_END, Holder
from breakseal.keyholder.statements.outcome import Outcome
from breakseal.keyholder.trails import Happening, NewEntry

SHIFT = 13 * 3600
"""Seconds for which an officer's session key may act: one shift."""
OFFER_LIFE = 3600
"""Seconds that an offer waits: sponsor and newcomer compare the code on the phone or in one room."""
MAX_OFFERS = 1000
"""Offers that wait for one organisation. Anybody can make them, so a full list drops its oldest, never the newcomer.

A flood hides an offer only by 1,000 newer ones before the sponsor reads the list; offering again puts it on top. What
the sponsor read last stays until their next reading (`waiting`), and they find an offer by its code, whatever else
is there. What a colliding code costs: `shortcode`.
"""
_READ = "+"
"""Marks the rows that a sponsor read last; no organisation's id has it."""


def offer(core: Core, _verified: Verified, statement: OfferKey, now: int) -> Outcome:
    """Show a key to a sponsor; grants nothing."""
    core.organisations.get(statement.org)
    if statement.key.use not in ("passkey", "demo"):
        raise RefusedError("an officer's key is a passkey", reason="needs-passkey")
    _check_name(statement.name)
    core.store.run("DELETE FROM offers WHERE offered < ?", now - OFFER_LIFE)
    core.store.run(
        "INSERT INTO offers VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET name = excluded.name, offered = excluded.offered",
        _offer(statement.org, statement.key), statement.org, statement.name.strip(),
        canonical.encode(statement.key), now,
    )  # fmt: skip
    core.store.run(
        "DELETE FROM offers WHERE org = ? AND key IN (SELECT key FROM offers WHERE org = ? AND key != ?"
        " ORDER BY offered DESC LIMIT -1 OFFSET ?)",
        statement.org, statement.org, _offer(statement.org, statement.key), MAX_OFFERS - 1,
    )  # fmt: skip
    return Outcome()


def waiting(core: Core, org: str, now: int) -> list[OfferedKey]:
    """Return the keys offered to `org`, newest first; they can be let in from now on, whatever a flood drops."""
    core.store.run("DELETE FROM offers WHERE org = ? OR offered < ?", org + _READ, now - OFFER_LIFE)
    core.store.run(
        "INSERT INTO offers SELECT key || ?, org || ?, name, spec, offered FROM offers WHERE org = ?",
        _READ, _READ, org,
    )  # fmt: skip
    return [
        OfferedKey(name=name, key=canonical.decode(spec, PublicKey), offered=at)
        for name, spec, at in core.store.many(
            "SELECT name, spec, offered FROM offers WHERE org = ? ORDER BY offered DESC", org
        )
    ]


def enrol(core: Core, verified: Verified, statement: EnrolOfficer, now: int) -> Outcome:
    """Let an officer in whose key the sponsor compared."""
    sponsor = _sponsor(verified, statement.org)
    statement.key.check()
    _check_name(statement.name)
    canonical.unb64(statement.officer, 16)
    offer_id = _offer(statement.org, statement.key)
    if not core.store.run(
        "DELETE FROM offers WHERE key IN (?, ?) AND offered >= ?",
        offer_id,
        offer_id + _READ,
        now - OFFER_LIFE,
    ):
        raise RefusedError(
            "nobody offered this key to your organisation within the hour: have them offer it again",
            reason="not-offered",
        )
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


def _offer(org: str, key: PublicKey) -> str:
    """Return what names an offer: the same key id with another key, or elsewhere, takes nobody's place."""
    return canonical.b64(canonical.digest(org.encode() + b"\n" + canonical.encode(key)))


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
