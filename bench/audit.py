"""The audit of a log of 1,000,000 entries: every entry, tile and the root recomputed from the store."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figures
from bench.fsync import beside, scratch
from bench.logs import leaves, new_log
from breakseal.kernel.tlog.witnesspolicy import single_log
from breakseal.log.audit import audit
from breakseal.log.reader import LogReader
from breakseal.log.store import LogStore

ENTRIES = 1_000_000
BATCH = 2_000


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        path = Path(name) / "log.db"
        sequencer = new_log(path)
        key = sequencer.key
        began = time.perf_counter()
        for first in range(0, ENTRIES, BATCH):
            sequencer.append(leaves(first, BATCH))
            _progress("filling", first + BATCH, ENTRIES)
        filled = time.perf_counter() - began
        sequencer.close()
        store = LogStore.open_reader(path)
        began = time.perf_counter()
        report = audit(
            LogReader(store), single_log(key), progress=lambda done, of: _progress("audit", done, of)
        )
        took = time.perf_counter() - began
        store.close()
        floor = beside(Path(name))
    if report.entries != ENTRIES:
        raise SystemExit(f"audited {report.entries} of {ENTRIES} entries")
    return Figures(
        "audit",
        {"entries_per_s": ENTRIES / took},
        {"entries": ENTRIES, "seconds": took, "tiles": report.tiles, "filling_seconds": filled, **floor},
    )


def _progress(what: str, done: int, of: int) -> None:
    if sys.stderr.isatty() and done % 50_000 < 256:
        print(f"\r{what}: {done:,} of {of:,}", end="\n" if done == of else "", file=sys.stderr, flush=True)
