"""Run the house's checks: `python -m tools.check [NAME...]`; exits 1 if anything is found."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tools.check import addresses, catalogue, core, dead, imports, limits

CHECKS: dict[str, Callable[[], list[str]]] = {
    "imports": imports.check,
    "core": core.check,
    "limits": limits.check,
    "catalogue": catalogue.check,
    "addresses": addresses.check,
    "dead": dead.check,
}


def main(names: list[str]) -> int:
    """Run the named checks, or all; return the exit code."""
    failed = 0
    for name in names or CHECKS:
        found = CHECKS[name]()
        failed += bool(found)
        print(f"{name}: {len(found)} found" if found else f"{name}: ok")
        print(*(f"  {line}" for line in found), sep="\n", end="\n" if found else "")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
