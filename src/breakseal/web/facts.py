"""The keyholder's public facts, remembered for a few seconds."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar.connection import ASGIConnection

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model import signed
from breakseal.kernel.model.enrolments import IngestKey, Root
from breakseal.kernel.model.keys import PublicKey
from breakseal.keyholder.protocol import AskFacts, Facts
from breakseal.web.parts import SECONDS_OF_FACTS, WebParts


class FactsCache:
    """Asks the keyholder for its facts at most every few seconds."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._facts: Facts | None = None
        self._until = 0

    async def facts(self) -> Facts:
        """Return the facts.

        Raises:
            UnavailableError: the keyholder does not answer.
        """
        now = self._parts.clock.now()
        if self._facts is None or now >= self._until:
            self._facts = await self._parts.keyholder.ask(AskFacts(), Facts)
            self._until = now + SECONDS_OF_FACTS
        return self._facts


class BrowserFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the browser's modules need; keys are base64url, `root`, `ingest` and `courier` whole signed envelopes.

    The browser seals to nothing before it has checked these envelopes (`browser/roots.js`).
    """

    door: str
    root: str
    ingest: str
    ingestKey: str  # noqa: N815 # the browser's spelling
    courier: str
    keyholderKey: PublicKey  # noqa: N815
    logVkey: str  # noqa: N815
    logOrigin: str  # noqa: N815
    webOrigin: str  # noqa: N815
    demo: bool
    policy: str
    state: str
    set: str
    share: int


async def current(connection: ASGIConnection[Any, Any, Any, Any]) -> Facts:
    """Return the keyholder's facts, as fresh as `SECONDS_OF_FACTS`."""
    cache: FactsCache = connection.app.state.facts
    return await cache.facts()


def root_of(facts: Facts) -> Root:
    """Return the root statement of the facts; its signatures are the keyholder's business.

    Raises:
        UnavailableError: the keyholder's facts hold none yet.
    """
    _, root = signed.read(facts.root)
    if not isinstance(root, Root):
        raise UnavailableError("the keyholder has no root statement yet", reason="keyholder-unavailable")
    return root


def ingest_point(facts: Facts) -> str:
    """Return the point of the ingest key (base64url).

    Raises:
        UnavailableError: the keyholder's facts hold none yet.
    """
    _, ingest = signed.read(facts.ingest)
    if not isinstance(ingest, IngestKey):
        raise UnavailableError("the keyholder has no ingest key yet", reason="keyholder-unavailable")
    return ingest.key
