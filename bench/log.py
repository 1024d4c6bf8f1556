"""The log alone: durable appends with signed checkpoint and a proof for each leaf.

`entries_per_s`: batches of 100 leaves of 1 KiB; `append_p50_ms`: one leaf alone.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.figures import Figures, percentile
from bench.fsync import beside, scratch
from bench.logs import append_times, leaves, new_log

BATCH = 100


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as name:
        folder = Path(name)
        sequencer = new_log(folder / "log.db")
        floor = beside(folder)
        append_times(sequencer, [leaves(at * BATCH, BATCH) for at in range(20)])  # warm
        batched = [leaves(100_000 + at * BATCH, BATCH) for at in range(500)]
        took = append_times(sequencer, batched)
        single = append_times(sequencer, [leaves(900_000 + at, 1) for at in range(500)])
        sequencer.close()
    return Figures(
        "log",
        {
            "entries_per_s": BATCH * len(took) / sum(took),
            "append_p50_ms": percentile(single, 0.5) * 1000,
        },
        {
            "append_p99_ms": percentile(single, 0.99) * 1000,
            "batch_of_100_p50_ms": percentile(took, 0.5) * 1000,
            "batch_of_100_p99_ms": percentile(took, 0.99) * 1000,
            **floor,
        },
    )
