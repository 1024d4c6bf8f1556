"""What the company's program remembers of those it asked: in memory only, and gone when it stops."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import Literal

import msgspec

from breakseal.client.answers import AnswerError, Location, Question, Token, Visit, Wanted
from breakseal.client.client import COME_AGAIN, Client
from breakseal.kernel.errors import BreaksealError, RefusedError
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.ports import Clock, Entropy

State = Literal[
    "waiting", "agreed", "found", "refused", "too-late", "not-asked", "ended", "unavailable", "too-often"
]
MOST = 200


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it stands with one question; `found` once the phone was located, `now` is Unix seconds."""

    id: str
    state: State
    number: str
    precision: str
    now: int
    found: Location | None = None


@dataclass(slots=True)
class _Asked:
    number: str
    precision: str
    question: Question | Visit
    polled: int
    state: State = "waiting"
    token: Token | None = None


class Desk:
    """The dispatcher's open questions, oldest dropped first."""

    def __init__(self, client: Client, clock: Clock, entropy: Entropy) -> None:
        self._client = client
        self._clock = clock
        self._entropy = entropy
        self._asked: dict[str, _Asked] = {}
        self._lock = Lock()

    def purposes(self) -> tuple[str, ...]:
        """Return the purposes that the server offers, as terms of the Data Privacy Vocabulary."""
        offered = self._client.server().scopes_supported
        return tuple(one.removeprefix("dpv:") for one in offered if one.startswith("dpv:"))

    def ask(self, number: str, purpose: str, precision: str, language: str) -> Said:
        """Have a person asked."""
        now = self._clock.now()
        try:
            question = self._client.ask(number, Wanted(purpose, precision), language)
        except AnswerError as error:
            if error.reason != "access_denied":
                raise
            return Said(id="", state="not-asked", number=number, precision=precision, now=now)
        name = b64(self._entropy.token(16))
        self._keep(name, _Asked(number, precision, question, now))
        return self._said(name)

    def begin(self, purpose: str, precision: str, back: str) -> Visit:
        """Send the person at this browser to agree there; they come back under the visit's state."""
        visit = self._client.send(purpose, precision, back)
        self._keep(visit.state, _Asked("", precision, visit, self._clock.now()))
        return visit

    def came(self, name: str, code: str) -> Said:
        """Somebody came back: with a code, or without one."""
        asked = self._of(name)
        if isinstance(asked.question, Visit) and asked.state == "waiting":
            asked.state = self._exchange(asked, asked.question, code) if code else "refused"
        return self._said(name)

    def state(self, name: str) -> Said:
        """Return how it stands, after coming for the token if it is time to."""
        asked = self._of(name)
        now = self._clock.now()
        question = asked.question
        if (
            isinstance(question, Question)
            and asked.state == "waiting"
            and now - asked.polled >= question.interval
        ):
            asked.polled = now
            asked.state = self._take(asked)
        return self._said(name)

    def look(self, name: str) -> Said:
        """Ask once where the phone is."""
        asked = self._of(name)
        if asked.token is None:
            raise RefusedError("nobody agreed to this", reason="not-agreed")
        try:
            return self._said(name, found=self._locate(asked))
        except AnswerError as error:
            asked.state = _failed(error)
            said = self._said(name)
        if asked.state != "ended":
            asked.state = "agreed"
        return said

    def _keep(self, name: str, asked: _Asked) -> None:
        with self._lock:
            while len(self._asked) >= MOST:
                self._asked.pop(next(iter(self._asked)))
            self._asked[name] = asked

    def _exchange(self, asked: _Asked, visit: Visit, code: str) -> State:
        try:
            asked.token = self._client.exchange(visit, code)
        except AnswerError:
            return "refused"
        return "agreed"

    def _take(self, asked: _Asked) -> State:
        try:
            if isinstance(asked.question, Question):
                asked.token = self._client.token(asked.question)
            else:
                asked.token = self._client.again(self._token(asked))
        except AnswerError as error:
            if error.reason in COME_AGAIN:
                return "waiting"
            return "refused" if error.reason == "access_denied" else "too-late"
        return "agreed"

    def _locate(self, asked: _Asked) -> Location:
        """Return the location; a token that ran out is fetched anew as long as the person's yes lasts."""
        try:
            return self._client.locate(self._token(asked))
        except AnswerError as error:
            if error.status != 401 or self._take(asked) != "agreed":
                raise
        return self._client.locate(self._token(asked))

    def _token(self, asked: _Asked) -> Token:
        if asked.token is None:
            raise RefusedError("nobody agreed to this", reason="not-agreed")
        return asked.token

    def _said(self, name: str, found: Location | None = None) -> Said:
        asked = self._of(name)
        state: State = "found" if found else asked.state
        return Said(
            id=name,
            state=state,
            number=asked.number,
            precision=asked.precision,
            now=self._clock.now(),
            found=found,
        )

    def _of(self, name: str) -> _Asked:
        with self._lock:
            asked = self._asked.get(name)
        if asked is None:
            raise RefusedError("this program was started again: ask anew", reason="not-known")
        return asked


def _failed(error: BreaksealError) -> State:
    status = getattr(error, "status", 0)
    if status == 401:
        return "ended"
    return "too-often" if status == 429 else "unavailable"
