"""What the server says to a client, and what a client wishes to ask a person for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from breakseal.kernel.errors import BreaksealError

FIX_HEADER = "breakseal-fix"
_FIX = re.compile(
    r"source=(?P<source>[a-z]{1,20});age=(?P<age>[0-9]{1,10})(;radius=(?P<radius>[0-9]{1,10}))?"
)


class AnswerError(BreaksealError):
    """The server refused; `reason` is its own word, such as `access_denied` or `UNAUTHENTICATED`."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(text or reason, reason=reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person is to agree to: `purpose` is a DPV term, `precision` such as "1km", `rate` looks an hour.

    What is empty or 0 is left to the server.
    """

    purpose: str
    precision: str = ""
    lasting: str = ""
    rate: int = 0

    def scope(self) -> str:
        """Return the scope of the request (CIBA; precision, lasting and rate are the server's own words)."""
        extras = {"precision": self.precision, "lasting": self.lasting, "rate": str(self.rate or "")}
        words = ["openid", f"dpv:{self.purpose}", "location-retrieval:read"]
        return " ".join(words + [f"{name}:{value}" for name, value in extras.items() if value])


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """What the server says of itself (OpenID Connect Discovery, CIBA section 4)."""

    issuer: str
    token_endpoint: str
    backchannel_authentication_endpoint: str
    pushed_authorization_request_endpoint: str = ""
    authorization_endpoint: str = ""
    scopes_supported: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The person is being asked (CIBA section 7.3); times are seconds."""

    auth_req_id: str
    expires_in: int
    interval: int = 5


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A person who is sent to agree in their browser: where to, and what binds the answer to this visit."""

    to: str
    state: str
    verifier: str
    back: str


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """The name of a pushed request (RFC 9126 section 2.2)."""

    request_uri: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """What the person's yes gave: good only with a proof by this client's key."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str = ""
    refresh_token: str = ""


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """WGS 84 degrees."""

    latitude: float
    longitude: float


class Area(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A circle; the radius is in metres."""

    area_type: str
    center: Point
    radius: float


class Location(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """CAMARA's answer: the circle that the phone is in, and when that was so (RFC 3339).

    `source` ("carrier", "phone") and `age` (seconds) come from the answer's `Breakseal-Fix`; "" and -1 without one.
    """

    last_location_time: str
    area: Area
    source: str = ""
    age: int = -1


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """What is told to a sink until it ends."""

    id: str


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A failure of either standard: RFC 6749's members, or CAMARA's."""

    error: str = ""
    error_description: str = ""
    code: str = ""
    message: str = ""


def with_source(location: Location, headers: Mapping[str, str]) -> Location:
    """Return `location` with what the header says of the fix (RFC 9651); one that is not understood says nothing."""
    told = _FIX.fullmatch(headers.get(FIX_HEADER, ""))
    if told is None:
        return location
    return msgspec.structs.replace(location, source=told["source"], age=int(told["age"]))
