"""What the courier attests: that a phone answered an ask, or said STOP. Its word counts for a text, not for a key."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import STOP_INFO, ConsentAnswered, ConsentStopped, answered_info
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_not_restored, check_time, consume, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import asks, consents
from breakseal.keyholder.location.asks import Asked
from breakseal.keyholder.location.consents import DAY_LIFE, ONCE_LIFE, Agreed
from breakseal.keyholder.location.keyless import record_of
from breakseal.keyholder.register.numbers import check_number
from breakseal.keyholder.trails import NewEntry


def attest(core: Core, envelope: bytes, now: int) -> tuple[NewEntry, ...]:
    """Take what the courier attests; inside a transaction. The same answer again changes nothing.

    Raises:
        FormatError, VerificationError, RefusedError: not the courier, or not an answer to a live ask.
    """
    verified = verify(core, envelope, now)
    statement = verified.statement
    if verified.signer.kind != "courier":
        raise RefusedError("only the courier attests answers", reason="not-courier")
    if not isinstance(statement, ConsentAnswered | ConsentStopped):
        raise RefusedError("not an attestation about consents", reason="wrong-door")
    check_time(statement, now, MAX_LIFE)
    check_not_restored(core, statement)
    consume(core, verified.digest, statement.expires)
    if isinstance(statement, ConsentStopped):
        return _stopped(core, verified, statement, now)
    return _answered(core, verified, statement, now)


def _stopped(core: Core, verified: Verified, statement: ConsentStopped, now: int) -> tuple[NewEntry, ...]:
    number = _number(core, statement.number, STOP_INFO, now)
    if statement.why == "moved":
        core.store.run(
            "INSERT OR REPLACE INTO location_moved VALUES (?, ?)", consents.index(core, number), now
        )
    result = "consent-stopped" if statement.why == "stopped" else "consent-phone-moved"
    return tuple(consents.end(core, consents.of_number(core, number), result, verified.envelope, now))


def _answered(core: Core, verified: Verified, statement: ConsentAnswered, now: int) -> tuple[NewEntry, ...]:
    name = canonical.unb64(statement.ask, 16)
    number = _number(core, statement.number, answered_info(statement.ask), now)
    asked = asks.find(core, name)
    if asked is None or (asked.state == "requested" and asked.expires <= now):
        raise RefusedError("there is no such ask, or it lapsed", reason="ask-over")
    if asked.state != "requested":
        if asked.state == ("given" if statement.answer == "yes" else "refused"):
            return ()
        raise RefusedError("this ask was answered otherwise", reason="ask-over")
    if statement.answer == "no":
        asks.settle(core, asked, "refused")
        return ()
    handle, told = record_of(core, verified, number, now)
    agreed = _agreed(core, verified, statement, asked, number, handle, now)
    asks.settle(core, asked, "given", agreed.id, agreed.until)
    return (*told, consents.give(core, agreed, verified.envelope, now))


def _agreed(
    core: Core,
    verified: Verified,
    statement: ConsentAnswered,
    asked: Asked,
    number: str,
    handle: str,
    now: int,
) -> Agreed:
    # Never more than was asked for, whatever the attestation says.
    once = "once" in (statement.lasting, asked.lasting)
    return Agreed(
        id=canonical.b64(core.entropy.token(16)),
        handle=handle,
        idx=consents.index(core, number),
        client=asked.client,
        org=asked.org,
        requester=asked.requester,
        recipient=asked.recipient,
        purpose=asked.purpose,
        precision=asked.precision,
        rate=asked.rate,
        given=now,
        until=now + (ONCE_LIFE if once else DAY_LIFE),
        turns=1 if once else -1,
        tries=0,
        by="sms",
        basis=canonical.b64(verified.digest),
    )


def _number(core: Core, sealed: str, info: bytes, now: int) -> str:
    plain = core.ingest.open(canonical.unb64(sealed), info, now)
    return check_number(plain.decode("ascii", "replace"))
