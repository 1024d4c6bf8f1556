"""The real clock and randomness: the only module that asks the operating system for either."""

from __future__ import annotations

import os
import time

from breakseal.kernel.ports import Clock, Entropy


class SystemClock(Clock):
    """The machine's clock."""

    def now(self) -> int:
        """Return the Unix time in whole seconds."""
        return int(time.time())


class SystemEntropy(Entropy):
    """The kernel's random generator."""

    def token(self, size: int) -> bytes:
        """Return `size` bytes of os.urandom."""
        return os.urandom(size)
