"""The typed message by which an officer's look under an order comes in; the answer is a consented look's, `Located`."""

from __future__ import annotations

from breakseal.keyholder.message import Message


class LocateUnder(Message, frozen=True, tag="locate-under"):
    """One look by an officer: their signed `LookUnder`. `Located.handle` is empty, hit or miss, but under a case."""

    request: bytes
