"""What a subject signs about their own record, except numbers and what is written into it."""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Party
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.statements import (
    AddKey,
    Channels,
    EnrolSubject,
    Erase,
    Freeze,
    Grant,
    RevokeKey,
    Session,
    Unfreeze,
    WithdrawGrant,
)
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import NO_END, Holder
from breakseal.keyholder.register.subjects import Subject
from breakseal.keyholder.statements.outcome import Outcome, note, subject_of
from breakseal.keyholder.trails import KEPT_AFTER_ERASURE, Happening
from breakseal.keyholder.vault import gone_for_good

SUBJECT_SESSION = 3600
"""Seconds for which a subject's session key may act."""
MAX_KEYS = 20
CASES_A_DAY = 20
"""Cases that one subject opens in a day. Beyond, or of an entry that has a case already, a freeze is only a freeze."""
NEW_RECORDS_AN_HOUR = 10_000
"""Anybody can make passkeys, so this is what keeps strangers from filling the log."""


def enrol(core: Core, verified: Verified, statement: EnrolSubject, now: int) -> Outcome:
    """Begin a record for whoever holds the key that signed."""
    if statement.key.use not in ("passkey", "demo"):
        raise RefusedError("a record begins with a passkey", reason="needs-passkey")
    if core.budgets.spend("", "records-begun", now) > NEW_RECORDS_AN_HOUR:
        raise RefusedError("too many records were begun in this hour: try again later", reason="too-many")
    handle = canonical.b64(core.entropy.token(16))
    trail = core.trails.begin("subject", handle, now)
    core.subjects.add(handle, trail, now)
    owner = _holder(handle, statement.key, label="first key")
    core.holders.add(owner, now)
    if statement.session is not None:
        _add_session(core, owner, statement.session, now + SUBJECT_SESSION, "", now)
    what = Happening(
        type="enrol", party=Party(role="subject", key=statement.key.id), result="record-begun", basis="self",
        signed=verified.envelope, target=statement.key.id,
    )  # fmt: skip
    return Outcome(handle, (core.trails.append(trail, what, now),))


def session(core: Core, verified: Verified, statement: Session, now: int) -> Outcome:
    """Let a session key act for a subject, for an hour at most."""
    holder, subject = subject_of(core, verified, now, session=False)
    until = min(statement.until, now + SUBJECT_SESSION)
    _add_session(core, holder, statement.key, until, "", now)
    return Outcome(subject.handle, (note(core, verified, subject, "basis", "session-begun", now),))


def add_key(core: Core, verified: Verified, statement: AddKey, now: int) -> Outcome:
    """Add a key that signed too."""
    holder, subject = subject_of(core, verified, now, session=False)
    if {signature.key for signature in verified.signed.signatures} != {holder.key.id, statement.key.id}:
        raise RefusedError("one of your keys and the new key must sign", reason="signers")
    statement.key.check()
    if statement.key.use not in ("passkey", "recovery", "demo"):
        raise RefusedError("only a passkey or a recovery sheet's key can be added", reason="needs-passkey")
    if len(core.holders.of("subject", holder.id, now)) >= MAX_KEYS:
        raise RefusedError("there are too many keys: remove one first", reason="too-many")
    core.holders.add(_holder(holder.id, statement.key, label=_label(statement.label)), now)
    entry = note(core, verified, subject, "enrol", "key-added", now, target=f"key:{statement.key.id}")
    return Outcome(subject.handle, (entry,))


def revoke_key(core: Core, verified: Verified, statement: RevokeKey, now: int) -> Outcome:
    """End one of the subject's keys, with the sessions that it let in."""
    holder, subject = subject_of(core, verified, now, session=False)
    mine = {key.key.id for key in core.holders.of("subject", holder.id, now)}
    if statement.key not in mine:
        raise RefusedError("you have no such key", reason="not-yours")
    if not {key for key in mine if key != statement.key and not _is_session(core, key, now)}:
        raise RefusedError("this is your only key: add another first, or erase the record", reason="last-key")
    core.holders.revoke(statement.key, now)
    entry = note(core, verified, subject, "revoke", "key-ended", now, target=f"key:{statement.key}")
    return Outcome(subject.handle, (entry,))


def grant(core: Core, verified: Verified, statement: Grant, now: int) -> Outcome:
    """Keep the subject's consent for emergencies."""
    _, subject = subject_of(core, verified, now, session=False)
    if statement.purpose != "emergency-response":
        raise RefusedError("nothing can be consented to for this purpose", reason="purpose")
    if not statement.categories or not set(statement.categories) <= set(EMERGENCY_CATEGORIES):
        raise FormatError(
            "name at least one category of the emergency profile, and no other", reason="category"
        )
    if not all(len(place) == 5 and place.isascii() and place.isdigit() for place in statement.places):
        raise FormatError("a place is a five-digit county code", reason="place")
    core.subjects.grant(subject.handle, statement, now)
    entry = note(core, verified, subject, "basis", "turned-on", now, target=f"grant:{statement.purpose}")
    return Outcome(subject.handle, (entry,))


