"""Runs benches: `python -m bench [NAME ...] [--json]`; without a name, or with `all`, every one."""

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
    "audit": "recomputing a log of 1,000,000 entries",
}
"""Each name is a module of this package with `run() -> Figures`."""


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Breakseal on this machine.")
    listed = "; ".join(f"{name}: {what}" for name, what in BENCHES.items())
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{listed}; all: every one (default)")
    parser.add_argument("--json", action="store_true", help="one JSON object for each bench, one a line")
    options = parser.parse_args()
    names = list(BENCHES) if options.names in ([], ["all"]) else options.names
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        parser.error(f"no such bench: {', '.join(unknown)} (there are {', '.join(BENCHES)}, all)")
    for name in names:
        figures = importlib.import_module(f"bench.{name}").run()
        print(figures.json() if options.json else figures.table(), flush=True)


if __name__ == "__main__":
    main()
