"""CAMARA location-retrieval v0.5 as a carrier serves it: OAuth client credentials, device by phone number.

Source: camaraproject/DeviceLocation r3.2, location-retrieval.yaml; errors and x-correlator as its common part says.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import math
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec
from litestar import Request, Response, post
from litestar.response import Redirect

from breakseal.simulate.carrier.network import SLOW, Network
from breakseal.simulate.carrier.tracks import Sighting

CORRELATOR = re.compile(r"[a-zA-Z0-9-_:;./<>{}]{0,256}")
PHONE = re.compile(r"\+[1-9][0-9]{4,14}")
SCOPE = "location-retrieval:read"
_NOT_FOUND = {
    "unknown": (404, "IDENTIFIER_NOT_FOUND", "Device identifier not found."),
    "too-old": (422, "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_AGE", "No location is that fresh."),
    "too-wide": (422, "LOCATION_RETRIEVAL.UNABLE_TO_FULFILL_MAX_SURFACE", "No location is that precise."),
    "nowhere": (422, "LOCATION_RETRIEVAL.UNABLE_TO_LOCATE", "The device cannot be located."),
}


class Device(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Who is meant; this carrier knows phone numbers only."""

    phone_number: str | None = None
    network_access_identifier: str | None = None
    ipv4_address: Any = None
    ipv6_address: str | None = None


class Retrieve(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The request's body. `max_age` is seconds, `max_surface` square metres."""

    device: Device | None = None
    max_age: int | None = None
    max_surface: int | None = None


@post("/oauth/token", status_code=200)
async def token(request: Request[Any, Any, Any]) -> Response[Any]:
    """Give the client a token (RFC 6749 section 4.4; client by HTTP Basic or in the form)."""
    network: Network = request.app.state.network
    form = {
        name: values[0]
        for name, values in parse_qs((await request.body()).decode("ascii", "replace")).items()
    }
    client, secret = _basic(request.headers.get("authorization", "")) or (
        form.get("client_id", ""),
        form.get("client_secret", ""),
    )
    if not network.may(client, secret):
        return Response({"error": "invalid_client"}, status_code=401)
    if form.get("grant_type") != "client_credentials":
        return Response({"error": "unsupported_grant_type"}, status_code=400)
    answer = {
        "access_token": network.token(),
        "token_type": "Bearer",
        "expires_in": network.token_seconds,
        "scope": SCOPE,
    }
    return Response(answer, headers={"cache-control": "no-store"})


@post("/location-retrieval/v0.5/retrieve", status_code=200)
async def retrieve(request: Request[Any, Any, Any]) -> Response[Any]:
    """Tell where a subscriber is."""
    correlator = request.headers.get("x-correlator", "")
    if not CORRELATOR.fullmatch(correlator):
        return error(400, "INVALID_ARGUMENT", "x-correlator is malformed", "")
    network: Network = request.app.state.network
    spoiled = await _spoiled(network)
    if spoiled is not None:
        return spoiled
    scheme, _, held = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not network.holds(held.strip()):
        return error(401, "UNAUTHENTICATED", "A new authentication is required.", correlator)
    try:
        asked = msgspec.json.decode(await request.body(), type=Retrieve)
    except (msgspec.MsgspecError, ValueError):
        return error(400, "INVALID_ARGUMENT", "The body does not fit the schema.", correlator)
    return _answer(network, asked, correlator)


def _answer(network: Network, asked: Retrieve, correlator: str) -> Response[Any]:
    refused = _unfit(asked)
    if refused:
        return error(*refused, correlator)
    number = (asked.device.phone_number if asked.device else None) or ""
    found = network.find(number, -1 if asked.max_age is None else max(asked.max_age, 0))
    if network.fault == "no-location":
        found = "nowhere"
    if isinstance(found, str):
        return error(*_NOT_FOUND[found], correlator)
    if asked.max_surface is not None and math.pi * found.radius**2 > asked.max_surface:
        return error(*_NOT_FOUND["too-wide"], correlator)
    return Response(_location(found, number, extra=network.fault == "extra"), headers=_headers(correlator))


def _unfit(asked: Retrieve) -> tuple[int, str, str] | None:
    if asked.device is None:
        return 422, "MISSING_IDENTIFIER", "The device cannot be identified."
    if asked.device.phone_number is None:
        return 422, "UNSUPPORTED_IDENTIFIER", "Only phoneNumber is supported."
    if not PHONE.fullmatch(asked.device.phone_number) or (asked.max_surface or 1) < 1:
        return 400, "INVALID_ARGUMENT", "A value does not fit the schema."
    return None


async def _spoiled(network: Network) -> Response[Any] | None:
    match network.fault:
        case "unavailable":
            return error(503, "UNAVAILABLE", "Service Unavailable.", "")
        case "slow":
            await asyncio.sleep(SLOW)
        case "garbage":
            return Response(b"{\x00not json", media_type="application/json")
        case "redirect":
            return Redirect("/elsewhere", status_code=307)
    return None


def _location(found: Sighting, number: str, *, extra: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "lastLocationTime": datetime.fromtimestamp(found.at, UTC).isoformat().replace("+00:00", "Z"),
        "area": {
            "areaType": "CIRCLE",
            "center": {"latitude": round(found.lat, 6), "longitude": round(found.lon, 6)},
            "radius": found.radius,
        },
        "device": {"phoneNumber": number},
    }
    if extra:
        answer |= {
            "speed": 13.4,
            "heading": 271,
            "altitude": 130,
            "cell": {"mcc": 310, "mnc": 260, "cid": 4711},
        }
    return answer


def error(status: int, code: str, message: str, correlator: str) -> Response[Any]:
    """Return an error as the published file shapes it."""
    body = {"status": status, "code": code, "message": message}
    return Response(body, status_code=status, headers=_headers(correlator))


def _headers(correlator: str) -> dict[str, str]:
    return {"x-correlator": correlator} if correlator else {}


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client), unquote(secret)
