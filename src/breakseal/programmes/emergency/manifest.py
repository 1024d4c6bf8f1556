"""What this programme is, in one place: its name, its categories and the purposes that it serves."""

from __future__ import annotations

from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.programmes.manifest import Manifest

MANIFEST = Manifest(
    name="emergency",
    categories=EMERGENCY_CATEGORIES,
    purposes=("emergency-response", "self-view", "self-edit", "oversight-review"),
)
