"""The processes of a running installation, found in /proc by their command lines."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from breakseal.config import Config

LIMIT = 40.0


def pids(config: Config) -> dict[str, int]:
    """Return the process id of each running part of `config`, by name."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if "part" in words and str(config.path) in words:
            found[words[words.index("part") + 1]] = int(folder.name)
    return found


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until `holds`; fail with `what` after `LIMIT` seconds."""
    end = time.monotonic() + LIMIT
    while not holds():
        assert time.monotonic() < end, f"waited too long for: {what}"
        time.sleep(0.1)
