"""What this programme is, in one place: its name, its categories and the purposes that it serves."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.model.words import EMERGENCY_CATEGORIES, Purpose


@dataclass(frozen=True, slots=True)
class Manifest:
    """A programme's own description; `purposes` are those for which its categories may open at all."""

    name: str
    categories: tuple[str, ...]
    purposes: tuple[Purpose, ...]


MANIFEST = Manifest(
    name="emergency",
    categories=EMERGENCY_CATEGORIES,
    purposes=("emergency-response", "self-view", "self-edit", "oversight-review"),
)
