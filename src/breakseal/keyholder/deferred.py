"""Entries whose notice an order defers: logged at once, apart from their list, and joined to it on their day.

Each is the one entry of a trail of its own, so its public leaf is linked to nothing and its body is under a key that
nobody else has. Joining is the keyholder's own sweep: no other process, and no person, has a part in it.
"""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Body, Entry
from breakseal.keyholder.core import Core
from breakseal.keyholder.logport import LogPort
from breakseal.keyholder.trails import DEFERRED_TARGET, Happening, NewEntry

MOST_A_SWEEP = 200
JOINED_WITHIN = 600
"""Seconds that the keyholder's own sweeps may take over a large order: that delay is not the agency's."""


def write(core: Core, trail: int, what: Happening, due: int, now: int) -> NewEntry:
    """Write an entry that joins `trail` when `due` (Unix seconds) comes; at once, with a message, if it has come."""
    if due <= now:
        return _tell(core, trail, what, now)
    own = core.trails.begin("deferred", canonical.b64(core.entropy.token(16)), now)
    entry = core.trails.append(own, what, now)
    core.store.run(
        "INSERT INTO deferred VALUES (?, ?, ?, ?, ?, 0)",
        entry.hash, trail, what.party.org, what.basis_digest, due,
    )  # fmt: skip
    return entry


def extend(core: Core, basis: str, due: int) -> None:
    """Put off until `due` what is still deferred under the order with digest `basis`."""
    core.store.run("UPDATE deferred SET due = ? WHERE basis = ? AND joined = 0", due, basis)


def overdue(core: Core, org: str, now: int) -> bool:
    """Tell whether somebody should have been told of an act of `org` and is not, though there was time to."""
    row = core.store.one(
        "SELECT 1 FROM deferred WHERE joined = 0 AND due <= ? AND org = ?", now - JOINED_WITHIN, org
    )
    return row is not None


def join(core: Core, log: LogPort, now: int) -> tuple[NewEntry, ...]:
    """Join what is due to its list, and plan the message; inside a transaction. Returns the new entries.

    INVARIANT: what cannot be joined stays overdue, and its organisation gets nothing but emergencies.
    """
    rows = core.store.many(
        "SELECT d.hash, d.trail, e.trail, e.leaf, e.idx FROM deferred d JOIN entries e ON e.hash = d.hash"
        " WHERE d.joined = 0 AND d.due <= ? AND e.idx IS NOT NULL ORDER BY d.due, e.id LIMIT ?",
        now, MOST_A_SWEEP,
    )  # fmt: skip
    entries = []
    for digest, trail, own, leaf, index in rows:
        try:
            with core.store.savepoint():
                entries.append(_join(core, trail, core.trails.entry(digest, leaf, log.proof(index)), now))
                core.store.run("UPDATE deferred SET joined = ? WHERE hash = ?", now, digest)
                core.vault.destroy(f"trail/{own}")  # from now on it dies with the list that holds it
        except RefusedError:
            core.forget()  # a key that is gone must not keep the sweep from all others
    return tuple(entries)


def _join(core: Core, trail: int, told: Entry, now: int) -> NewEntry:
    body = canonical.decode(canonical.unb64(told.body), Body)
    what = Happening(
        type="notice", party=body.party, result="told-late", purpose=body.purpose, basis="court-order",
        basis_digest=body.basis, notice="at-once", target=DEFERRED_TARGET, joined=told,
    )  # fmt: skip
    return _tell(core, trail, what, now)


def _tell(core: Core, trail: int, what: Happening, now: int) -> NewEntry:
    entry = core.trails.append(trail, what, now)
    handle = core.trails.subject(trail)
    if handle:
        core.permits.plan(handle, entry.hash, "", now)
    return entry
