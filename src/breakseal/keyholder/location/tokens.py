"""Tokens: what a client whose ask was answered with yes looks with, always with its own proof besides."""

from __future__ import annotations

import hmac

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import asks, consents
from breakseal.keyholder.location.consents import Agreed
from breakseal.keyholder.location.messages import (
    AskStatus,
    AskToken,
    DropToken,
    TakeToken,
    TokenGiven,
    TokenState,
)
from breakseal.keyholder.location.proofs import client_of, no_token, prover_of
from breakseal.keyholder.register.holders import Holder

TOKEN_LIFE = 600


def take(core: Core, question: TakeToken, now: int) -> TokenGiven:
    """Give the client that asked a token, as often as it comes while the consent lasts.

    Raises:
        RefusedError: nobody answered yet, the answer was no or is over, or there is no such ask of this client.
    """
    client = client_of(core, question.assertion, now)
    asked = asks.find(core, question.ask)
    if (
        asked is None
        or asked.client != client.key.id
        or (asked.state == "requested" and asked.expires <= now)
    ):
        raise RefusedError("there is no such ask, or it lapsed", reason="expired-token")
    if asked.state == "requested":
        raise RefusedError("the person has not answered yet", reason="authorization-pending")
    _check_secret(core, asked.consent, question.verifier)
    agreed = consents.find(core, asked.consent, now)
    if agreed is None:
        raise RefusedError("the person said no, or ended it", reason="access-denied")
    token, expires = core.entropy.token(32), min(now + TOKEN_LIFE, agreed.until)
    core.store.run(
        "INSERT INTO location_tokens VALUES (?, ?, ?, ?)", hash_of(token), agreed.id, client.key.id, expires
    )
    return TokenGiven(
        token=token, expires=expires, purpose=agreed.purpose, precision=agreed.precision,  # type: ignore[arg-type] # kept from a read statement
        consent=canonical.unb64(agreed.id, 16), handle=agreed.handle, once=agreed.turns >= 0,
    )  # fmt: skip


def _check_secret(core: Core, consent: str, verifier: bytes) -> None:
    """Pass unless `consent` was given by key for another visit, or its phone is not told yet."""
    row = core.store.one("SELECT challenge, told FROM location_by_key WHERE consent = ?", consent)
    if row is not None and not hmac.compare_digest(canonical.digest(verifier), row[0]):
        raise RefusedError("this is not the secret of the visit", reason="wrong-verifier")
    if row is not None and not row[1]:
        raise RefusedError("the phone is not told yet", reason="authorization-pending")


def state(core: Core, question: AskToken, now: int) -> TokenState:
    """Tell a client whether its token opens anything; a pause is nobody's business and is not shown."""
    return _state(core, question.token, client_of(core, question.assertion, now), now)


def status(core: Core, question: AskStatus, now: int) -> TokenState:
    """Tell the same to a client that proves this request by the token's key.

    Raises:
        RefusedError: the token opens nothing, or the proof does not hold ("no-token").
    """
    found = _state(core, question.token, prover_of(core, question, now), now)
    if not found.active:
        raise no_token()
    return found


def _state(core: Core, token: bytes, client: Holder, now: int) -> TokenState:
    found = consent_of(core, token, client, now)
    if found is None:
        return TokenState(active=False)
    agreed, expires = found
    return TokenState(
        active=True, expires=expires, purpose=agreed.purpose, client=agreed.client,
        precision=agreed.precision, until=agreed.until, once=agreed.turns >= 0,  # type: ignore[arg-type] # kept from a read statement
    )  # fmt: skip


def drop(core: Core, question: DropToken, now: int) -> None:
    """End a client's own token."""
    client = client_of(core, question.assertion, now)
    core.store.run("DELETE FROM location_tokens WHERE hash = ? AND client = ?", question.token, client.key.id)


def consent_of(core: Core, token: bytes, client: Holder, now: int) -> tuple[Agreed, int] | None:
    """Return the live consent behind the client's own live token (its SHA-256), and when the token ends."""
    row = core.store.one(
        "SELECT consent, expires FROM location_tokens WHERE hash = ? AND client = ? AND expires > ?",
        token, client.key.id, now,
    )  # fmt: skip
    agreed = None if row is None else consents.find(core, row[0], now)
    # What the person agreed to names requester and recipient: enrolled by another name it is not that any more.
    if row is None or agreed is None or (agreed.requester, agreed.recipient) != asks.names(core, client):
        return None
    return agreed, int(row[1])


def hash_of(token: bytes) -> bytes:
    """Return the SHA-256 of a token as it travels, by which it is kept and which a proof names."""
    return canonical.digest(canonical.b64(token).encode("ascii"))
