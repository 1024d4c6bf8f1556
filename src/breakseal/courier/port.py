"""What an adapter is: it takes one message and hands it to one processor."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from typing import Literal, Protocol

from breakseal.courier.private import Private
from breakseal.kernel.errors import BreaksealError, UnavailableError


class DeliveryError(UnavailableError):
    """The channel did not take the message now; it is tried again."""

    reason = "channel-failed"


class DeliveryRefusedError(BreaksealError):
    """The channel will never take this message."""

    reason = "delivery-refused"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `reference` names it to the outside without saying anything, `made` and `expires` are Unix seconds.

    `about` is the SHA-256 of the claim or leaf. `subject` is for mail, `text` for all.
    """

    reference: str
    about: bytes
    kind: Literal["code", "notice", "text"]
    to: Private
    subject: str
    text: Private
    language: Literal["en", "es"]
    made: int
    expires: int


class Messenger(Protocol):
    """Sends over one channel through one processor."""

    processor: str

    async def send(self, message: Message) -> None:
        """Hand `message` over; returning means that the processor took it.

        A message may come twice after a crash; where the channel allows it, the second replaces the first
        (same `reference`, same `made`).

        Raises:
            DeliveryError: not now.
            DeliveryRefusedError: never. Neither error's text holds anything personal.
        """
        ...

    def sweep(self, now: int) -> None:
        """Remove what the adapter itself keeps of messages that expired before Unix `now`."""
        ...


def reference_of(permit: str) -> str:
    """Return 16 letters and digits that name a permit's message to the outside."""
    return b32encode(hashlib.sha256(b"breakseal/reference/v1\n" + permit.encode()).digest()[:10]).decode(
        "ascii"
    )
