"""A carrier by CAMARA location-retrieval v0.5 (POST {apiRoot}/location-retrieval/v0.5/retrieve), two-legged token.

Tokens by OAuth client credentials (RFC 6749 section 4.4, HTTP Basic as in section 2.3.1).
"""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

import msgspec

from breakseal.courier.config import Camara
from breakseal.courier.keys import read_private
from breakseal.courier.location.sources.port import NotLocatedError, Source, around, circle
from breakseal.courier.location.sources.web import Answered, check_url, make_client, post
from breakseal.courier.private import Private
from breakseal.kernel.model.location import Fix, SourceName
from breakseal.kernel.ports import Clock

PATH = "/location-retrieval/v0.5/retrieve"
SCOPE = "location-retrieval:read"
TOKEN_SPARE = 30
"""Seconds before its end at which a token is not used any more."""
_CODES = frozenset(
    {
        "INVALID_ARGUMENT", "UNAUTHENTICATED", "PERMISSION_DENIED", "IDENTIFIER_NOT_FOUND", "SERVICE_NOT_APPLICABLE",
        "MISSING_IDENTIFIER", "UNSUPPORTED_IDENTIFIER", "UNNECESSARY_IDENTIFIER",
        "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_AGE", "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_SURFACE",
        "LOCATION_RETRIEVAL.UNABLE_TO_LOCATE",
    }
)  # fmt: skip
"""Every error code of the published file; the reason in our log is `carrier-` and the code's last part."""

_Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
_Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]


class _Point(msgspec.Struct, frozen=True):
    latitude: _Latitude
    longitude: _Longitude


class _Circle(msgspec.Struct, frozen=True, tag_field="areaType", tag="CIRCLE"):
    center: _Point
    radius: Annotated[float, msgspec.Meta(ge=0)]


class _Polygon(msgspec.Struct, frozen=True, tag_field="areaType", tag="POLYGON"):
    boundary: Annotated[tuple[_Point, ...], msgspec.Meta(min_length=3, max_length=15)]


class _Location(msgspec.Struct, frozen=True, rename={"at": "lastLocationTime"}):
    """INVARIANT: what has no member here does not pass, whatever the carrier sends."""

    at: Annotated[datetime, msgspec.Meta(tz=True)]
    area: _Circle | _Polygon


class _Error(msgspec.Struct, frozen=True):
    code: str = ""


class _Token(msgspec.Struct, frozen=True):
    access_token: Annotated[str, msgspec.Meta(min_length=1, max_length=8192, pattern=r"^[\x21-\x7e]+$")]
    token_type: str
    expires_in: int = 0


class CamaraSource(Source):
    """Asks one carrier or aggregator."""

    def __init__(self, config: Camara, clock: Clock) -> None:
        """Read the secret and check the addresses; nothing is sent.

        Raises:
            ConfigError: a file or an address does not serve.
        """
        self.processor = config.processor
        self.name: SourceName = "carrier"
        self._url = check_url("base_url", config.base_url) + PATH
        self._token_url = check_url("token_url", config.token_url)
        secret = read_private(config.secret_file).decode("utf-8", "replace").strip()
        self._basic = Private(_basic(config.client_id, secret))
        self._client = make_client(config.ca_file)
        self._clock = clock
        self._token: tuple[Private, int] = (Private(""), 0)
        self._fetching = asyncio.Lock()

    async def ask(self, number: Private, max_age: int) -> Fix:
        """Return the carrier's answer; see `Source.ask`."""
        question: dict[str, object] = {"device": {"phoneNumber": number.reveal()}}
        if max_age >= 0:
            question["maxAge"] = max_age
        body = msgspec.json.encode(question)
        answer = await self._retrieve(body)
        if answer.status == HTTPStatus.UNAUTHORIZED:  # the carrier may end a token early: once with a new one
            self._token = (Private(""), 0)
            answer = await self._retrieve(body)
        if answer.status != HTTPStatus.OK:
            raise refusal(answer)
        return read_location(answer.body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _retrieve(self, body: bytes) -> Answered:
        token = await self._get_token()
        headers = {"authorization": f"Bearer {token.reveal()}", **_JSON}
        return await post(self._client, self._url, body, headers)

    async def _get_token(self) -> Private:
        async with self._fetching:
            token, until = self._token
            if self._clock.now() < until:
                return token
            now = self._clock.now()
            headers = {"authorization": self._basic.reveal(), **_FORM}
            body = f"grant_type=client_credentials&scope={quote(SCOPE, safe='')}".encode()
            answer = await post(self._client, self._token_url, body, headers)
            fresh = _read_token(answer)
            token = Private(fresh.access_token)
            self._token = (token, now + max(0, fresh.expires_in - TOKEN_SPARE))
            return token


_JSON = {"content-type": "application/json", "accept": "application/json"}
_FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


def read_location(body: bytes) -> Fix:
    """Return the fix in a carrier's answer: a circle, or the smallest about a polygon's middle.

    Raises:
        NotLocatedError: it is not what the published file says.
    """
    try:
        location = msgspec.json.decode(body, type=_Location)
        at = int(location.at.timestamp())
    except (msgspec.MsgspecError, ValueError, OverflowError):
        raise NotLocatedError("the carrier's answer is no location", reason="carrier-malformed") from None
    area = location.area
    if isinstance(area, _Circle):
        return circle((area.center.latitude, area.center.longitude), area.radius, at)
    return around([(point.latitude, point.longitude) for point in area.boundary], at)


def refusal(answer: Answered) -> NotLocatedError:
    """Return why a carrier did not say: by the codes of the published file, else by the status alone."""
    try:
        code = msgspec.json.decode(answer.body, type=_Error).code
    except (msgspec.MsgspecError, UnicodeDecodeError):
        code = ""
    if code in _CODES:
        reason = "carrier-" + code.rpartition(".")[2].lower().replace("_", "-")
    elif 300 <= answer.status < 400:
        reason = "carrier-redirected"
    else:
        reason = f"carrier-status-{answer.status}"
    return NotLocatedError("the carrier does not say", reason=reason)


def _read_token(answer: Answered) -> _Token:
    try:
        if answer.status != HTTPStatus.OK:
            raise ValueError("refused")
        token = msgspec.json.decode(answer.body, type=_Token)
        if token.token_type.lower() != "bearer":
            raise ValueError("another kind")
    except (msgspec.MsgspecError, ValueError):
        raise NotLocatedError("the carrier gives no token", reason="carrier-token-refused") from None
    return token


def _basic(client: str, secret: str) -> str:
    pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
    return "Basic " + base64.b64encode(pair.encode()).decode("ascii")
