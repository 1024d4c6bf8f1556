"""All routes of the interfaces of clients."""

from __future__ import annotations

from typing import Any

from breakseal.web.location import (
    agreeing,
    consents,
    description,
    fences,
    looks,
    metadata,
    pushing,
    status,
    tokens,
)


def routes() -> list[Any]:
    """Return all routes."""
    return [
        metadata.metadata, metadata.keys, description.served, consents.ask, tokens.token, tokens.introspect,
        tokens.revoke, pushing.push, agreeing.authorize, agreeing.agreed, looks.retrieve, looks.verify, status.status,
        fences.create, fences.listed, fences.one, fences.end,
    ]  # fmt: skip
