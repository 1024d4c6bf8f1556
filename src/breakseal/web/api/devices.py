"""A person's own phones: making a device that may report, ending it, and reading back what it told, still sealed."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, delete, get, post
from litestar.params import FromPath, FromQuery, JSONBody

from breakseal.kernel.errors import RefusedError, RequestError
from breakseal.kernel.model.canonical import b64, digest, unb64
from breakseal.kernel.model.fixes import KEPT_SECONDS
from breakseal.kernel.seal.hpke import parse_recipient
from breakseal.web import guards
from breakseal.web.api.messages import Nothing, Wire
from breakseal.web.errors import TooLargeError
from breakseal.web.ingest.ports import MOST_FIXES, Device
from breakseal.web.ingest.settings import AppSettings, settings_for
from breakseal.web.parts import WebParts

KEY_SIZE = 24
MAX_LABEL = 400
MOST_DEVICES = 10


class DeviceIn(Wire, frozen=True):
    """A new device: the record's point, and the device's label sealed to it."""

    point: str
    label: str


class DeviceOut(Wire, frozen=True):
    """A device; `label` is sealed, `made` Unix seconds."""

    device: str
    point: str
    label: str
    made: int


class DeviceMade(Wire, frozen=True):
    """A device's id and key, and the settings of each app. INVARIANT: shown once; the key is kept by hash only."""

    device: str
    key: str
    settings: tuple[AppSettings, ...]


class FixOut(Wire, frozen=True):
    """A sealed fix of a device; `at` (Unix seconds) is what its app said, and stands in the sealed fix too."""

    device: str
    at: int
    sealed: str


@post("/devices", opt=guards.SUBJECT, status_code=201, summary="Make a device that may report where it is")
async def make_device(request: Request[Any, Any, Any], data: JSONBody[DeviceIn]) -> DeviceMade:
    """Make id and key; the web tier can seal to the point and open nothing."""
    parts: WebParts = request.app.state.parts
    point, label = unb64(data.point, 65), unb64(data.label)
    parse_recipient(point)
    if len(label) > MAX_LABEL:
        raise TooLargeError("the device's name is too long")
    name, key = b64(parts.entropy.token(12)), b64(parts.entropy.token(KEY_SIZE))
    device = Device(
        device=name, handle=guards.own_session(request).handle, key_hash=digest(key.encode("ascii")), point=point,
        label=label, made=parts.clock.now(),
    )  # fmt: skip
    if not await parts.store.devices.add(device, MOST_DEVICES):
        raise RefusedError(f"there are {MOST_DEVICES} devices: end one first", reason="too-many")
    return DeviceMade(device=name, key=key, settings=settings_for(parts.settings.web_origin, name, key))


@get("/devices", opt=guards.SUBJECT, summary="One's own devices")
async def list_devices(request: Request[Any, Any, Any]) -> list[DeviceOut]:
    """Return the devices, oldest first."""
    parts: WebParts = request.app.state.parts
    found = await parts.store.devices.of(guards.own_session(request).handle)
    return [
        DeviceOut(device=one.device, point=b64(one.point), label=b64(one.label), made=one.made)
        for one in found
    ]


@delete("/devices/{device:str}", opt=guards.SUBJECT, status_code=200, summary="End a device")
async def end_device(request: Request[Any, Any, Any], device: FromPath[str]) -> Nothing:
    """End the device at once, and drop what it told."""
    parts: WebParts = request.app.state.parts
    if not await parts.store.devices.end(guards.own_session(request).handle, device):
        raise RequestError("you have no such device", reason="not-found")
    return Nothing()


@get("/fixes", opt=guards.SUBJECT, summary="What one's own devices told in the last day, sealed")
async def list_fixes(request: Request[Any, Any, Any], most: FromQuery[int] = MOST_FIXES) -> list[FixOut]:
    """Return the `most` newest sealed fixes; nobody but the record's holder and the keyholder opens them."""
    parts: WebParts = request.app.state.parts
    since = parts.clock.now() - KEPT_SECONDS
    found = await parts.store.devices.fixes(
        guards.own_session(request).handle, since, max(0, min(most, MOST_FIXES))
    )
    return [FixOut(device=one.device, at=one.at, sealed=b64(one.sealed)) for one in found]


ROUTES = Router(path="/", route_handlers=[make_device, list_devices, end_device, list_fixes])
