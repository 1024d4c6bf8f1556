"""All routes of the interfaces of clients."""

from __future__ import annotations

from typing import Any

from breakseal.web.location import consents, description, fences, looks, metadata, status, tokens


def routes() -> list[Any]:
    """Return all routes."""
    return [
        metadata.metadata, metadata.keys, description.served, consents.ask, tokens.token, tokens.introspect,
        tokens.revoke, looks.retrieve, looks.verify, status.status, fences.create, fences.listed,
        fences.one, fences.end,
    ]  # fmt: skip
