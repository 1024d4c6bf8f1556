"""How long the disk takes to make 4 KiB durable: the floor under every durable rate."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from bench.figures import Figures, percentile


def times_ms(folder: Path, count: int = 300) -> list[float]:
    """Return how many milliseconds each of `count` appends of 4 KiB with fdatasync took."""
    samples = []
    with (folder / "fsync.probe").open("wb", buffering=0) as file:
        for _ in range(count):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            samples.append((time.perf_counter() - began) * 1000)
    (folder / "fsync.probe").unlink()
    return samples


def beside(folder: Path) -> dict[str, float]:
    """Return the p50 and p99 to print beside a rate that was measured in `folder`."""
    samples = times_ms(folder)
    return {"fsync_p50_ms": percentile(samples, 0.5), "fsync_p99_ms": percentile(samples, 0.99)}


def run() -> Figures:
    with tempfile.TemporaryDirectory(dir=scratch()) as folder:
        return Figures("fsync", beside(Path(folder)))


def scratch() -> Path:
    """Return the folder on a real disk that benches write in."""
    folder = Path(__file__).resolve().parents[1] / "build" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
