"""What must happen by the clock: new keys, old keys gone, delays over, forgotten what need not be kept."""

from __future__ import annotations

from breakseal.keyholder import retention
from breakseal.keyholder.core import Core
from breakseal.keyholder.exigent import register as exigent
from breakseal.keyholder.location import consents, keyless
from breakseal.keyholder.missing import register as missing
from breakseal.keyholder.orders import register as orders
from breakseal.keyholder.statements.root import apply_due
from breakseal.keyholder.trails import NewEntry
from breakseal.keyholder.vault import DAY


def sweep(core: Core, now: int) -> tuple[NewEntry, ...]:
    """Do what is due; inside a transaction. Nothing that was refused before is allowed by being swept.

    Returns the entries that this makes; the caller has them logged.
    """
    core.ingest.rotate(now)
    core.vault.rotate(now)
    apply_due(core, now)
    core.calls.sweep(now)
    core.trails.sweep(now)
    core.holders.sweep(now)
    ended = retention.end(core, now)
    retention.remind(core, now)
    core.store.run("DELETE FROM statements WHERE forget < ?", now)
    core.store.run("DELETE FROM claims WHERE expires < ?", now)
    consents.sweep(core, now)
    ended += keyless.end(core, now)
    orders.sweep(core, now)
    exigent.sweep(core, now)
    missing.sweep(core, now)
    core.store.run("DELETE FROM openings WHERE expires < ?", now)
    core.store.run("DELETE FROM permits WHERE done != '' AND due < ?", now - 7 * DAY)
    return ended
