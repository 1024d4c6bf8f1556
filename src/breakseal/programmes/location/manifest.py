"""What this programme is, in one place: its name, its categories and the purposes that it serves."""

from __future__ import annotations

from breakseal.kernel.model.words import Purpose
from breakseal.programmes.manifest import Manifest

PURPOSES: tuple[Purpose, ...] = ("location-consented", "self-view", "oversight-review")

MANIFEST = Manifest(name="location", categories=("location.fix",), purposes=PURPOSES)
