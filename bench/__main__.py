"""Runs benches: `python -m bench [NAME ...] [--json]`; without a name, or with `all`, every one but scale."""

from __future__ import annotations

import argparse
import importlib
from typing import Final

BENCHES: Final[dict[str, str]] = {
    "fsync": "the disk's floor: p50 and p99 of making 4 KiB durable",
    "log": "durable appends to the log, batched and alone",
    "openings": "calls that open a profile, over HTTP, against a plain signed read",
    "misses": "calls of phones that nobody registered, each with its durable leaf",
    "location": "looks of a client at phones whose people agreed, over HTTP",
    "ingest": "fixes of phones, sealed and durable, as single posts and in batches",
    "scale": "looks and fixes before small and large stores (minutes, 8 GB; only where it is named)",
    "audit": "recomputing a log of 1,000,000 entries",
}
"""Each name is a module of this package with `run() -> Figures`."""


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Breakseal on this machine.")
    listed = "; ".join(f"{name}: {what}" for name, what in BENCHES.items())
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"{listed}; all: every one but scale (default)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object for each bench, one a line")
    parser.add_argument("--subscribers", type=int, default=1_000_000, help="scale: people in the large store")
    parser.add_argument("--fixes", type=int, default=10_000_000, help="scale: their fixes")
    options = parser.parse_args()
    names = [name for name in BENCHES if name != "scale"] if options.names in ([], ["all"]) else options.names
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        parser.error(f"no such bench: {', '.join(unknown)} (there are {', '.join(BENCHES)}, all)")
    for name in names:
        sizes = (options.subscribers, options.fixes) if name == "scale" else ()
        figures = importlib.import_module(f"bench.{name}").run(*sizes)
        print(figures.json() if options.json else figures.table(), flush=True)


if __name__ == "__main__":
    main()
