"""Visits: what clients pushed, and the codes of those who agreed; in memory, each for its own short time, used once.

A code opens nothing by itself: the keyholder gives a token only to the client, with the secret whose hash the person
signed (`Consent.challenge`). What is compared here keeps honest people from each other's codes a step earlier.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from breakseal.kernel.model.canonical import b64, digest
from breakseal.kernel.ports import Clock, Entropy
from breakseal.programmes.location.asks import WantedByKey
from breakseal.web.location.errors import OauthError
from breakseal.web.location.memory import Shelf

PUSHED_SECONDS = 600
"""How long a person has to read, sign in, sign at the door and come back (RFC 9126 section 2.2: 5 to 600 seconds)."""
CODE_SECONDS = 60
PER_CLIENT = 300
"""Requests of one client that wait at once, so that no client drives out another's."""
REQUEST_URI = "urn:ietf:params:oauth:request_uri:"


@dataclass(frozen=True, slots=True)
class Visit:
    """What a client wants a person to agree to, where they go afterwards, and what binds the answer to it."""

    client: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    wanted: WantedByKey
    expires: int


@dataclass(frozen=True, slots=True)
class Code:
    """Somebody (by `handle`, whose session came back from the door) agreed by `consent` in a visit."""

    visit: Visit
    handle: str
    consent: bytes
    expires: int


class Visits:
    """The visits of the last minutes."""

    def __init__(self, clock: Clock, entropy: Entropy) -> None:
        self._clock = clock
        self._entropy = entropy
        self._pushed: Shelf[Visit] = Shelf(clock)
        self._codes: Shelf[Code] = Shelf(clock)
        self._spent: Shelf[tuple[str, bytes]] = Shelf(clock)
        self._live: dict[str, deque[int]] = {}

    def push(self, visit: Visit) -> str:
        """Keep a visit; return its `request_uri`.

        Raises:
            OauthError: too many of this client wait.
        """
        live = self._live.setdefault(visit.client, deque())
        while live and live[0] <= self._clock.now():
            live.popleft()
        if len(live) >= PER_CLIENT:
            raise OauthError("slow_down", "too many requests wait for people: wait", 429)
        live.append(visit.expires)
        name = REQUEST_URI + b64(self._entropy.token(32))
        self._pushed.put(_key(name), visit, visit.expires)
        return name

    def find(self, request_uri: str) -> Visit | None:
        """Return the visit that waits under this name."""
        return self._pushed.get(_key(request_uri))

    def grant(self, request_uri: str, handle: str, consent: bytes) -> tuple[Visit, str] | None:
        """End a visit with a code; None if none waits under this name."""
        visit = self.find(request_uri)
        if visit is None:
            return None
        self._pushed.drop(_key(request_uri))
        text, expires = b64(self._entropy.token(32)), self._clock.now() + CODE_SECONDS
        self._codes.put(_key(text), Code(visit, handle, consent, expires), expires)
        return visit, text

    def take(self, text: str, client: str, redirect_uri: str) -> Code | None:
        """Take the code of this very client and address, once."""
        code = self._codes.get(_key(text))
        if code is None or (code.visit.client, code.visit.redirect_uri) != (client, redirect_uri):
            return None
        self._codes.drop(_key(text))
        return code

    def put_back(self, text: str, code: Code) -> None:
        """Keep a code that nobody but its client could have taken, and whoever came was not."""
        self._codes.put(_key(text), code, code.expires)

    def spend(self, text: str, code: Code, token: bytes) -> None:
        """Remember which token (its SHA-256) was given for a code, as long as the code would have lived."""
        self._spent.put(_key(text), (code.visit.client, token), code.expires)

    def token_of(self, text: str, client: str) -> bytes | None:
        """Return the token that was given for a spent code of this client."""
        owner, token = self._spent.get(_key(text)) or ("", None)
        return token if owner == client else None


def _key(text: str) -> bytes:
    return digest(text.encode())
