"""Signatures that are checked while the engine is busy with earlier questions (`beside`). Nothing is decided here.

INVARIANT: what is found stands for these very bytes and keys. Whether a key is enrolled, active and may sign this
the engine asks itself, when it comes to the question; what was not looked at, or did not hold, it checks as ever.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import signed
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.passkey import RelyingParty
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
