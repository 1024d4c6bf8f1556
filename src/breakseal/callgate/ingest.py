"""The keyholder's ingest key, believed only when a keyholder named in the pinned root signed it."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.callgate.errors import NoIngestKeyError
from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.enrolments import IngestKey, Root
from breakseal.kernel.model.passkey import RelyingParty


@dataclass(frozen=True, slots=True)
class Ingest:
    """A verified point (65 bytes) to seal callers to, with the envelope that it came in and its validity."""

    point: bytes
    envelope: bytes
    issued: int
    expires: int

    def check_fresh(self, now: int) -> None:
        """Check that the key may still be used.

        Raises:
            NoIngestKeyError: its day is over.
        """
        if not self.issued - SKEW <= now <= self.expires + SKEW:
            raise NoIngestKeyError("the ingest key is out of date; waiting for today's")


def verify_ingest(envelope: bytes, root: Root, now: int) -> Ingest:
    """Return the ingest key in `envelope`.

    Raises:
        FormatError: not a canonical envelope.
        VerificationError: another statement, or not signed by exactly the keyholder that it names.
        NoIngestKeyError: not for this day.
    """
    outer, statement = signed.read(envelope)
    if not isinstance(statement, IngestKey):
        raise VerificationError("not an ingest key")
    keyholder = next((each for each in root.keyholders if each.id == statement.keyholder), None)
    if keyholder is None or len(outer.signatures) != 1:
        raise VerificationError("the ingest key is not of a keyholder that the pinned root names")
    party = RelyingParty(root.door.rp_id, root.door.origin)
    signed.verify_one(keyholder.sign, outer.payload_bytes(), outer.signatures[0], party)
    ingest = Ingest(canonical.unb64(statement.key, 65), envelope, statement.issued, statement.expires)
    ingest.check_fresh(now)
    return ingest
