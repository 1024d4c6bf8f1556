"""The process that reads one PDF: it gets the file on its input, writes what it found, and can do little else."""

from __future__ import annotations

import resource
import sys

import msgspec

MEMORY = 1 << 30
SECONDS = 15
FILES = 64
LIMITS = (
    (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, FILES),
)  # fmt: skip


def main() -> None:
    """Read the file on standard input and write a `Paper` as JSON."""
    for which, most in LIMITS:
        resource.setrlimit(which, (most, most))
    from breakseal.papers.reading import read  # noqa: PLC0415 # the library is loaded under the limits

    paper = read(sys.stdin.buffer.read())
    sys.stdout.buffer.write(msgspec.json.encode(paper))


if __name__ == "__main__":
    main()
