"""Run by `make check`: the shipped policy loads, and every word and fact of it has its phrases."""

from __future__ import annotations

import hashlib
import sys

from breakseal.kernel.policy import PolicyLoadError, load
from breakseal.policydesk import shipped
from breakseal.policydesk.phrases import check_phrases, shipped_phrases


class Repeatable:
    """Entropy that is the same at every run, so that the build is too; never for keys."""

    def __init__(self) -> None:
        self._drawn = 0

    def token(self, size: int) -> bytes:
        """Return the next `size` bytes of a fixed stream."""
        self._drawn += 1
        return hashlib.shake_256(b"policydesk %d" % self._drawn).digest(size)


def main() -> int:
    """Print what is wrong; return 1 if anything is."""
    try:
        policy = load(shipped.text(), shipped.schema(), entropy=Repeatable())
    except PolicyLoadError as error:
        sys.stdout.write(f"policy: {error}\n")
        return 1
    found = check_phrases(policy, shipped_phrases())
    sys.stdout.writelines(f"phrases: {line}\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
