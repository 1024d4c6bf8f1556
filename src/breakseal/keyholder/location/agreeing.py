"""What a person signs about consents: giving one at the door, ending one, pausing all."""

from __future__ import annotations

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import Consent, PauseLocation, WithdrawConsent
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
    _, subject = subject_of(core, verified, now, session=False)
    client = core.holders.find(statement.client, now)
    if client.kind != "client":
        raise RefusedError("agree to a client of an organisation", reason="not-client")
    check_client(core, client, now)
    terms = asks.terms_of(core, client, statement.purpose, statement.precision, statement.rate)
    if not now < statement.until <= now + MAX_KEY_LIFE:
        raise FormatError("agree until a day within the next 365", reason="until")
    number = next(
        (held.number for held in core.numbers.of(subject.handle) if held.id == statement.number), None
    )
    if number is None:
        raise RefusedError("this phone is not on your record", reason="not-yours")
    many = len(consents.of(core, subject.handle, now)) >= MAX_CONSENTS
    if many or core.budgets.spend(subject.handle, "agreed", now) > MAX_AN_HOUR:
        raise RefusedError("there are too many consents: end one first, or wait an hour", reason="too-many")
    courier_point(core, now)  # without a courier the phone could not be told
    name = core.entropy.token(16)
    agreed = Agreed(
        id=canonical.b64(name), handle=subject.handle, idx=consents.index(core, number), client=terms.client,
        org=client.org, requester=terms.requester, recipient=terms.recipient, purpose=terms.purpose,
        precision=terms.precision, rate=terms.rate, given=now, until=statement.until, turns=-1, tries=0, by="key",
        basis=canonical.b64(verified.digest),
    )  # fmt: skip
    asks.keep(core, Asked(
        name, terms.client, client.org, terms.requester, terms.recipient, terms.purpose, terms.precision, "day",
        terms.rate, agreed.until, "given", agreed.id,
    ))  # fmt: skip
    entry = consents.give(core, agreed, verified.envelope, now)
    telling.begin(core, agreed, canonical.unb64(statement.challenge, 32), statement.language, now)
    return Outcome(subject.handle, (entry,))


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
