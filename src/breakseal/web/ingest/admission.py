"""Which device reports: its id and key, in whichever of three places the app puts them."""

from __future__ import annotations

import base64
import binascii
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from litestar import Request

from breakseal.kernel.model.canonical import digest
from breakseal.kernel.seal import hpke
from breakseal.web.ingest.errors import UnknownDeviceError
from breakseal.web.ingest.ports import Device
from breakseal.web.parts import WebParts

MOST_CHARACTERS = 128
_NOBODY = bytes(32)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What the app said: a device's id and key. Not printed, not logged."""

    device: str
    key: str


def of_pair(text: str) -> Credentials:
    """Read "<device>.<key>"."""
    device, _, key = text[:MOST_CHARACTERS].partition(".")
    return Credentials(device, key)


def of_header(request: Request[Any, Any, Any]) -> Credentials | None:
    """Read the Authorization header: Basic (RFC 7617) with device and key, or Bearer "<device>.<key>"; None without."""
    scheme, _, told = request.headers.get("authorization", "").partition(" ")
    told = told.strip()[: 2 * MOST_CHARACTERS]
    if scheme.lower() == "bearer":
        return of_pair(told)
    if scheme.lower() != "basic":
        return None
    try:
        device, _, key = base64.b64decode(told, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return Credentials(device, key)


async def admit(request: Request[Any, Any, Any], told: Credentials | None) -> Device:
    """Return the live device whose key was said.

    Raises:
        UnknownDeviceError: there is none; the answer does not say why.
    """
    parts: WebParts = request.app.state.parts
    device = await parts.store.devices.find(told.device) if told else None
    said = digest(told.key.encode("utf-8", "replace")) if told else _NOBODY
    if device is None or not hmac.compare_digest(said, device.key_hash):
        raise UnknownDeviceError("this device is not known here, or was ended: make it anew on your page")
    return device


@lru_cache(maxsize=4096)
def key_of(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return the parsed point; kept, as each phone reports again and again to the same."""
    return hpke.parse_recipient(point)
