"""From the spool to the web, in order, for as long as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import msgspec

from breakseal.callgate.gate import Gate
from breakseal.callgate.spool import Spool, Waiting
from breakseal.kernel.errors import BreaksealError, UnavailableError
from breakseal.kernel.model import canonical

FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
"""Seconds between tries while the web does not answer: doubled each time up to the longest."""

TIMEOUT = 5.0

Renew = Callable[[Waiting], Waiting | None]
"""Signs an event anew if it waited too long; None where its call is over (`Gate.renew`)."""

_AGAIN = frozenset({408, 425, 429})


class EventPost(msgspec.Struct, frozen=True, kw_only=True):
    """The body of POST /api/calls/events: the signed event, base64url."""

    event: str


class _Facts(msgspec.Struct):
    """Of /api/facts only the signed ingest key is read; everything else there is not trusted by the callgate."""

    ingest: str


class Sender:
    """Posts each waiting event until the web took it; `say` gets one line for each turn of events."""

    def __init__(
        self, spool: Spool, web: str, client: httpx.AsyncClient, renew: Renew, say: Callable[[str], None]
    ) -> None:
        self._spool, self._web, self._client, self._renew, self._say = spool, web, client, renew, say
        self._wake = asyncio.Event()
        self.web_answers = True

    def wake(self) -> None:
        """Say that there is something to send."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        wait = FIRST_WAIT
        while True:
            self._wake.clear()
            if await self.send_waiting():
                wait = FIRST_WAIT
                await self._wake.wait()
            else:
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)

    async def send_waiting(self) -> bool:
        """Send everything that waits; return False where the web did not answer, and keep the rest in order."""
        while batch := self._spool.waiting():
            for waiting in batch:
                if not await self._send(waiting):
                    return False
        return True

    async def _send(self, waiting: Waiting) -> bool:
        fresh = self._renew(waiting)
        if fresh is None:
            self._settle(waiting, "expired", "the web was away longer than a call may last")
            return True
        try:
            body = msgspec.json.encode(EventPost(event=canonical.b64(fresh.envelope)))
            answer = await self._client.post(
                f"{self._web}/api/calls/events", content=body, headers={"content-type": "application/json"}
            )
        except httpx.HTTPError as error:
            return self._not_taken(type(error).__name__)
        if answer.status_code >= 500 or answer.status_code in _AGAIN:
            return self._not_taken(f"status {answer.status_code}")
        self._heard()
        self._settle(
            waiting, "sent" if answer.is_success else "refused", "" if answer.is_success else _reason(answer)
        )
        return True

    def _settle(self, waiting: Waiting, state: str, reason: str) -> None:
        self._spool.settle(waiting.id, state, reason)
        self._say(f"call {waiting.call} event {waiting.seq}: {state}" + (f" ({reason})" if reason else ""))

    def _not_taken(self, why: str) -> bool:
        if self.web_answers:
            self._say(f"the web does not answer ({why}); events wait in the spool")
        self.web_answers = False
        return False

    def _heard(self) -> None:
        if not self.web_answers:
            self._say("the web answers again")
        self.web_answers = True


def _reason(answer: httpx.Response) -> str:
    return f"status {answer.status_code}; see the web's log, and whether this callgate's key is enrolled"


class IngestWatch:
    """Fetches the ingest key at the start, then every `every` seconds, and often while there is none."""

    def __init__(
        self, gate: Gate, web: str, client: httpx.AsyncClient, say: Callable[[str], None], every: float
    ) -> None:
        self._gate, self._web, self._client, self._say, self._every = gate, web, client, say, every

    async def run(self) -> None:
        """Refresh until cancelled."""
        wait = FIRST_WAIT
        while True:
            try:
                await self.refresh()
                wait = self._every
            except BreaksealError as error:
                wait = min(wait * 2, LONGEST_WAIT)
                self._say(f"no new ingest key: {error}")
            await asyncio.sleep(wait)

    async def refresh(self) -> None:
        """Fetch and check the ingest key once.

        Raises:
            BreaksealError: the web did not answer, or what it answered is not to be believed.
        """
        try:
            answer = await self._client.get(f"{self._web}/api/facts", headers={"accept": "application/json"})
            facts = msgspec.json.decode(answer.raise_for_status().content, type=_Facts)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            raise UnavailableError("the web does not answer with its facts") from error
        self._gate.learn_ingest(canonical.unb64(facts.ingest))
