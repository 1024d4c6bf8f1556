"""The keyholder's time, which never goes back."""

from __future__ import annotations

from breakseal.kernel.ports import Clock
from breakseal.keyholder.store import Store

_NAME = "time"


class SteadyClock:
    """Reads the machine's clock, but never gives an earlier time than one already acted on.

    The last time is persisted with each transaction (`keep`), so that setting the machine's clock
    back, or restarting, does not bring an expired thing to life again.
    """

    def __init__(self, clock: Clock, store: Store) -> None:
        self._clock = clock
        self._store = store
        self._last = int.from_bytes(store.meta(_NAME) or b"", "big")

    def now(self) -> int:
        """Return the Unix time in seconds."""
        self._last = max(self._last, self._clock.now())
        return self._last

    def keep(self) -> None:
        """Persist the last time, inside the caller's transaction."""
        self._store.set_meta(_NAME, self._last.to_bytes(8, "big"))
