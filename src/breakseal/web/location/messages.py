"""The JSON of these interfaces: CAMARA's and OAuth's members under their own names.

What comes in forbids unknown members: a client cannot slip in a word such as "consent" and hope that somebody reads it.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Text = Annotated[str, Meta(max_length=512)]
Ipv4Text = Annotated[str, Meta(max_length=512, extra_json_schema={"format": "ipv4"})]
Ipv6Text = Annotated[str, Meta(max_length=512, extra_json_schema={"format": "ipv6"})]
PhoneNumber = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{4,14}$", examples=["+15555550117"])]
Port = Annotated[int, Meta(ge=0, le=65_535)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Seconds = Annotated[int, Meta(ge=0)]
Purpose = Annotated[str, Meta(pattern="^dpv:[a-zA-Z0-9]+$", max_length=120)]
Scopes = Annotated[tuple[Text, ...], Meta(min_length=1, max_length=40)]
Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]


class In(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is sent to us."""


class Out(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What we send."""


_TWO_OF_THREE = {
    "anyOf": [
        {"required": ["publicAddress", "privateAddress"]},
        {"required": ["publicAddress", "publicPort"]},
    ]
}


class Ipv4(In, frozen=True):
    """An IPv4 address with the port, or with the address within the network."""

    publicAddress: Ipv4Text | UnsetType = UNSET  # noqa: N815 # CAMARA's spelling
    privateAddress: Ipv4Text | UnsetType = UNSET  # noqa: N815
    publicPort: Port | UnsetType = UNSET  # noqa: N815


class Device(In, frozen=True):
    """A device named by the client: no token of ours lets a client name one."""

    phoneNumber: PhoneNumber | UnsetType = UNSET  # noqa: N815
    networkAccessIdentifier: Text | UnsetType = UNSET  # noqa: N815
    ipv4Address: Annotated[Ipv4, Meta(extra_json_schema=_TWO_OF_THREE)] | UnsetType = UNSET  # noqa: N815
    ipv6Address: Ipv6Text | UnsetType = UNSET  # noqa: N815


SomeDevice = Annotated[Device, Meta(extra_json_schema={"minProperties": 1})]


class Point(In, frozen=True):
    """WGS 84 degrees."""

    latitude: Latitude
    longitude: Longitude


class Circle(In, frozen=True):
    """A circle; the radius is in metres."""

    areaType: Literal["CIRCLE"]  # noqa: N815
    center: Point
    radius: Annotated[float, Meta(ge=1)]


class RetrievalRequest(In, frozen=True):
    """Where is it? `maxAge` is seconds (0: found for this request), `maxSurface` square metres."""

    device: SomeDevice | UnsetType = UNSET
    maxAge: Seconds | UnsetType = UNSET  # noqa: N815
    maxSurface: Annotated[int, Meta(ge=1)] | UnsetType = UNSET  # noqa: N815


class VerificationRequest(In, frozen=True, kw_only=True):
    """Is it in this area?"""

    device: SomeDevice | UnsetType = UNSET
    area: Circle
    maxAge: Seconds | UnsetType = UNSET  # noqa: N815


class StatusRequest(In, frozen=True, kw_only=True):
    """May the client ask for this, for this purpose?"""

    phoneNumber: PhoneNumber | UnsetType = UNSET  # noqa: N815
    scopes: Scopes
    purpose: Purpose
    requestCaptureUrl: bool  # noqa: N815
    callbackUrl: Annotated[str, Meta(max_length=2_048)] | UnsetType = UNSET  # noqa: N815


FenceType = Literal[
    "org.camaraproject.geofencing-subscriptions.v0.area-entered",
    "org.camaraproject.geofencing-subscriptions.v0.area-left",
]
SinkUrl = Annotated[
    str, Meta(max_length=2_048, extra_json_schema={"format": "uri", "pattern": r"^https:\/\/.+$"})
]


class FenceCredential(In, frozen=True, kw_only=True):
    """What opens the sink; an access token is all that is taken."""

    credentialType: Literal["PLAIN", "ACCESSTOKEN", "REFRESHTOKEN"]  # noqa: N815
    accessToken: Annotated[str, Meta(pattern=r"^[!-~]+$", max_length=4_096)] | UnsetType = UNSET  # noqa: N815
    accessTokenExpiresUtc: Moment | UnsetType = UNSET  # noqa: N815
    accessTokenType: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET  # noqa: N815
    identifier: Text | UnsetType = UNSET
    secret: Text | UnsetType = UNSET
    refreshToken: Annotated[str, Meta(max_length=4_096)] | UnsetType = UNSET  # noqa: N815
    refreshTokenEndpoint: Annotated[str, Meta(max_length=2_048)] | UnsetType = UNSET  # noqa: N815


class FenceDetail(In, frozen=True, kw_only=True):
    """Which area."""

    device: SomeDevice | UnsetType = UNSET
    area: Circle


class FenceConfig(In, frozen=True, kw_only=True):
    """How long, how often at most, and whether a phone that is there already counts."""

    subscriptionDetail: FenceDetail  # noqa: N815
    subscriptionExpireTime: Moment | UnsetType = UNSET  # noqa: N815
    subscriptionMaxEvents: Annotated[int, Meta(ge=1)] | UnsetType = UNSET  # noqa: N815
    initialEvent: bool | UnsetType = UNSET  # noqa: N815


class FenceRequest(In, frozen=True, kw_only=True):
    """Tell the sink when the phone enters or leaves an area."""

    protocol: Literal["HTTP", "MQTT3", "MQTT5", "AMQP", "NATS", "KAFKA"]
    sink: SinkUrl
    sinkCredential: FenceCredential | UnsetType = UNSET  # noqa: N815
    types: Annotated[tuple[FenceType, ...], Meta(min_length=1, extra_json_schema={"maxItems": 1})]
    config: FenceConfig

    @property
    def device(self) -> Device | UnsetType:
        """Return the device that the body names."""
        return self.config.subscriptionDetail.device


class FenceOut(Out, frozen=True, kw_only=True):
    """A subscription that lives."""

    protocol: Literal["HTTP"] = msgspec.field(default_factory=lambda: "HTTP")
    sink: SinkUrl
    types: tuple[FenceType, ...]
    config: FenceConfig
    id: str
    startsAt: Moment  # noqa: N815
    expiresAt: Moment  # noqa: N815
    status: Literal["ACTIVE"] = msgspec.field(default_factory=lambda: "ACTIVE")


class LocationOut(Out, frozen=True):
    """A circle in which the phone is, and when that was found."""

    lastLocationTime: Moment  # noqa: N815
    area: Circle


class VerificationOut(Out, frozen=True):
    """Whether the phone is in the area; `matchRate` is percent of the phone's circle, for PARTIAL only."""

    verificationResult: Literal["TRUE", "FALSE", "PARTIAL"]  # noqa: N815
    lastLocationTime: Moment  # noqa: N815
    matchRate: Annotated[int, Meta(ge=1, le=99)] | UnsetType = UNSET  # noqa: N815


class StatusInfo(Out, frozen=True):
    """What holds for some scopes; `statusReason` says why not."""

    scopes: Scopes
    purpose: Purpose
    statusValidForProcessing: bool  # noqa: N815
    statusReason: Literal["PENDING"] | UnsetType = UNSET  # noqa: N815
    expirationDate: Moment | UnsetType = UNSET  # noqa: N815


class StatusOut(Out, frozen=True):
    """What holds for each of the scopes asked about."""

    statusInfo: tuple[StatusInfo, ...]  # noqa: N815


class ErrorInfo(Out, frozen=True):
    """A failure as CAMARA writes it."""

    status: int
    code: str
    message: str


class OauthFailure(Out, frozen=True):
    """A failure as RFC 6749 section 5.2 writes it."""

    error: str
    error_description: str


class Asked(Out, frozen=True):
    """A person is being asked (CIBA section 7.3); times are seconds."""

    auth_req_id: str
    expires_in: int
    interval: int


class Pushed(Out, frozen=True):
    """A request that was pushed (RFC 9126 section 2.2); `expires_in` is seconds."""

    request_uri: str
    expires_in: int


class AgreedIn(In, frozen=True):
    """The person agreed at the door to what `request` (its `request_uri`) asked for, by `consent` (its public name)."""

    request: str
    consent: str


class AgreedOut(Out, frozen=True):
    """Where the browser goes now: back to the client, with the code."""

    to: str


class TokenOut(Out, frozen=True):
    """A token; `token_type` is DPoP for one that can open something, Bearer for one that cannot."""

    access_token: str
    token_type: Literal["DPoP", "Bearer"]
    expires_in: int
    scope: str
    id_token: str = ""
    refresh_token: str = ""


class Introspected(Out, frozen=True):
    """What a client may know of its own token (RFC 7662 section 2.2); of all others only that it is not active."""

    active: bool
    client_id: str = ""
    exp: int = 0
    iss: str = ""
    scope: str = ""
    token_type: str = ""
