"""What a person signs about consents: giving one at the door, ending one, pausing all."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import (
    IF_MISSING,
    AgreeIfMissing,
    Consent,
    PauseLocation,
    Terms,
    WithdrawConsent,
)
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import asks, consents, telling
from breakseal.keyholder.location.asks import Asked
from breakseal.keyholder.location.consents import MAX_KEY_LIFE, Agreed
from breakseal.keyholder.location.judging import check_client
from breakseal.keyholder.location.looking import courier_point
from breakseal.keyholder.statements.outcome import Outcome, note, subject_of

MAX_CONSENTS = 100
MAX_AN_HOUR = 10
"""Consents that a person gives an hour: each texts the phone."""


def consent(core: Core, verified: Verified, statement: Consent, now: int) -> Outcome:
    """Keep a consent that the person signed with their own key; its client takes tokens by name and secret.

    SAFETY: a phone in another's hand for a minute is enough to prove it as theirs and to agree for its owner. So the
    phone itself is told (`telling`), and the consent opens nothing before that.
    """
    handle = subject_of(core, verified, now, session=False)[1].handle
    client = core.holders.find(statement.client, now)
    if client.kind != "client":
        raise RefusedError("agree to a client of an organisation", reason="not-client")
    check_client(core, client, now)
    terms = asks.terms_of(core, client, statement.purpose, statement.precision, statement.rate)
    agreed = _agreed(core, verified, statement, handle, client.org, terms, now)
    asks.keep(core, Asked(
        canonical.unb64(agreed.id, 16), terms.client, client.org, terms.requester, terms.recipient, terms.purpose,
        terms.precision, "day", terms.rate, agreed.until, "given", agreed.id,
    ))  # fmt: skip
    return _given(core, verified, agreed, canonical.unb64(statement.challenge, 32), statement.language, now)


def if_missing(core: Core, verified: Verified, statement: AgreeIfMissing, now: int) -> Outcome:
    """Keep that a police organisation may learn once where the person's phone is, if two officers say they are missing.

    It is a consent like any other: told to the phone before it counts, listed, reminded of, ended and paused alike. But
    nobody takes tokens for it; only a case opens it (`missing`).
    """
    handle = subject_of(core, verified, now, session=False)[1].handle
    org = core.organisations.get(statement.org)
    if org.kind != "police" or org.active_from > now:
        raise RefusedError("agree to a police organisation", reason="not-police")
    terms = Terms(
        client=org.org, requester=org.name, recipient=org.name, purpose=IF_MISSING, precision="exact", rate=1,
        lasting="once",
    )  # fmt: skip
    agreed = _agreed(core, verified, statement, handle, org.org, terms, now)
    return _given(core, verified, agreed, bytes(32), statement.language, now)


def _agreed(
    core: Core,
    verified: Verified,
    statement: Consent | AgreeIfMissing,
    handle: str,
    org: str,
    terms: Terms,
    now: int,
) -> Agreed:
    """Return what the person agreed to for a phone of theirs, checked but not kept."""
    if not now < statement.until <= now + MAX_KEY_LIFE:
        raise FormatError("agree until a day within the next 365", reason="until")
    number = next((held.number for held in core.numbers.of(handle) if held.id == statement.number), None)
    if number is None:
        raise RefusedError("this phone is not on your record", reason="not-yours")
    many = len(consents.of(core, handle, now)) >= MAX_CONSENTS
    if many or core.budgets.spend(handle, "agreed", now) > MAX_AN_HOUR:
        raise RefusedError("there are too many consents: end one first, or wait an hour", reason="too-many")
    courier_point(core, now)  # without a courier the phone could not be told
    return Agreed(
        id=canonical.b64(core.entropy.token(16)), handle=handle, idx=consents.index(core, number),
        client=terms.client, org=org, requester=terms.requester, recipient=terms.recipient, purpose=terms.purpose,
        precision=terms.precision, rate=terms.rate, given=now, until=statement.until, turns=-1, tries=0, by="key",
        basis=canonical.b64(verified.digest),
    )  # fmt: skip


def _given(
    core: Core, verified: Verified, agreed: Agreed, challenge: bytes, language: str, now: int
) -> Outcome:
    entry = consents.give(core, agreed, verified.envelope, now)
    telling.begin(core, agreed, challenge, language, now)
    return Outcome(agreed.handle, (entry,))


def withdraw(core: Core, verified: Verified, statement: WithdrawConsent, now: int) -> Outcome:
    """End one consent, at once; a session key is enough to close a door."""
    _, subject = subject_of(core, verified, now, session=True)
    mine = [one for one in consents.of(core, subject.handle, now) if one.id == statement.consent]
    if not mine:
        raise RefusedError("you gave no such consent, or it is over", reason="not-yours")
    entries = consents.end(core, mine, "consent-ended", verified.envelope, now)
    return Outcome(subject.handle, tuple(entries))


def pause(core: Core, verified: Verified, statement: PauseLocation, now: int) -> Outcome:
    """Pause all location, for which a session key is enough; or let it go on, by the person's own key alone."""
    _, subject = subject_of(core, verified, now, session=statement.paused)
    if statement.paused:
        consents.pause(core, subject.handle, now)
        entry = note(core, verified, subject, "withdraw", "location-paused", now)
    else:
        core.store.run("DELETE FROM location_paused WHERE handle = ?", subject.handle)
        entry = note(core, verified, subject, "basis", "location-resumed", now)
    return Outcome(subject.handle, (entry,))
