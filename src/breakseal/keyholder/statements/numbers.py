"""Claiming, proving and giving up phone numbers."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import NUMBER_INFO
from breakseal.kernel.model.statements import ClaimNumber, NumberAttested, WithdrawNumber
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import consents
from breakseal.keyholder.register.numbers import check_number
from breakseal.keyholder.statements.outcome import Outcome, note, subject_of
from breakseal.keyholder.trails import Happening, NewEntry

CLAIM_LIFE = 15 * 60
CLAIMS_AN_HOUR = 6
MAX_NUMBERS = 8


def claim(core: Core, verified: Verified, statement: ClaimNumber, now: int) -> Outcome:
    """Permit the courier to send a code to the number."""
    holder, subject = subject_of(core, verified, now, session=True)
    if statement.key != holder.key.id:
        raise RefusedError("the claim names another key than the one that signed", reason="not-yours")
    if core.budgets.spend(holder.id, "claims", now) > CLAIMS_AN_HOUR:
        raise RefusedError("too many codes were asked for: wait an hour", reason="too-many")
    canonical.unb64(statement.number)
    core.store.run(
        "INSERT INTO claims VALUES (?, ?, ?, ?)",
        verified.digest,
        subject.handle,
        statement.channel,
        now + CLAIM_LIFE,
    )
    permit = core.permits.code(statement.number, verified.digest, statement.channel, now)
    return Outcome(subject.handle, (), permit)


def attested(core: Core, verified: Verified, statement: NumberAttested, now: int) -> Outcome:
    """Bind the number that answered the code of a live claim."""
    if verified.signer.kind != "courier":
        raise RefusedError("only the courier attests numbers", reason="not-courier")
    digest = canonical.unb64(statement.claim, 32)
    row = core.store.one("SELECT handle, channel FROM claims WHERE digest = ? AND expires > ?", digest, now)
    if row is None or row[1] != statement.channel:
        raise RefusedError("there is no such claim, or it is over: ask for a new code", reason="claim-over")
    core.store.run("DELETE FROM claims WHERE digest = ?", digest)
    sealed = canonical.unb64(statement.number)
    number = check_number(core.ingest.open(sealed, NUMBER_INFO, now).decode("ascii", "replace"))
    return Outcome(row[0], _bind(core, verified, row[0], number, now))


def _bind(core: Core, verified: Verified, handle: str, number: str, now: int) -> tuple[NewEntry, ...]:
    subject = core.subjects.get(handle)
    if subject.erased:
        raise RefusedError("the record was erased", reason="erased")
    if len(core.numbers.of(handle)) >= MAX_NUMBERS:
        raise RefusedError("there are too many phones: remove one first", reason="too-many")
    loser = core.numbers.bind(handle, number, now)
    consents.stayed(core, number)
    entries = [note(core, verified, subject, "basis", "phone-added", now)]
    if loser is not None:
        others = [one for one in consents.of_number(core, number) if one.handle != handle]
        entries += consents.end(core, others, "consent-phone-moved", verified.envelope, now)
        entries.append(taken_away(core, verified, loser, now))
    return tuple(entries)


def taken_away(core: Core, verified: Verified, handle: str, now: int) -> NewEntry:
    """Tell the record that had the number before: whoever holds the phone now proved it."""
    what = Happening(
        type="withdraw", party=core.party(verified.by[0]), result="phone-moved-away", basis="consent",
        notice="at-once", target="number",
    )  # fmt: skip
    entry = core.trails.append(core.subjects.get(handle).trail, what, now)
    core.subjects.renew(handle, now)
    core.permits.plan(handle, entry.hash, "", now)
    return entry


def withdraw(core: Core, verified: Verified, statement: WithdrawNumber, now: int) -> Outcome:
    """Take a number off the record, at once."""
    _, subject = subject_of(core, verified, now, session=True)
    held = next((one.number for one in core.numbers.of(subject.handle) if one.id == statement.number), None)
    if held is None or not core.numbers.release(subject.handle, statement.number):
        raise RefusedError("this phone is not on your record", reason="not-yours")
    ended = consents.end(core, consents.of_number(core, held), "consent-ended", verified.envelope, now)
    core.subjects.renew(subject.handle, now)
    entry = note(
        core, verified, subject, "withdraw", "phone-removed", now, target=f"number:{statement.number}"
    )
    return Outcome(subject.handle, (*ended, entry))
