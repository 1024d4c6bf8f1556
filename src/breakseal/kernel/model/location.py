"""What is said about location: consents asked and answered, permits' terms, and a fix on its way to who may see it.

A fix is four numbers and nothing else: heading, speed, altitude, Wi-Fi and addresses of machines have no
member here, so that no later code can pass them on (allow-list).
"""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.seal.aead import context

LocationPrecision = Literal["yes-or-no", "region", "10km", "1km", "exact"]
PRECISIONS: tuple[LocationPrecision, ...] = ("yes-or-no", "region", "10km", "1km", "exact")
"""Strictest first."""
Lasting = Literal["once", "day"]
"""What a text message can agree to: one answer, or 24 hours."""
SourceName = Literal["carrier", "phone"]
CONSENT_PURPOSES: tuple[str, ...] = (
    "RequestedServiceProvision", "ServiceProvision", "DeliveryOfGoods", "CustomerCare", "FraudPreventionAndDetection",
)  # fmt: skip
"""What a person can be asked to agree to: terms of the W3C Data Privacy Vocabulary, each with words in the courier."""
IF_MISSING = "search-and-rescue"
"""The purpose of an agreement that nobody can ask for: the person gives it beforehand (`AgreeIfMissing`)."""
MOST_RATE = 60
"""Looks an hour at most that anybody can be asked to agree to."""
SMALLEST_AREA = 2_000
"""Metres of radius; a question of a smaller area would say where a phone is, not whether."""


def ask_info(client: str) -> bytes:
    """Return the HPKE info of the number that a client asks about: the id of the client's key."""
    return context("breakseal/ask/v1", client)


def answered_info(ask: str) -> bytes:
    """Return the HPKE info of the number that answered `ask`, sealed by the courier to the keyholder."""
    return context("breakseal/answered/v1", ask)


STOP_INFO = b"breakseal/stop/v1"
"""The HPKE info of a number that said STOP, sealed by the courier to the keyholder."""


def locate_info(permit: str) -> bytes:
    """Return the HPKE info of the number in a permit to locate: the permit's id."""
    return context("breakseal/locate/v1", permit)


def agreed_info(permit: str) -> bytes:
    """Return the HPKE info of the number of a phone that is told what was agreed to for it: the permit's id."""
    return context("breakseal/agreed/v1", permit)


def watch_info(watch: str) -> bytes:
    """Return the HPKE info of a watch's `Sink`, sealed to the courier: the watch's id."""
    return context("breakseal/watch/v1", watch)


def found_info(leaf: str) -> bytes:
    """Return the HPKE info of a `Found`: the leaf under which it was asked for."""
    return context("breakseal/found/v1", leaf)


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person agrees to, whole: every word of the message that asks them comes from here.

    `client` is the id of the client's key, `requester` the organisation's enrolled name, `recipient` the end
    recipient's (the enrolled name of the client's key). `rate` is looks an hour, `lasting` the longest offered.
    """

    client: str
    requester: str
    recipient: str
    purpose: str
    precision: LocationPrecision
    rate: Number
    lasting: Lasting


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A circle: WGS 84 micro-degrees and metres."""

    lat: Number
    lon: Number
    radius: Number


class Fix(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A location with time and accuracy: WGS 84 micro-degrees, metres (68 % or better), Unix seconds."""

    lat: Number
    lon: Number
    radius: Number
    at: Number


class Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the recipient of one look gets: a fix no more precise than agreed, or only whether it is in the area.

    `answer` is "found" with `fix`; or, for a question of an area, "inside", "outside" or "partly" with `share` (1..99,
    percent of the fix's circle inside) and `at`; or "unknown": nobody can say now, for whatever reason.
    """

    v: Literal[1] = 1
    type: Literal["found"] = "found"
    answer: Literal["found", "inside", "outside", "partly", "unknown"]
    fix: Fix | None = None
    share: Number = 0
    at: Number = 0
    source: SourceName | Literal[""] = ""
    leaf: str


class Watched(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A watch: its `id` (16 bytes), its area, whether entering or leaving it is told, and where.

    `initial` tells of a phone that is there already, `left` is how many events may be told yet (-1: any number). `sink`
    is the canonical `Sink`, sealed to the courier (`watch_info`). `tell` is, in a permit, what to do now: "check" (ask
    a source, and tell if the phone entered or left since), "started", or why it ended (CAMARA's words); else what will
    be told of its end. `view` is the web tier's own note, which nobody else reads; empty in a permit.
    """

    id: str
    area: Area
    type: Literal["area-entered", "area-left"]
    initial: bool
    left: Number
    tell: Literal["check", "started", "SUBSCRIPTION_EXPIRED", "ACCESS_TOKEN_EXPIRED", "SUBSCRIPTION_DELETED"]
    sink: str
    view: str = ""


class Sink(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where a client wants to be told: an https address, and a bearer token for it where one is needed."""

    url: str
    token: str = ""


class ConsentAnswered(SignedStatement, frozen=True, tag="consent-answered"):
    """The courier says: the number in `number` (sealed to the keyholder, `answered_info`) answered `ask` with the code.

    `ask` is the ask's id (16 bytes). `lasting` is what the person chose, never more than was asked for.
    """

    ask: str
    answer: Literal["yes", "no"]
    lasting: Lasting
    number: str


class ConsentStopped(SignedStatement, frozen=True, tag="consent-stopped"):
    """The courier says: the number in `number` (sealed to the keyholder, STOP_INFO) said STOP: every consent ends.

    `why` is "stopped" (the person's word), or "moved": the number has another SIM or another holder.
    """

    number: str
    why: Literal["stopped", "moved"]


class Consent(SignedStatement, frozen=True, tag="consent"):
    """The subject agrees at the door, with their own key, that `client` learns where their phone is, until `until`.

    For one client key (and by it one requester and end recipient), one purpose, one precision, `rate` looks an hour;
    `number` is the phone's public name in their record (`HeldNumber.id`). `challenge` is the SHA-256 of the secret that
    the client shows whenever it takes a token (RFC 7636), so that a consent serves only the visit that it was given in;
    the phone is told in `language`, where its person chose no other.
    """

    client: str
    number: str
    purpose: str
    precision: LocationPrecision
    rate: Number
    until: Number
    challenge: str
    language: Literal["en", "es"]


class AgreeIfMissing(SignedStatement, frozen=True, tag="agree-if-missing"):
    """The subject agrees that two officers of the police `org` who say they are missing may ask once where they are.

    Until `until` (Unix seconds), of the phone with the public name `number` (`HeldNumber.id`), told in `language`.
    """

    org: str
    number: str
    until: Number
    language: Literal["en", "es"]


class WithdrawConsent(SignedStatement, frozen=True, tag="withdraw-consent"):
    """The subject ends the consent or agreement with public name `consent` (16 bytes), at once."""

    consent: str


class PauseLocation(SignedStatement, frozen=True, tag="pause-location"):
    """The subject pauses all location, or lets it go on; to those who ask it reads as unavailable."""

    paused: bool
