"""What came of a statement, and what most statements of a subject have in common."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.words import LeafType
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.register.subjects import Subject
from breakseal.keyholder.trails import Happening, NewEntry

ACTS_AN_HOUR = 1_000
"""What one session key may sign in an hour; a person's own key is never held up."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The handle of the subject or officer, the new entries, and a permit where one is due."""

    handle: str = ""
    entries: tuple[NewEntry, ...] = ()
    permit: bytes = b""


def subject_of(core: Core, verified: Verified, now: int, *, session: bool) -> tuple[Holder, Subject]:
    """Return the one signer and their live record; `session` says whether a session key is enough.

    Raises:
        RefusedError: not a subject's key, only a session's where more is asked, or the record was erased.
    """
    holder = verified.signer
    if holder.kind != "subject":
        raise RefusedError("only the person whose record it is may sign this", reason="not-yours")
    if holder.is_session and not session:
        raise RefusedError("sign this at the door, with your own key", reason="needs-own-key")
    if holder.is_session and core.budgets.spend(holder.key.id, "acts", now) > ACTS_AN_HOUR:
        raise RefusedError("too much was done in this hour: use your own key, or wait", reason="too-many")
    subject = core.subjects.get(holder.id)
    if subject.erased:
        raise RefusedError("the record was erased", reason="erased")
    return holder, subject


def note(
    core: Core,
    verified: Verified,
    subject: Subject,
    kind: LeafType,
    result: str,
    now: int,
    *,
    target: str = "",
    until: int = 0,
) -> NewEntry:
    """Write an entry in a subject's trail about something that the subject signed."""
    what = Happening(
        type=kind,
        party=core.party(verified.by[0]),
        result=result,
        basis="self",
        signed=verified.envelope,
        target=target or result,
        until=until,
    )
    return core.trails.append(subject.trail, what, now)
