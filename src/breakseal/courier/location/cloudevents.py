"""What a sink is told: CloudEvents 1.0 as CAMARA geofencing-subscriptions 0.5 has them, and no member more."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from breakseal.kernel.model.location import Area, Watched

TYPE = "org.camaraproject.geofencing-subscriptions.v0."
MAX_EVENTS = "MAX_EVENTS_REACHED"
DEGREE = 1_000_000


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    source: str
    specversion: str = "1.0"
    type: str
    datacontenttype: str = "application/json"
    time: str
    data: dict[str, Any]


def event(watch: Watched, what: str, *, name: str, source: str, at: int) -> bytes:
    """Return the event `what`: "area-entered", "area-left", "started", or the reason why the watch ended.

    `name` is the event's own, `source` this installation's address, `at` Unix seconds. The phone is not named: the
    token of the subscription said whose it is.
    """
    data: dict[str, Any] = {"subscriptionId": watch.id, "area": _circle(watch.area)}
    kind = what
    if what == "started":
        kind, data["initiationReason"] = "subscription-started", "SUBSCRIPTION_CREATED"
    elif what.isupper():
        kind, data["terminationReason"] = "subscription-ended", what
    moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return msgspec.json.encode(_Event(id=name, source=source, type=TYPE + kind, time=moment, data=data))


def _circle(area: Area) -> dict[str, Any]:
    center = {"latitude": area.lat / DEGREE, "longitude": area.lon / DEGREE}
    return {"areaType": "CIRCLE", "center": center, "radius": area.radius}
