"""The courier's log: one JSON line an event, with an allow-list of fields; nothing personal has a field to stand in."""

from __future__ import annotations

import json
import logging
from typing import Literal

Event = Literal[
    "started", "stopped", "code-made", "code-right", "code-refused", "permit-taken", "permit-refused", "sent",
    "not-sent", "given-up", "keyholder-silent", "store-failed", "fault", "asked", "heard", "not-heard", "attested",
    "attest-refused", "located", "not-located", "told", "not-told",
]  # fmt: skip

_LOGGER = logging.getLogger("breakseal.courier")
_LIBRARIES = ("apprise", "aiosmtplib", "urllib3", "requests", "asyncio", "aiohttp", "uvicorn")


def note(event: Event, *, channel: str = "", reason: str = "", attempt: int = 0, fault: str = "") -> None:
    """Write one event; `reason` is a machine reason and `fault` the class name of an unexpected error."""
    fields = {"event": event, "channel": channel, "reason": reason, "attempt": attempt, "fault": fault}
    _LOGGER.info(json.dumps({name: value for name, value in fields.items() if value}))


def silence_libraries() -> None:
    """Stop the sending libraries' own logs: they name recipients and gateways' addresses."""
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.CRITICAL + 1)
        logger.propagate = False
