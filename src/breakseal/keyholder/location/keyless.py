"""Records that a yes by text made for numbers that were nobody's: without a key, so nobody can end them but time."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Party
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import consents
from breakseal.keyholder.statements.numbers import taken_away
from breakseal.keyholder.trails import SECOND_LOOK, Happening, NewEntry
from breakseal.keyholder.vault import DAY, gone_for_good

KEPT = 30 * DAY
"""Seconds after the last yes by text, and after every consent is over, until such a record is erased with its list."""
MOST_A_SWEEP = 100


def record_of(core: Core, verified: Verified, number: str, now: int) -> tuple[str, tuple[NewEntry, ...]]:
    """Return whose number it is; nobody's gets a record of its own, so that each look has its list.

    A number that moved since its record proved it is nobody's for whoever answers there: the record that had it loses
    it, as to anybody who proves to hold the phone (ADR 0009), and has it told.
    """
    handle = core.numbers.holder(number)
    moved = core.store.run("DELETE FROM location_moved WHERE idx = ?", consents.index(core, number)) > 0
    told: tuple[NewEntry, ...] = ()
    if handle is None or moved:
        before, handle = handle, canonical.b64(core.entropy.token(16))
        core.subjects.add(handle, core.trails.begin("subject", handle, now), now)
        core.numbers.bind(handle, number, now)
        core.store.run("INSERT INTO location_keyless VALUES (?, ?)", handle, now)
        told = (taken_away(core, verified, before, now),) if before else ()
    core.store.run("UPDATE location_keyless SET since = ? WHERE handle = ?", now, handle)
    return handle, told


def end(core: Core, now: int) -> tuple[NewEntry, ...]:
    """Erase the keyless records that an earlier sweep found over, with numbers and lists, and mark those found now.

    `since` is minus the time at which a sweep found it over; a yes makes it the last yes again.
    INVARIANT: two sweeps an hour apart must agree, and a record that has a key, or to which an order's notice, an
    exigent request's review or a case's end is still to be written, is never ended here.
    """
    rows = core.store.many(
        "SELECT handle FROM location_keyless WHERE since BETWEEN ? AND -1"
        " AND handle NOT IN (SELECT handle FROM location_consents)"
        " AND NOT EXISTS (SELECT 1 FROM keys WHERE kind = 'subject' AND holder = handle)"
        " AND NOT EXISTS (SELECT 1 FROM subjects AS s JOIN deferred AS d ON d.trail = s.trail"
        " WHERE s.handle = location_keyless.handle AND d.joined = 0)"
        " AND NOT EXISTS (SELECT 1 FROM subjects AS s JOIN exigent AS e ON e.trail = s.trail"
        " WHERE s.handle = location_keyless.handle AND e.result IN ('', 'not-upheld'))"
        " AND NOT EXISTS (SELECT 1 FROM subjects AS s JOIN missing AS m ON m.trail = s.trail"
        " WHERE s.handle = location_keyless.handle AND m.ended = 0) LIMIT ?",
        SECOND_LOOK - now, MOST_A_SWEEP,
    )  # fmt: skip
    core.store.run(
        "UPDATE location_keyless SET since = -? WHERE since >= 0 AND since < ?"
        " AND handle NOT IN (SELECT handle FROM location_consents)",
        now, now - KEPT,
    )  # fmt: skip
    return tuple(entry for (handle,) in rows for entry in _erased(core, handle, now))


def _erased(core: Core, handle: str, now: int) -> tuple[NewEntry, ...]:
    trail = core.subjects.get(handle).trail
    what = Happening(
        type="erase",
        party=Party(key=core.signer.key.id),
        result="erased",
        until=gone_for_good(now),
        target="erase:",
    )
    core.store.run("DELETE FROM location_keyless WHERE handle = ?", handle)
    core.subjects.erase(handle, (), now)
    core.trails.let_die(trail, now)
    try:
        with core.store.savepoint():
            return (core.trails.append(trail, what, now),)
    except RefusedError:
        core.forget()  # a list whose key is gone already must not keep the sweep from all others
        return ()
