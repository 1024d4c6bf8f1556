"""What this tier remembers of tokens and polls, in memory and for minutes: enough to answer politely, never to open.

Tokens of a person are the keyholder's; what is kept here of one only saves a useless question. After a restart the
memory is empty, and the keyholder's word alone counts, as always.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Generic, TypeVar

from breakseal.kernel.ports import Clock

V = TypeVar("V")
MOST = 10_000
FIRST = 0.3
"""Seconds that a look seems to take before any was made."""
INTERVAL = 2
"""Seconds between two polls for a token (CIBA section 7.3)."""

MACHINE_SECONDS = 300
"""How long a token without a person lives."""


class Shelf(Generic[V]):
    """The latest values, each until its own end; the oldest go first when there are too many."""

    def __init__(self, clock: Clock, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._kept: OrderedDict[bytes, tuple[int, V]] = OrderedDict()

    def put(self, key: bytes, value: V, until: int) -> None:
        """Keep `value` until Unix second `until`."""
        self._kept[key] = (until, value)
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def get(self, key: bytes) -> V | None:
        """Return what is kept under `key` and not over."""
        until, value = self._kept.get(key, (0, None))
        if until <= self._clock.now():
            self._kept.pop(key, None)
            return None
        return value

    def drop(self, key: bytes) -> None:
        """Forget what is kept under `key`."""
        self._kept.pop(key, None)


class Pace:
    """How long the last looks took, so that one for which nobody is asked can take as long (a pause must not show).

    Where a phone told where it is, that can be faster than a carrier, so looks at such records are counted apart.
    """

    def __init__(self, most: int = 32) -> None:
        self._seconds = {told: deque([FIRST], maxlen=most) for told in (True, False)}

    def note(self, seconds: float, *, told: bool) -> None:
        """Remember how long a source took; `told`: the phone had."""
        self._seconds[told].append(seconds)

    def one(self, drawn: int, *, told: bool) -> float:
        """Return one of the remembered times, chosen by a random number."""
        return self._seconds[told][drawn % len(self._seconds[told])]


@dataclass(frozen=True, slots=True)
class Slip:
    """A token that went through here, by its SHA-256; `personal` ones are the keyholder's, and only its word opens."""

    client: str
    scopes: tuple[str, ...]
    expires: int
    personal: bool
    purpose: str = ""


class Memory:
    """Slips of tokens, how long looks take, and when each open question was last polled."""

    def __init__(self, clock: Clock) -> None:
        self.slips: Shelf[Slip] = Shelf(clock)
        self.pace = Pace()
        self._polls: Shelf[int] = Shelf(clock)

    def polled(self, ask: bytes, now: int) -> None:
        """Remember that the client of an open question came at `now`."""
        self._polls.put(ask, now, now + INTERVAL)

    def too_soon(self, ask: bytes) -> bool:
        """Tell whether the last poll for this question was less than `INTERVAL` ago."""
        return self._polls.get(ask) is not None
