"""The effects that the core needs, as protocols: the time and randomness. Adapters are handed in."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Tells the time as whole seconds since the Unix epoch, UTC."""

    def now(self) -> int:
        """Return the current Unix time in seconds; read it once per request and pass it down."""
        ...


class Entropy(Protocol):
    """Gives unpredictable bytes."""

    def token(self, size: int) -> bytes:
        """Return `size` random bytes fit for keys, salts and identifiers."""
        ...
