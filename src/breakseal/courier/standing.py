"""What the keyholder says that the courier must know: who is an enrolled processor, and where numbers are sealed to."""

from __future__ import annotations

from typing import Protocol, TypeVar

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical, keys, signed
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.enrolments import IngestKey
from breakseal.kernel.ports import Clock
from breakseal.keyholder import protocol

FRESH = 30
"""Seconds for which the keyholder's word is good: a processor struck off gets nothing after that."""

A = TypeVar("A", bound=protocol.Message)


class Keyholder(Protocol):
    """What asks the keyholder."""

    async def ask(self, question: protocol.Message, answer: type[A]) -> A:
        """Return the answer, or raise as `KeyholderClient.ask` does."""
        ...


class Standing:
    """The keyholder's facts, at most `FRESH` seconds old; without them nothing is sent."""

    def __init__(self, keyholder: Keyholder, key: keys.PublicKey, clock: Clock) -> None:
        """`key` is the keyholder's, from the pinned root: it signs the ingest key."""
        self._keyholder = keyholder
        self._key = key
        self._clock = clock
        self._facts: protocol.Facts | None = None
        self._read = 0

    async def check_processor(self, processor: str) -> None:
        """Pass if the root keys enrolled `processor` and the enrolment works already (failures F11).

        Raises:
            RefusedError: it is not in the register, or not yet active.
            UnavailableError: the keyholder does not answer.
        """
        facts, now = await self.facts()
        for entry in facts.processors:
            if entry.processor == processor and entry.active_from <= now:
                return
        raise RefusedError("this channel's processor is not enrolled", reason="processor-not-enrolled")

    async def ingest_point(self) -> bytes:
        """Return the keyholder's current ingest point.

        Raises:
            VerificationError: the keyholder of the pinned root did not sign it, or it is over.
            UnavailableError: the keyholder does not answer.
        """
        facts, now = await self.facts()
        envelope, statement = signed.read(facts.ingest)
        signature = envelope.signatures[0]
        if len(envelope.signatures) != 1 or signature.key != self._key.id:
            raise VerificationError("another signer made the ingest key", reason="ingest-not-verified")
        message = keys.DOMAIN + envelope.payload_bytes()
        keys.verify_raw(self._key.check(), canonical.unb64(signature.sig), message)
        if (
            not isinstance(statement, IngestKey)
            or not statement.issued - SKEW <= now < statement.expires + SKEW
        ):
            raise VerificationError("the ingest key is over", reason="ingest-not-verified")
        return canonical.unb64(statement.key, 65)

    async def facts(self) -> tuple[protocol.Facts, int]:
        """Return the keyholder's facts and the time at which they were looked at."""
        now = self._clock.now()
        if self._facts is None or not 0 <= now - self._read < FRESH:
            self._facts = await self._keyholder.ask(protocol.AskFacts(), protocol.Facts)
            self._read = now
        return self._facts, now
