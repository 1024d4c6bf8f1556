"""What the board needs of a store, beside its consumer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class KeptCall:
    """A call as it is kept: the members of `programmes.emergency.calls.Call`, whose `event` is sealed."""

    org: str
    call: str
    seq: int
    position: str
    officer: str
    event: bytes
    since: int
    ended: int
    named: int


class CallKeep(Protocol):
    """Where calls outlive the process."""

    def load(self) -> Iterable[KeptCall]:
        """Return every kept call."""
        ...

    def save(self, call: KeptCall) -> None:
        """Keep `call`, replacing what was kept of it; durable on return."""
        ...

    def forget(self, org: str, call: str) -> None:
        """Drop a call."""
        ...
