"""What the board's interfaces take and give, and the text of the event stream (WHATWG HTML, server-sent events)."""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.kernel.model.canonical import b64
from breakseal.programmes.emergency.calls import Call, Delivery


class EventPost(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The callgate's post: a signed `CallEvent`, base64url."""

    event: str


class EventTaken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of it."""

    outcome: Literal["routed", "known"]


class CallNews(msgspec.Struct, frozen=True, kw_only=True):
    """One call as a board learns of it.

    `event` is the signed event that is the basis of an opening (base64url; empty where the call went elsewhere),
    `seq` its number.
    `until` is the Unix time at which the profile goes from the screen, as far as known; `ended` 0 or when.
    """

    kind: str
    call: str
    seq: int
    position: str
    since: int
    ended: int
    until: int
    event: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Every call that this board may hold now; what it holds besides must go."""

    now: int
    position: str
    profiles: bool = True
    calls: tuple[CallNews, ...]


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """The stream is alive at Unix time `now`; `profiles` says whether the keyholder answers."""

    now: int
    profiles: bool


def news_of(kind: str, call: Call) -> CallNews:
    """Return what a board is told of `call`."""
    return CallNews(
        kind=kind,
        call=call.call,
        seq=call.named,
        position=call.position,
        since=call.since,
        ended=call.ended,
        until=call.until,
        event="" if kind == "moved" else b64(call.event),
    )


def news_of_delivery(delivery: Delivery) -> CallNews:
    """Return what a board is told by `delivery`."""
    return news_of(delivery.kind, delivery.call)


def frame(name: str, value: msgspec.Struct, number: str = "") -> bytes:
    """Return one event of the stream; JSON holds no line break, so one data line is enough."""
    head = f"id: {number}\n" if number else ""
    return f"{head}event: {name}\n".encode() + b"data: " + msgspec.json.encode(value) + b"\n\n"
