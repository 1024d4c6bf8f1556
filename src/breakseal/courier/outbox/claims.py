"""The claims that wait for their code, and the budgets of codes by number and altogether."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from breakseal.courier.outbox import statements
from breakseal.courier.outbox.database import Database
from breakseal.courier.outbox.store import Outbox, Waiting
from breakseal.kernel.errors import RefusedError

HOUR = 3600
DAY = 86_400
PER_HOUR = 3
PER_DAY = 10


@dataclass(frozen=True, slots=True)
class NewClaim:
    """A claim whose code was just made; `number` is sealed to the courier, `number_mac` stands for it."""

    digest: bytes
    channel: str
    number: bytes
    number_mac: bytes
    code_mac: bytes
    expires: int


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as it stands: `tries` made, `attestation` empty until the code was right."""

    channel: Literal["sms", "voice", "desk"]
    number: bytes
    code_mac: bytes
    expires: int
    tries: int
    attestation: bytes


class Claims:
    """The claims in the store."""

    def __init__(self, database: Database, outbox: Outbox, codes_per_hour: int) -> None:
        self._database = database
        self._outbox = outbox
        self._codes_per_hour = codes_per_hour

    def add(self, claim: NewClaim, message: Waiting, now: int) -> None:
        """Keep the claim, its message and its place in the budgets, all or nothing.

        Raises:
            RefusedError: the permit was used, the claim is known, or a budget is spent.
        """
        with self._database.transaction() as connection:
            if self._outbox.state_of(message.permit) is not None:
                raise RefusedError("this permit was used before", reason="permit-used")
            if connection.execute(statements.GET_CLAIM, (claim.digest,)).fetchone() is not None:
                raise RefusedError("this claim has its code: make a new claim", reason="claim-used")
            self._check_budgets(claim.number_mac, now)
            self._outbox.add(message)
            row = (claim.digest, claim.channel, claim.number, claim.code_mac, claim.expires)
            connection.execute(statements.ADD_CLAIM, row)
            connection.execute(statements.ADD_MADE, (claim.number_mac, now))

    def get(self, digest: bytes) -> StoredClaim | None:
        """Return the claim with this digest, if it waits."""
        with self._database.direct() as connection:
            row = connection.execute(statements.GET_CLAIM, (digest,)).fetchone()
        return None if row is None else StoredClaim(*row)

    def count_try(self, digest: bytes) -> None:
        """Count a try, durably, before the code is compared."""
        with self._database.transaction() as connection:
            connection.execute(statements.COUNT_TRY, (digest,))

    def uncount_try(self, digest: bytes) -> None:
        """Take a right try back out of the count."""
        with self._database.transaction() as connection:
            connection.execute(statements.UNCOUNT_TRY, (digest,))

    def keep_attestation(self, digest: bytes, attestation: bytes) -> None:
        """Keep the attestation, and forget the number."""
        with self._database.transaction() as connection:
            connection.execute(statements.KEEP_ATTESTATION, (attestation, digest))

    def _check_budgets(self, number_mac: bytes, now: int) -> None:
        with self._database.direct() as connection:
            hour = connection.execute(statements.MADE_SINCE, (number_mac, now - HOUR)).fetchone()[0]
            day = connection.execute(statements.MADE_SINCE, (number_mac, now - DAY)).fetchone()[0]
            everywhere = connection.execute(statements.ALL_MADE_SINCE, (now - HOUR,)).fetchone()[0]
        if hour >= PER_HOUR:
            raise RefusedError(
                "three codes went to this number within the hour: wait", reason="codes-hour-spent"
            )
        if day >= PER_DAY:
            raise RefusedError("ten codes went to this number within the day: wait", reason="codes-day-spent")
        if everywhere >= self._codes_per_hour:
            raise RefusedError("too many codes are being sent now: try again later", reason="codes-busy")
