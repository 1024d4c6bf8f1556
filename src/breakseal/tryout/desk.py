"""The open tries: one question each, one answer at most, in memory and for ten minutes.

INVARIANT: what a visitor can see of a try depends on nothing but a YES from the phone: a number that is asked too
often, one to which no text goes, NO, STOP and silence are all "waiting" for as long, and then "over". So the question
goes out, and the answer is waited for, beside the visitor's requests and never within one.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from breakseal.client.answers import AnswerError, Location, Question, Token, Wanted
from breakseal.client.client import COME_AGAIN, Client
from breakseal.kernel.errors import BreaksealError, FormatError, RefusedError, UnavailableError
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.ports import Clock, Entropy
from breakseal.tryout.limits import Visitors

State = Literal["waiting", "answered", "over"]
WANTED = Wanted("RequestedServiceProvision", "1km", "once", 1)
Pause = Callable[[float], Awaitable[None]]
WAIT = 600
"""Seconds for which a try lives, whatever becomes of it."""
_UNTIL, _NAME, _SEAL = 8, 24, 16
"""Bytes of a try's name: its end, the name proper, and an HMAC over both under a key that dies with the process."""


class NothingToSeeError(RefusedError):
    """Nobody agreed, or no more, or it was shown already: one refusal for all."""

    reason = "nothing-to-see"


class NotFoundNowError(RefusedError):
    """The person agreed, and the phone cannot be located now; the yes is not used up."""

    reason = "not-found-now"


@dataclass(slots=True)
class _Try:
    until: int
    task: asyncio.Task[None] | None = None
    token: Token | None = None
    over: bool = False


class Desk:
    """All tries. INVARIANT: no number and no place is kept; a place is handed on in the answer that it came for.

    A try for which nobody is asked has a name and no memory: a flood of them costs nothing and pushes out nobody's.
    """

    def __init__(
        self,
        client: Client,
        visitors: Visitors,
        clock: Clock,
        entropy: Entropy,
        *,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """Take the client that asks; `pause` waits between two polls."""
        self._client = client
        self._pause = pause
        self._visitors = visitors
        self._clock = clock
        self._entropy = entropy
        self._key = entropy.token(32)
        self._tries: dict[str, _Try] = {}

    def begin(self, number: str, language: str, visitor: str, previous: str) -> str:
        """Begin a try and return its name, a secret of the visitor's browser; its previous one is over."""
        self.end(previous)
        self._forget()
        until = self._clock.now() + WAIT
        bare = until.to_bytes(_UNTIL, "big") + self._entropy.token(_NAME)
        name = b64(bare + self._seal(bare))
        if self._visitors.may_ask(visitor):
            begun = self._tries[name] = _Try(until)
            begun.task = asyncio.create_task(self._wait(begun, number, language))
        return name

    def state(self, name: str) -> State:
        """Return how it stands, from memory alone."""
        known = self._tries.get(name)
        if not self._holds(name) or (known is not None and known.over):
            return "over"
        return "waiting" if known is None or known.token is None else "answered"

    async def answer(self, name: str) -> Location:
        """Look once and hand the answer over; the try is over with it.

        Raises:
            NothingToSeeError: whatever there is against it.
            NotFoundNowError: the phone cannot be located now.
        """
        known = self._tries.get(name)
        if known is None or known.token is None or self.state(name) != "answered":
            raise NothingToSeeError("there is nothing to see here")
        token, known.token = known.token, None  # two requests at once make one look
        try:
            found = await asyncio.to_thread(self._client.locate, token)
        except BreaksealError as error:
            if isinstance(error, AnswerError) and error.status not in (422, 503):
                self.end(name)
                raise NothingToSeeError("there is nothing to see here") from error
            known.token = token
            raise NotFoundNowError("the phone cannot be located now") from error
        self.end(name)
        return found

    def end(self, name: str) -> None:
        """End a try before its time."""
        known = self._tries.get(name)
        if known is None:
            return
        known.over, known.token = True, None
        if known.task:
            known.task.cancel()

    def close(self) -> None:
        """End all tries."""
        for name in self._tries:
            self.end(name)

    def _forget(self) -> None:
        """Forget the tries whose time is over."""
        now = self._clock.now()
        for name in [name for name, known in self._tries.items() if known.until <= now]:
            self.end(name)
            del self._tries[name]

    def _seal(self, bare: bytes) -> bytes:
        return hmac.digest(self._key, bare, "sha256")[:_SEAL]

    def _holds(self, name: str) -> bool:
        """Tell whether this is a name that was given out here, and its time is not over."""
        try:
            whole = unb64(name, _UNTIL + _NAME + _SEAL)
        except FormatError:
            return False
        bare, seal = whole[:-_SEAL], whole[-_SEAL:]
        until = int.from_bytes(bare[:_UNTIL], "big")
        return hmac.compare_digest(self._seal(bare), seal) and self._clock.now() < until

    async def _wait(self, known: _Try, number: str, language: str) -> None:
        """Have the phone asked, and come for the token until there is one or the try is over."""
        try:
            question = await asyncio.to_thread(self._client.ask, number, WANTED, language)
            while self._clock.now() < known.until:
                await self._pause(question.interval + 1)
                known.token = await self._token(question)
                if known.token is not None:
                    return
        except BreaksealError:
            return  # not asked, refused, stopped, or nobody answers: to the visitor as if nobody had answered

    async def _token(self, question: Question) -> Token | None:
        try:
            return await asyncio.to_thread(self._client.token, question)
        except UnavailableError:
            return None
        except AnswerError as error:
            if error.reason in COME_AGAIN or error.status == 503:
                return None
            raise
