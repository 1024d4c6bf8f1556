"""What a bench returns, and how it is measured and printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figures:
    """The figures of one bench, by name; `beside` holds what explains them (fsync, steps, sizes)."""

    bench: str
    values: dict[str, float]
    beside: dict[str, float] = field(default_factory=dict)

    def json(self) -> str:
        return json.dumps({"bench": self.bench, **_rounded(self.values), "beside": _rounded(self.beside)})

    def table(self) -> str:
        lines = [self.bench]
        lines += [f"  {name:<28}{value:>16,.3f}" for name, value in self.values.items()]
        lines += [f"    {name:<26}{value:>16,.3f}" for name, value in self.beside.items()]
        return "\n".join(lines)


def percentile(samples: Sequence[float], share: float) -> float:
    """Return the value below which `share` (0 to 1) of the samples lie."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
