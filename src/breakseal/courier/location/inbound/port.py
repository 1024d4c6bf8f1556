"""What an inbound adapter hands on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from breakseal.courier.private import Private

MAX_ID = 200
MAX_NUMBER = 40
MAX_TEXT = 4000

Event = Literal["text", "opted-out", "number-moved"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One message or event about `number`; `id` is the gateway's own, `at` Unix seconds.

    "opted-out": the carrier took a STOP itself and only tells. "number-moved": another SIM or another holder.
    """

    id: str
    event: Event
    number: Private
    at: int
    text: Private = field(default=Private(""))


Take = Callable[[Heard], None]
"""Takes what was heard; returning means that it is kept.

Raises UnavailableError: hand it in again later; RequestError: nobody can tell who wrote."""
