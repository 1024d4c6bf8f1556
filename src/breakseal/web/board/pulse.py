"""Whether profiles can be opened now: asked of the keyholder about once a second, for all boards together."""

from __future__ import annotations

import asyncio

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.ports import Clock
from breakseal.keyholder.protocol import AskFacts, Facts
from breakseal.web.ports import Asks

ANSWER_SECONDS = 1.5
"""How long the keyholder may take before boards say that profiles are unavailable."""


class KeyholderPulse:
    """Asks at most once for each second of the clock; boards that ask meanwhile share the answer."""

    def __init__(self, keyholder: Asks, clock: Clock) -> None:
        self._keyholder, self._clock = keyholder, clock
        self._asked = 0
        self._up = True
        self._lock = asyncio.Lock()

    async def up(self) -> bool:
        """Say whether the keyholder answers and opens for emergencies."""
        async with self._lock:
            now = self._clock.now()
            if now > self._asked:
                self._up = await self._ask()
                self._asked = now
            return self._up

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                facts = await self._keyholder.ask(AskFacts(), Facts)
        except (BreaksealError, TimeoutError):
            return False
        return facts.state != "quarantine"
