"""A client asks a person, by way of the courier, to agree; and what came of it. The number is not kept."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import CONSENT_PURPOSES, MOST_RATE, Lasting, LocationPrecision, Terms
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.keyholder.core import Core
from breakseal.keyholder.location.judging import check_client
from breakseal.keyholder.location.messages import AskConsent, ConsentAsked
from breakseal.keyholder.location.proofs import client_of
from breakseal.keyholder.register.holders import Holder

ASK_LIFE = 15 * 60
ASKS_AN_HOUR = 600
MAX_SEALED = 128
"""Bytes of a sealed number: 65 of a point, 16 of a tag, and E.164's 16 characters, with room."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An ask as it stands; `state` is requested, given or refused, `consent` the public name of what was given."""

    id: bytes
    client: str
    org: str
    requester: str
    recipient: str
    purpose: str
    precision: str
    lasting: Lasting
    rate: int
    expires: int
    state: str
    consent: str


def ask(core: Core, question: AskConsent, now: int) -> ConsentAsked:
    """Take an ask of a client, and permit the courier to send the question, which says what stands in the register."""
    client = client_of(core, question.assertion, now)
    check_client(core, client, now)
    terms = terms_of(core, client, question.purpose, question.precision, question.rate, question.lasting)
    if question.precision == "exact":
        raise FormatError("a text message agrees to 1 km at the finest", reason="precision")
    if len(canonical.unb64(question.number)) > MAX_SEALED:
        raise FormatError("not a sealed number", reason="too-large")
    if core.budgets.spend(client.key.id, "asks", now) > ASKS_AN_HOUR:
        raise RefusedError("this client asked too often in this hour: wait", reason="too-many")
    name, expires = core.entropy.token(16), now + ASK_LIFE
    keep(core, Asked(
        name, terms.client, client.org, terms.requester, terms.recipient, terms.purpose, terms.precision,
        terms.lasting, terms.rate, expires, "requested", "",
    ))  # fmt: skip
    permit = Permit(
        id=canonical.b64(core.entropy.token(16)), kind="consent", to=question.number, about=canonical.b64(name),
        terms=terms, expires=expires,
    )  # fmt: skip
    return ConsentAsked(ask=name, permit=sign_permit(permit, core.signer), expires=expires)


def terms_of(
    core: Core,
    client: Holder,
    purpose: str,
    precision: LocationPrecision,
    rate: int,
    lasting: Lasting = "day",
) -> Terms:
    """Return what is to be agreed to, every name from the register.

    Raises:
        FormatError: a purpose that nobody can agree to, or looks too often.
    """
    if purpose not in CONSENT_PURPOSES:
        raise FormatError("nobody can be asked to agree to this purpose", reason="purpose")
    if not 1 <= rate <= MOST_RATE:
        raise FormatError(f"agree to 1 to {MOST_RATE} looks an hour", reason="rate")
    requester, recipient = names(core, client)
    return Terms(
        client=client.key.id, requester=requester, recipient=recipient, purpose=purpose, precision=precision,
        rate=rate, lasting=lasting,
    )  # fmt: skip


def names(core: Core, client: Holder) -> tuple[str, str]:
    """Return requester and end recipient as they are enrolled now."""
    return core.organisations.get(client.org).name, client.label


def keep(core: Core, asked: Asked) -> None:
    """Keep an ask."""
    core.store.run(
        "INSERT INTO location_asks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *astuple(asked),
    )


def find(core: Core, name: bytes) -> Asked | None:
    """Return an ask."""
    row = core.store.one("SELECT * FROM location_asks WHERE id = ?", name)
    return None if row is None else Asked(*row)


def settle(core: Core, asked: Asked, state: str, consent: str = "", until: int = 0) -> None:
    """Write down what was answered; an ask that was given is kept as long as its consent."""
    core.store.run(
        "UPDATE location_asks SET state = ?, consent = ?, expires = max(expires, ?) WHERE id = ?",
        state, consent, until, asked.id,
    )  # fmt: skip
