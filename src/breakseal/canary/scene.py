"""What an attack has at hand, and how it says what it found."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NoReturn
from urllib.parse import urlencode

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.canary.variants import Headers
from breakseal.canary.wire import Reply, Wire
from breakseal.client.answers import Question, Token
from breakseal.client.client import ASSERTION, Client
from breakseal.kernel.errors import BreaksealError

RETRIEVE = "/location-retrieval/v0.5/retrieve"
VERIFY = "/location-verification/v3/verify"
STATUS = "/consent-info/v0.2/retrieve"
ASK, TOKEN = "/oauth/bc-authorize", "/oauth/token"
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")
NOBODYS = "A" * 43
"""A token that nobody gave."""
PATIENCE, STEP = 40.0, 0.5
"""Seconds for which a text to the canary's phone is waited for, and between two looks."""
SCOPE = "openid dpv:RequestedServiceProvision location-retrieval:read precision:10km lasting:day rate:60"
CIRCLE = {"areaType": "CIRCLE", "center": {"latitude": 44.0, "longitude": -123.0}, "radius": 5000}
SHAPED = "e30.e30.AAAA"
"""What has the shape of a proof and is none."""

Needs = Literal["nothing", "door", "try-page", "key", "consent"]


class NotRunError(BreaksealError):
    """The attack cannot be tried now; the sentence says why."""

    reason = "not-run"


@dataclass(slots=True)
class Scene:
    """Where to attack, and with what. `client` is the canary's own, `held` what its own phone agreed to.

    `number` is the canary's own number, `nobody` are numbers that are nobody's. INVARIANT: no other number is sent.
    """

    web: Wire
    door: Wire | None
    try_page: Wire | None
    client: Client | None
    stranger: Client
    number: str
    nobody: tuple[str, ...]
    phone: Phone | None = None
    question: Question | None = None
    pending: str = ""
    held: Token | None = None

    def post(self, address: str, headers: Headers, body: bytes = b"{}", method: str = "POST") -> Reply:
        """Send to the web tier."""
        return self.web.send(method, address, headers, body)

    def form(self, address: str, **fields: str) -> Reply:
        """Send a form of the authorization server with the canary's assertion."""
        return self.bare_form(address, **self.keyed.authenticated(fields))

    def bare_form(self, address: str, **fields: str) -> Reply:
        """Send a form as it is."""
        return self.web.send("POST", address, [FORM], urlencode(fields).encode())

    def bearing(self, path: str = RETRIEVE, proof: str = "") -> Headers:
        """Return headers with the token that the canary's phone agreed to, and a fresh proof."""
        return [*self.keyed.bearing(self.token, path, proof).items(), JSON]

    @property
    def keyed(self) -> Client:
        """The canary's client."""
        return self.client or _not_run("no client key is given (--key)")

    @property
    def token(self) -> Token:
        """What the canary's phone agreed to."""
        return self.held or _not_run("the canary's phone has not agreed")


class Phone:
    """The canary's own phone: reads its texts, and answers them."""

    def __init__(self, wire: Wire, number: str) -> None:
        self._wire = wire
        self._number = number

    def texts(self) -> list[str]:
        """Return the texts that came to the number, newest first."""
        reply = self._wire.send("GET", "/api/state")
        try:
            messages = json.loads(reply.body)["messages"]
            return [str(one["text"]) for one in messages if one["to"] == self._number]
        except (ValueError, KeyError, TypeError) as error:
            raise NotRunError("the canary's phone does not show its texts (--phone-url)") from error

    def await_text(self, before: int) -> str:
        """Return the newest text once there are more than `before`.

        Raises:
            NotRunError: none comes.
        """
        for _ in range(int(PATIENCE / STEP)):
            texts = self.texts()
            if len(texts) > before:
                return texts[0]
            time.sleep(STEP)
        raise NotRunError("no text came to the canary's phone")

    def says(self, text: str) -> None:
        """Answer."""
        body = json.dumps({"number": self._number, "text": text}).encode()
        reply = self._wire.send("POST", "/api/reply", [JSON, ("origin", self._wire.origin)], body)
        if reply.status >= 300:
            raise NotRunError("the canary's phone does not take an answer (--phone-url)")


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: its name, what it needs, and what tries it, yielding each finding in a sentence."""

    name: str
    needs: Needs
    tries: Callable[[Scene], Iterator[str]]


def bearer(token: str = NOBODYS, proof: str = SHAPED) -> Headers:
    """Return the headers of somebody who has no token of a person."""
    return [("authorization", f"DPoP {token}"), ("dpop", proof), JSON]


def opened(reply: Reply, what: str) -> Iterator[str]:
    """Find an answer that is anything but a refusal, or that holds a place."""
    if reply.tells_a_place:
        yield f"{what}: a place was told (status {reply.status})"
    elif 200 <= reply.status < 300 and reply.status != 204:
        yield f"{what}: not refused (status {reply.status})"


def kept(reply: Reply, what: str) -> Iterator[str]:
    """Find an answer that may be cached."""
    told = dict(reply.headers)
    if "no-store" not in told.get("cache-control", "") or "etag" in told:
        yield f"{what}: the answer may be cached"


def invented_key() -> ec.EllipticCurvePrivateKey:
    """Return a key that nobody enrolled."""
    return ec.generate_private_key(ec.SECP256R1())


def forged(fields: dict[str, str]) -> dict[str, str]:
    """Return a form with an assertion that nobody signed."""
    return {**fields, "client_assertion_type": ASSERTION, "client_assertion": SHAPED}


def _not_run(why: str) -> NoReturn:
    raise NotRunError(why)
