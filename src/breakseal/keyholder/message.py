"""The base of all messages between the keyholder and its neighbours."""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="m"):
    """The base of all messages."""
