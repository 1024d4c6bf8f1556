"""The real clock and randomness, for commands and parts."""

from __future__ import annotations

from breakseal.ambient import SystemClock, SystemEntropy
from breakseal.kernel.ports import Clock, Entropy

__all__ = ["clock", "entropy"]


def clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


def entropy() -> Entropy:
    """Return the machine's random generator."""
    return SystemEntropy()
