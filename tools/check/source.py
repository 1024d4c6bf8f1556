"""The repository's files as the checks see them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def tracked(root: Path = ROOT) -> list[Path]:
    """Return every file that is, or would be, in the repository, sorted."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]
    listing = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    paths = (root / name for name in sorted(set(listing.split("\0"))) if name)
    return [path for path in paths if path.is_file()]


def named(path: Path, root: Path = ROOT) -> str:
    """Return the path as findings show it, from the repository's root."""
    return path.relative_to(root).as_posix()
