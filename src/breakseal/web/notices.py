"""The privacy notice, generated from the shipped policy; made once a language, when somebody first asks."""

from __future__ import annotations

import asyncio

from breakseal.kernel import policy
from breakseal.kernel.policy import Policy
from breakseal.kernel.ports import Entropy
from breakseal.policydesk import shipped
from breakseal.policydesk.notice import Notice, notice
from breakseal.policydesk.phrases import Language


class NoticeDesk:
    """Loads the policy and keeps the notice in each language."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._lock = asyncio.Lock()
        self._policy: Policy | None = None
        self._made: dict[str, Notice] = {}

    async def notice(self, language: str) -> Notice:
        """Return the notice in `language`."""
        async with self._lock:
            if language not in self._made:
                self._made[language] = await asyncio.to_thread(self._make, Language(language))
            return self._made[language]

    def _make(self, language: Language) -> Notice:
        if self._policy is None:
            self._policy = policy.load(shipped.text(), shipped.schema(), entropy=self._entropy)
        return notice(self._policy, language)
