"""Calls: what the latest signed event of each says."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.statements import CallEvent
from breakseal.keyholder.store import Store

CALL_LIFE = 4 * 3600
"""Seconds after which a call is over even if nobody said that it ended."""
FORGET_AFTER = 2 * 86_400


@dataclass(frozen=True, slots=True)
class Call:
    """A call as its latest event leaves it; `ended` is 0 while it lives."""

    org: str
    call: str
    seq: int
    event: str
    digest: bytes
    position: str
    officer: str
    started: int
    ended: int

    @property
    def name(self) -> str:
        """The hash by which bodies and permits name this call; it does not repeat between organisations."""
        return canonical.b64(canonical.digest(canonical.encode((self.org, self.call))))


class Calls:
    """The table of calls."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, org: str, call: str) -> Call | None:
        """Return a call, or None if no event of it came."""
        row = self._store.one(
            "SELECT org, call, seq, event, digest, position, officer, started, ended FROM calls"
            " WHERE org = ? AND call = ?",
            org, call,
        )  # fmt: skip
        return None if row is None else Call(*row)

    def take(self, event: CallEvent, digest: bytes, old: Call | None, now: int) -> Call:
        """Take an event into account and return the call as it now stands; `old` is what `get` said of it.

        The same event again changes nothing, nor does a second end. `digest`, position and officer stay
        those of the last answer or transfer, so that after the end they say whose the call was.

        Raises:
            RefusedError: a later event of this call is known ("call-moved"), or it was answered after it ended.
        """
        if old is None:
            ended = now if event.event == "ended" else 0
            # A call begins when it is first heard of, not when its event says: the callgate cannot stretch it.
            return self._put(_call(event, digest, now, ended))
        if digest == old.digest or (event.event == "ended" and old.ended):
            return old
        if event.seq <= old.seq:
            raise RefusedError("a later event of this call is known", reason="call-moved")
        if old.ended:
            raise RefusedError("the call has ended", reason="call-ended")
        if event.event == "ended":
            return self._put(replace(old, seq=event.seq, event="ended", ended=now))
        return self._put(_call(event, digest, old.started, 0))

    def _put(self, call: Call) -> Call:
        self._store.run(
            "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq,"
            " event = excluded.event, digest = excluded.digest, position = excluded.position,"
            " officer = excluded.officer, ended = excluded.ended",
            call.org, call.call, call.seq, call.event, call.digest, call.position, call.officer, call.started,
            call.ended,
        )  # fmt: skip
        return call

    def sweep(self, now: int) -> int:
        """Forget calls of two days ago; return how many."""
        return self._store.run("DELETE FROM calls WHERE started < ?", now - FORGET_AFTER)


def _call(event: CallEvent, digest: bytes, started: int, ended: int) -> Call:
    return Call(
        event.org, event.call, event.seq, event.event, digest, event.position, event.officer, started, ended
    )
