"""Signatures that are checked while the engine is busy with earlier questions, in a thread of their own.

OpenSSL verifies without the interpreter's lock, so another core does it. Nothing is decided here.
INVARIANT: what is found stands for these very bytes and keys. Whether a key is enrolled, active and may sign this
the engine asks itself, when it comes to the question; what was not looked at, or did not hold, it checks as ever.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import signed
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.passkey import RelyingParty
from breakseal.keyholder.protocol import Disclose, Message
from breakseal.keyholder.register.holders import Holders

MOST = 256
"""Envelopes that are kept for the engine; those that it took before they were looked at make room in the end."""
_NOBODY = RelyingParty("", "")


@dataclass(frozen=True, slots=True)
class Found:
    """An envelope that was read, and the keys whose signatures on it hold."""

    parsed: signed.Parsed
    keys: tuple[PublicKey, ...] = ()


class Ahead:
    """What was found; filled by one thread, emptied by the engine's."""

    def __init__(self, holders: Holders) -> None:
        self._holders = holders
        self._found: dict[bytes, Found] = {}

    def take(self, envelope: bytes) -> Found:
        """Return the envelope read, for the engine.

        Raises:
            FormatError: not an envelope.
        """
        return self._found.pop(envelope, None) or Found(signed.parse(envelope))

    def look(self, envelope: bytes) -> None:
        """Check what can be checked of an envelope; what is wrong with it is the engine's to say."""
        if envelope in self._found:
            return
        with suppress(BreaksealError):
            parsed = signed.parse(envelope)
            keys = tuple(self._key(one, parsed) for one in parsed.signed.signatures)
            if len(self._found) >= MOST:
                self._found.clear()
            self._found[envelope] = Found(parsed, tuple(key for key in keys if key is not None))

    def _key(self, signature: signed.Signature, parsed: signed.Parsed) -> PublicKey | None:
        """Return the key of a signature that holds; None where that is the engine's to find out."""
        key = self._holders.seen(signature.key)
        if key is None or key.use == "passkey":
            return None
        signed.verify_one(key, parsed.payload, signature, _NOBODY)
        return key


class Forerunner(threading.Thread):
    """Looks at the questions that wait for the engine, as long as they do."""

    def __init__(self, ahead: Ahead) -> None:
        super().__init__(name="ahead", daemon=True)
        self._ahead = ahead
        self._waiting: SimpleQueue[Message | None] = SimpleQueue()

    def add(self, question: Message) -> None:
        """Have a question looked at."""
        self._waiting.put(question)

    def turn(self, left: Iterable[Message]) -> None:
        """Go on with what is left: the engine took the rest."""
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()
        for question in left:
            self._waiting.put(question)

    def stop(self) -> None:
        """End once what is queued was looked at."""
        self._waiting.put(None)

    def run(self) -> None:
        """Look until the process ends."""
        while (question := self._waiting.get()) is not None:
            if isinstance(question, Disclose):
                with suppress(Exception):  # SAFETY: whatever it is, the engine meets it too, and refuses
                    self._ahead.look(question.request)
                    self._ahead.look(question.basis)
