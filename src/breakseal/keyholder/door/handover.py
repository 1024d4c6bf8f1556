"""A second device hands its offer to the first one: a few envelopes, kept in memory for minutes.

The second device makes a key, signs `AddKey` with it and leaves the envelope here under the key's
short code. The person types the code into the first device, which fetches the envelope and recomputes
the code from the key in it: typing the code is the comparison. An envelope here grants nothing.
"""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError, RequestError, VerificationError
from breakseal.kernel.model import signed
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.kernel.model.shortcode import short_code
from breakseal.kernel.model.statements import AddKey
from breakseal.kernel.ports import Clock

LIFE = 900
"""Seconds that an offer waits."""
MOST = 256
"""Offers that wait at once."""


def read_offer(envelope: bytes, party: RelyingParty) -> str:
    """Return the short code of the key that `envelope` offers, once that key itself proved to have signed.

    Raises:
        RequestError: not an `AddKey` signed by the new key alone.
        VerificationError: the signature does not hold.
    """
    parsed, statement = signed.read(envelope)
    if not isinstance(statement, AddKey) or len(parsed.signatures) != 1:
        raise RequestError("an offer is an `add-key` statement signed by the new key alone")
    if parsed.signatures[0].key != statement.key.id:
        raise VerificationError("the offer is not signed by the key that it offers")
    signed.verify_one(statement.key, parsed.payload_bytes(), parsed.signatures[0], party)
    return short_code(statement.key)


class Handovers:
    """The offers that wait, by short code."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: dict[str, tuple[int, bytes]] = {}

    def leave(self, code: str, envelope: bytes) -> None:
        """Keep `envelope` under `code`.

        Raises:
            RefusedError: too many wait already.
        """
        self._sweep()
        if len(self._waiting) >= MOST and code not in self._waiting:
            raise RefusedError(
                "too many devices wait at the moment; try again in a quarter of an hour", reason="busy"
            )
        self._waiting[code] = (self._clock.now() + LIFE, envelope)

    def fetch(self, code: str) -> bytes:
        """Return the envelope under `code`; it stays until its time is over, so that a failed attempt can be repeated.

        Raises:
            RequestError: none waits under this code.
        """
        self._sweep()
        kept = self._waiting.get(code)
        if kept is None:
            raise RequestError(
                "no device waits under this code; check the ten characters", reason="no-such-code"
            )
        return kept[1]

    def _sweep(self) -> None:
        now = self._clock.now()
        self._waiting = {code: kept for code, kept in self._waiting.items() if kept[0] > now}
