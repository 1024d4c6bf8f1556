"""A person's own phone: the record's key, a device, and what unchanged apps post (published shapes, made-up values)."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.model import canonical
from breakseal.kernel.model.fixes import CATEGORY, fix_info, open_fix
from breakseal.kernel.model.location import Fix
from breakseal.kernel.seal import aead, hpke
from breakseal.kernel.seal.fixkeys import derive_pair
from tests.support.webapp import WebWorld
from tests.support.world import Person

PLACE = (44.056412, -123.095127)
"""Where the phone of the tests is."""
DROPPED = ("HomeNet", "aa:bb:cc", "battery", "9.81", "walking", "310", "77.7", "198.51.100")
"""Marks of what no app may bring in: they stand in the payloads below."""


@dataclass
class OwnPhone:
    """One device of a person, and the key that opens what it told."""

    person: Person
    private: ec.EllipticCurvePrivateKey
    device: str = ""
    key: str = ""
    settings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def point(self) -> bytes:
        return hpke.point_of(self.private.public_key())

    @property
    def pair(self) -> str:
        return f"{self.device}.{self.key}"

    @property
    def basic(self) -> dict[str, str]:
        told = base64.b64encode(f"{self.device}:{self.key}".encode()).decode()
        return {"authorization": f"Basic {told}"}

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.pair}"}

    def opened(self, sealed: bytes) -> Fix:
        return open_fix(self.private, sealed, fix_info(self.person.handle, self.device))


async def own_phone(web: WebWorld, person: Person) -> OwnPhone:
    """Do what the person's page does: write the record's key, then make a device."""
    await web.hello(person)
    data_key = web.world.entropy.token(32)
    phone = OwnPhone(person, derive_pair(data_key))
    if CATEGORY not in person.written:
        plain = canonical.encode({"fields": {"point": canonical.b64(phone.point)}, "pad": ""})
        sealed = aead.seal(
            data_key, plain, aead.record_context(person.handle, CATEGORY, 1), web.world.entropy
        )
        wrap = web.world.wrap_statement(person, CATEGORY, 1, sealed, data_key)
        assert (await web.put_wrap(CATEGORY, wrap, sealed)).status_code == 200
        person.written[CATEGORY] = (data_key, sealed)
    phone.private = derive_pair(person.written[CATEGORY][0])
    return await another_device(web, phone)


async def another_device(web: WebWorld, phone: OwnPhone) -> OwnPhone:
    """Make one more device of the person who is signed in."""
    body = {"point": canonical.b64(phone.point), "label": canonical.b64(b"sealed label")}
    made = await web.post("/api/devices", body)
    assert made.status_code == 201, made.text
    told = made.json()
    return OwnPhone(phone.person, phone.private, told["device"], told["key"], told["settings"])


async def told(web: WebWorld, phone: OwnPhone) -> list[Fix]:
    """Read back what the person's devices told, and open what this one did."""
    answer = await web.http.get("/api/fixes")
    return [
        phone.opened(canonical.unb64(one["sealed"])) for one in answer.json() if one["device"] == phone.device
    ]


def iso(at: int, form: str = "%Y-%m-%dT%H:%M:%S.000Z") -> str:
    return datetime.fromtimestamp(at, UTC).strftime(form)


def owntracks(at: int, **more: Any) -> dict[str, Any]:
    """A location as OwnTracks booklet "JSON" lists it, with all that it can carry."""
    return {
        "_type": "location", "BSSID": "aa:bb:cc:dd:ee:ff", "SSID": "HomeNet", "acc": 12, "alt": 131, "batt": 77,
        "bs": 1, "cog": 310, "conn": "w", "created_at": at + 1, "inregions": ["home"], "inrids": ["6da9cf"],
        "lat": PLACE[0], "lon": PLACE[1], "m": 1, "motionactivities": ["walking"], "p": 101.325,
        "poi": "battery shop", "t": "u", "tag": "x", "tid": "RO", "topic": "owntracks/rosa/phone", "tst": at, "vac": 4,
        "vel": 5,
    } | more  # fmt: skip


def traccar(phone: OwnPhone, at: int) -> dict[str, Any]:
    """A position as Traccar Client 9 posts it."""
    return {
        "device_id": phone.pair,
        "location": {
            "event": "motionchange", "is_moving": True, "uuid": "6b6cbd5e-3f1c-4a2c-9d55-aa5bf5a2a6c0",
            "timestamp": iso(at), "odometer": 1204.9, "mock": False, "extras": {"wifi": "HomeNet"},
            "coords": {
                "latitude": PLACE[0], "longitude": PLACE[1], "accuracy": 12, "speed": 9.81, "speed_accuracy": 1,
                "heading": 310, "heading_accuracy": 9, "altitude": 77.7, "ellipsoidal_altitude": 77.7,
                "altitude_accuracy": 3,
            },
            "activity": {"type": "walking", "confidence": 90},
            "battery": {"level": 0.77, "is_charging": False},
        },
    }  # fmt: skip


def osmand(at: int | str, **more: str) -> str:
    """A query as older Traccar clients and OsmAnd write it."""
    return urlencode({
        "lat": str(PLACE[0]), "lon": str(PLACE[1]), "timestamp": str(at), "accuracy": "12", "speed": "9.81",
        "bearing": "310", "altitude": "77.7", "batt": "77", "cell": "310,410,1,2,-95", "wifi": "aa:bb:cc:dd:ee:ff,-60",
        "hdop": "1", "driverUniqueId": "HomeNet",
    } | more)  # fmt: skip


def feature(at: int, form: str = "%Y-%m-%dT%H:%M:%SZ") -> dict[str, Any]:
    """One of the points of an Overland batch."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [PLACE[1], PLACE[0]]},
        "properties": {
            "timestamp": iso(at, form), "altitude": 77.7, "speed": 9.81, "horizontal_accuracy": 12,
            "vertical_accuracy": 4, "motion": ["walking"], "pauses": False, "activity": "other_navigation",
            "desired_accuracy": 100, "deferred": 1000, "significant_change": "disabled", "locations_in_payload": 1,
            "battery_state": "charging", "battery_level": 0.77, "wifi": "HomeNet", "device_id": "", "course": 310,
        },
    }  # fmt: skip


def overland(*features: dict[str, Any]) -> dict[str, Any]:
    """A batch, with the trip that Overland adds while one is recorded."""
    trip = {"mode": "walk", "start": iso(0), "distance": 77.7, "start_location": feature(0)}
    return {"locations": list(features), "current": feature(0), "trip": trip}


async def post(web: WebWorld, path: str, body: Any, **headers: str) -> httpx.Response:
    """Post as an app does: no origin, no cookie."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    kept = dict(web.http.cookies)
    web.http.cookies.clear()
    try:
        return await web.http.post(path, content=data, headers={"content-type": "application/json"} | headers)
    finally:
        web.http.cookies.update(kept)


HERE = {"lat": round(PLACE[0] * 1e6), "lon": round(PLACE[1] * 1e6), "radius": 12}