def withdraw_grant(core: Core, verified: Verified, statement: WithdrawGrant, now: int) -> Outcome:
    """End the subject's consent, at once; a session key is enough to close a door."""
    _, subject = subject_of(core, verified, now, session=True)
    core.subjects.withdraw(subject.handle, statement.purpose)
    entry = note(core, verified, subject, "withdraw", "turned-off", now, target=f"grant:{statement.purpose}")
    return Outcome(subject.handle, (entry,))


def channels(core: Core, verified: Verified, statement: Channels, now: int) -> Outcome:
    """Keep where the subject is told."""
    _, subject = subject_of(core, verified, now, session=True)
    if statement.timing == "deferred":
        raise RefusedError("only a court defers a notice", reason="timing")
    canonical.unb64(statement.address)
    core.subjects.set_channels(subject.handle, statement, verified.signer.key.id)
    core.subjects.renew(subject.handle, now)
    # The statement holds the address (sealed to the courier), which must not outlive an erasure in the list.
    bare = replace(verified, envelope=b"")
    return Outcome(subject.handle, (note(core, bare, subject, "notice", "channels-changed", now),))


def freeze(core: Core, verified: Verified, statement: Freeze, now: int) -> Outcome:
    """Close the record to everybody else, and open a case for oversight if an entry is complained of."""
    _, subject = subject_of(core, verified, now, session=True)
    core.subjects.set_frozen(subject.handle, now)
    if statement.leaf:
        _open_case(core, subject, canonical.unb64(statement.leaf, 32), now)
    return Outcome(
        subject.handle, (note(core, verified, subject, "withdraw", "frozen", now, target="freeze"),)
    )


def _open_case(core: Core, subject: Subject, leaf: bytes, now: int) -> None:
    """Put the complaint on oversight's desk, unless it stands there, is of no entry of theirs, or comes too often."""
    core.store.run(
        "INSERT INTO cases SELECT ?, ?, hash, ?, 0 FROM entries WHERE hash = ? AND trail = ?"
        " AND NOT EXISTS (SELECT 1 FROM cases WHERE leaf = hash)"
        " AND (SELECT count(*) FROM cases WHERE handle = ? AND opened > ?) < ?",
        canonical.b64(core.entropy.token(16)), subject.handle, now, leaf, subject.trail,
        subject.handle, now - 86_400, CASES_A_DAY,
    )  # fmt: skip


def unfreeze(core: Core, verified: Verified, _statement: Unfreeze, now: int) -> Outcome:
    """Let the record open again."""
    _, subject = subject_of(core, verified, now, session=False)
    core.subjects.set_frozen(subject.handle, 0)
    return Outcome(subject.handle, (note(core, verified, subject, "basis", "unfrozen", now),))


def erase(core: Core, verified: Verified, statement: Erase, now: int) -> Outcome:
    """Destroy keys. After all of it the trail can still be read with the keys that the person has."""
    _, subject = subject_of(core, verified, now, session=False)
    held = {record.category for record in core.subjects.records(subject.handle)}
    if not set(statement.categories) <= held:
        raise RefusedError("you hold no such category", reason="category")
    core.subjects.erase(subject.handle, statement.categories, now)
    if not statement.categories:
        core.trails.let_die(subject.trail, now + KEPT_AFTER_ERASURE)
    target = f"erase:{','.join(sorted(set(statement.categories)))}"
    result = "erased-part" if statement.categories else "erased"
    entry = note(core, verified, subject, "erase", result, now, target=target, until=gone_for_good(now))
    return Outcome(subject.handle, (entry,))


def _holder(handle: str, key: PublicKey, *, label: str) -> Holder:
    return Holder(
        key=key, kind="subject", id=handle, org="", label=label, position="", parent="", until=NO_END
    )


def _add_session(core: Core, owner: Holder, key: PublicKey, until: int, position: str, now: int) -> None:
    if key.use != "session":
        raise FormatError("a session's key is of use `session`", reason="bad-key")
    key.check()
    core.holders.add(
        Holder(
            key=key, kind=owner.kind, id=owner.id, org=owner.org, label=owner.label, position=position,
            parent=owner.key.id, until=until,
        ),
        now,
    )  # fmt: skip


def _is_session(core: Core, key_id: str, now: int) -> bool:
    return core.holders.find(key_id, now).is_session


def _label(text: str) -> str:
    if not 0 < len(text) <= 60:
        raise FormatError("name the key in 1 to 60 characters", reason="label")
    return text
