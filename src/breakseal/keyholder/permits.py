"""Notices that are to be pushed, and the permits by which the courier may send them."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.kernel.model.signed import Signer
from breakseal.kernel.ports import Entropy
from breakseal.keyholder.register.calls import CALL_LIFE
from breakseal.keyholder.register.subjects import Subjects
from breakseal.keyholder.store import Store

QUIET = 45 * 60
"""Seconds after a call's end before a notice is pushed, so that it does not ring while help is there."""
LONGEST_PAUSE = 3600
LATE_TRIES = 7
"""Permits of the first hour; a notice that needs more is late, and its person reads so."""
MAX_TRIES = LATE_TRIES + 7 * 24
"""After an hour one permit an hour, for seven days; a courier that asks for none uses none up."""
LIFE = 3600


class Permits:
    """The table of notices to push. *Visible* is not *pushed*: an entry is in the person's list at once."""

    def __init__(self, store: Store, subjects: Subjects, entropy: Entropy, signer: Signer) -> None:
        self._store = store
        self._subjects = subjects
        self._entropy = entropy
        self._signer = signer

    def plan(self, handle: str, leaf: bytes, call: str, now: int, *, series: str = "") -> None:
        """Plan the notice of an entry as the person chose; nothing if they chose none.

        After a call, the end of the call makes it due (`call_ended`), or four hours if nobody ends it. One call
        makes one notice, however often it was transferred and read, and so does one `series`.
        """
        one = call or series
        told = self._store.one(
            "SELECT timing FROM channels WHERE handle = ? AND timing != 'none'"
            " AND (? = '' OR NOT EXISTS (SELECT 1 FROM permits WHERE handle = ? AND call = ?))",
            handle, one, handle, one,
        )  # fmt: skip
        if told is None:
            return
        due = now + CALL_LIFE if call and told[0] == "after-call" else now
        self._store.run(
            "INSERT INTO permits (id, handle, call, about, due) VALUES (?, ?, ?, ?, ?)",
            canonical.b64(self._entropy.token(16)), handle, one, canonical.b64(leaf), due,
        )  # fmt: skip

    def call_ended(self, call: str, due: int) -> None:
        """The call has ended: its notices are due at `due`."""
        self._store.run("UPDATE permits SET due = min(due, ?) WHERE call = ? AND done = ''", due, call)

    def take(self, limit: int, now: int) -> list[bytes]:
        """Return signed permits for the notices that are due; each is offered again later until it is done."""
        rows = self._store.many(
            "SELECT id, handle, about, tries FROM permits WHERE done = '' AND due <= ? ORDER BY due LIMIT ?",
            now,
            limit,
        )
        taken = []
        for name, handle, about, tries in rows:
            permit = self._permit(name, handle, about, now) if tries < MAX_TRIES else None
            if permit is None:
                self._store.run("UPDATE permits SET done = 'given-up' WHERE id = ?", name)
                continue
            self._store.run(
                "UPDATE permits SET tries = tries + 1, due = ? WHERE id = ?", now + pause_after(tries), name
            )
            taken.append(permit)
        return taken

    def done(self, name: str, outcome: str) -> None:
        """The courier says what became of a permit; a failed one stays due."""
        if outcome == "sent":
            self._store.run("UPDATE permits SET done = 'sent' WHERE id = ?", name)

    def late(self, handle: str, now: int) -> int:
        """Return how many notices could not be sent for an hour or more; one given up counts for a week."""
        row = self._store.one(
            "SELECT count(*) FROM permits WHERE handle = ? AND done != 'sent'"
            " AND (tries > ? OR done = '' AND due < ?)",
            handle, LATE_TRIES, now - 3600,
        )  # fmt: skip
        return row[0] if row else 0

    def code(self, number: str, claim: bytes, channel: str, now: int) -> bytes:
        """Return a permit to send a code to a claimed number (sealed to the courier)."""
        permit = Permit(
            id=canonical.b64(self._entropy.token(16)), kind="code", to=number, about=canonical.b64(claim),
            channel=channel, expires=now + 600,  # type: ignore[arg-type] # the claim's channel is one of the literals
        )  # fmt: skip
        return sign_permit(permit, self._signer)

    def _permit(self, name: str, handle: str, about: str, now: int) -> bytes | None:
        try:
            told = self._subjects.channels(handle)
        except RefusedError:
            told = None
        if told is None or told.timing == "none":
            return None
        permit = Permit(
            id=name, kind="notice", to=told.address, about=about,
            words="reminder" if about == NO_LINK else told.words,  # type: ignore[arg-type] # kept from a read statement
            language=told.language, bound=told.bound, expires=now + LIFE,  # type: ignore[arg-type] # likewise
        )  # fmt: skip
        return sign_permit(permit, self._signer)


def pause_after(tries: int) -> int:
    """Return the seconds until a permit that was offered `tries` times before is offered again."""
    return int(min(30 * 2**tries, LONGEST_PAUSE))
