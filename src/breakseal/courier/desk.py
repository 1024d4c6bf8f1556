"""A code on paper: a slip for an official's desk, for people to whom neither a text nor a call can go.

The slip says its number, which the person's page shows too (`slip_number`), and the telephone number that the official
must see proved (a bill, a contract, or a call-back). The official's check is all that this channel attests.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from breakseal.courier.phonebox import write_whole
from breakseal.courier.port import DeliveryError, Message, Messenger

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SLIP = """\
SLIP {slip}

For the official: hand this over only if
 1. the person's own screen shows the same slip number, and
 2. you have seen that {number} is theirs (bill, contract, or call-back).
Tear it up at {until} UTC.

- - - - - - - - - - - - - - - - - - - -

{text}
"""


def slip_number(claim: bytes) -> str:
    """Return the number (such as "7H2K-QX94") that stands on the slip for the claim with this SHA-256."""
    bits = int.from_bytes(claim[:5], "big")
    text = "".join(_ALPHABET[(bits >> (35 - 5 * i)) & 31] for i in range(8))
    return f"{text[:4]}-{text[4:]}"


class DeskMessenger(Messenger):
    """Writes `slip-<reference>-<expiry>.txt` into the folder that the desk's printer empties."""

    def __init__(self, processor: str, folder: Path) -> None:
        self.processor = processor
        self._folder = folder

    async def send(self, message: Message) -> None:
        """Put the slip into the folder; see `Messenger.send`."""
        slip = _SLIP.format(
            slip=slip_number(message.about),
            number=message.to.reveal(),
            until=time.strftime("%H:%M", time.gmtime(message.expires)),
            text=message.text.reveal(),
        )
        path = self._folder / f"slip-{message.reference}-{message.expires}.txt"
        try:
            await asyncio.to_thread(write_whole, path, slip.encode())
        except OSError:
            raise DeliveryError("the desk's folder did not take the slip", reason="folder-failed") from None

    def sweep(self, now: int) -> None:
        """Remove slips that nobody printed in time."""
        for path in self._folder.glob("slip-*.txt"):
            expires = path.stem.rpartition("-")[2]
            if expires.isdecimal() and int(expires) < now:
                path.unlink(missing_ok=True)
