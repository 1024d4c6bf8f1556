"""How a programme describes itself; every programme has one description and the house reads them alike."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.model.words import Purpose


@dataclass(frozen=True, slots=True)
class Manifest:
    """A programme's own description; `purposes` are those for which its categories may open at all."""

    name: str
    categories: tuple[str, ...]
    purposes: tuple[Purpose, ...]
