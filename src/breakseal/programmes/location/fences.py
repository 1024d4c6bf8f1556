"""What a client may watch, and where it may be told: checked before anybody is asked, and by no name service."""

from __future__ import annotations

import re
from datetime import datetime
from ipaddress import IPv6Network, ip_address
from typing import Literal
from urllib.parse import urlsplit

from breakseal.programmes.location.errors import MomentError, SinkError

Crossing = Literal["area-entered", "area-left"]
_PREFIX = "org.camaraproject.geofencing-subscriptions.v0."
ENTERED, LEFT = f"{_PREFIX}area-entered", f"{_PREFIX}area-left"
CROSSINGS: dict[str, Crossing] = {ENTERED: "area-entered", LEFT: "area-left"}
"""What each of CAMARA's event types waits for."""

SPARE = 60
"""Seconds before its token's end at which a subscription ends, so that it can still be said."""
LONGEST = 366 * 86_400
"""Seconds: no consent lasts longer, and so no subscription."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_INNER = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".onion", ".invalid", ".test")
_OPEN6, _TUNNELS = IPv6Network("2000::/3"), (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
_URL = re.compile(r"[!-~]{1,2048}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def check_sink(url: str, *, demo: bool) -> None:
    """Check an address for events by its form; the courier checks where it leads, each time.

    Raises:
        SinkError: not https, with a name or password, or an address that cannot be on the open internet.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise SinkError("the sink is no address") from None
    if not _URL.fullmatch(url) or not host or parts.username is not None or parts.fragment or port == 0:
        raise SinkError("the sink is no address")
    if demo and parts.scheme in ("http", "https") and host in _LOCAL:
        return
    if parts.scheme != "https" or _is_inner(host):
        raise SinkError("events go by https to addresses of the open internet only")


def _is_inner(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        # Of the many spellings of an IPv4 address all end in a number, and no name of the internet does.
        return host.endswith(_INNER) or "." not in host or not host.rpartition(".")[2][:1].isalpha()
    tunnel = address.version == 6 and (address not in _OPEN6 or any(address in net for net in _TUNNELS))
    return tunnel or address.is_multicast or not address.is_global


def read_moment(text: str) -> int:
    """Return the Unix second of an RFC 3339 time with its zone.

    Raises:
        MomentError: it is none.
    """
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError("another form")
        return int(datetime.fromisoformat(text.upper()).timestamp())
    except (ValueError, OverflowError):
        raise MomentError("not a time like 2026-11-22T12:00:00Z") from None


def ends(
    asked: int | None, token: int | None, now: int
) -> tuple[int, Literal["SUBSCRIPTION_EXPIRED", "ACCESS_TOKEN_EXPIRED"]]:
    """Return when a subscription ends at the latest, and why: as asked, or a minute before its token does.

    Raises:
        MomentError: that is over already.
    """
    wanted = now + LONGEST if asked is None else min(asked, now + LONGEST)
    if wanted <= now or (token is not None and token - SPARE <= now):
        raise MomentError("it would be over already")
    if token is not None and token - SPARE < wanted:
        return token - SPARE, "ACCESS_TOKEN_EXPIRED"
    return wanted, "SUBSCRIPTION_EXPIRED"
