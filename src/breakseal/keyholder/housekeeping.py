"""What must happen by the clock: new keys, old keys gone, delays over, forgotten what need not be kept."""

from __future__ import annotations

from breakseal.keyholder.core import Core
from breakseal.keyholder.statements.root import apply_due
from breakseal.keyholder.vault import DAY


def sweep(core: Core, now: int) -> None:
    """Do what is due; inside a transaction. Nothing that was refused before is allowed by being swept."""
    core.ingest.rotate(now)
    core.vault.rotate(now)
    apply_due(core, now)
    core.calls.sweep(now)
    core.trails.sweep(now)
    core.holders.sweep(now)
    core.store.run("DELETE FROM statements WHERE forget < ?", now)
    core.store.run("DELETE FROM claims WHERE expires < ?", now)
    core.store.run("DELETE FROM openings WHERE expires < ?", now)
    core.store.run("DELETE FROM permits WHERE done != '' AND due < ?", now - 7 * DAY)
