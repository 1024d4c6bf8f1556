"""What the simulated network knows and how it fails: the state behind the interfaces."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Literal

from breakseal.kernel.model.canonical import b64, digest
from breakseal.kernel.ports import Clock, Entropy
from breakseal.simulate.carrier.tracks import Sighting, Subscriber, sighting

Fault = Literal["none", "unavailable", "slow", "garbage", "no-location", "token-lost", "redirect", "extra"]
"""What goes wrong: 503; an answer after `SLOW` seconds; bytes that are no JSON; 422; tokens forgotten; a redirect; or
an answer with members beyond the published ones (speed, heading, cell)."""
SLOW = 20.0


@dataclass(slots=True)
class Network:
    """Subscribers, tokens of the one client, the fault that is switched on, and how often it was asked."""

    subscribers: dict[str, Subscriber]
    client: str
    secret: str
    clock: Clock
    entropy: Entropy
    token_seconds: int = 300
    fault: Fault = "none"
    asked: int = 0
    _tokens: dict[bytes, int] = field(default_factory=dict)

    def may(self, client: str, secret: str) -> bool:
        """Tell whether these are the client's credentials."""
        known = hmac.compare_digest(client.encode(), self.client.encode())
        return hmac.compare_digest(secret.encode(), self.secret.encode()) and known

    def token(self) -> str:
        """Return a new access token."""
        token = b64(self.entropy.token(32))
        now = self.clock.now()
        self._tokens = {held: until for held, until in self._tokens.items() if until > now}
        self._tokens[digest(token.encode())] = now + self.token_seconds
        return token

    def holds(self, token: str) -> bool:
        """Tell whether a token is good."""
        if self.fault == "token-lost":
            self._tokens.clear()
        return self._tokens.get(digest(token.encode()), 0) > self.clock.now()

    def find(self, number: str, max_age: int) -> Sighting | Literal["unknown", "too-old", "nowhere"]:
        """Return where a subscriber is; `max_age` in seconds, -1 for any and 0 for a fresh look."""
        self.asked += 1
        subscriber = self.subscribers.get(number)
        if subscriber is None:
            return "unknown"
        now = self.clock.now()
        found = sighting(subscriber, now, fresh=max_age == 0)
        return "too-old" if 0 <= max_age < now - found.at else found
