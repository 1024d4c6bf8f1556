"""A process that appends to a log as fast as it can and says what was acknowledged: to be killed.

Arguments: the store's path, the first entry's number, entries in a batch, and the file size limit in
bytes (0 for none), beyond which the system refuses writes.
"""

from __future__ import annotations

import resource
import sys
from itertools import count
from pathlib import Path

from breakseal.kernel.errors import UnavailableError
from tests.support.logs import Log, entry


def main() -> None:
    """Append until killed, or until the store fails; write `index number` for each acknowledged entry."""
    path, first, batch, limit = Path(sys.argv[1]), *map(int, sys.argv[2:])
    log = Log(path)
    sequencer = log.open() if path.exists() else log.create()
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    for start in count(first, batch):
        numbers = range(start, start + batch)
        try:
            placed = sequencer.append([entry(number, 700) for number in numbers])
        except UnavailableError as error:
            sys.stdout.write(f"failed {error.reason}\n")
            return
        lines = [f"{one.index} {number}\n" for one, number in zip(placed, numbers, strict=True)]
        sys.stdout.write("".join(lines))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
