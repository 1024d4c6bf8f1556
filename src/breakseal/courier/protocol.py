"""The typed messages between the web tier and the courier; framing and `Problem` are the keyholder protocol's.

No message says, and no answer depends on, whether a number is on anybody's record: the courier does not know.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from breakseal.courier.location import messages as location
from breakseal.keyholder.protocol import Message, Problem, frame

MAX_FRAME = 160 * 1024
"""Bytes: an envelope of the largest statement and a permit, with room for base64url."""

ChannelName = Literal["sms", "voice", "desk", "mail"]
ProblemAnswer = Problem
write_frame = frame


class StartClaim(Message, frozen=True, tag="start-claim"):
    """Send a code for this claim: the signed `ClaimNumber` envelope and the keyholder's permit for it.

    `language` is that of the page, for the words around the code.
    """

    claim: bytes
    permit: bytes
    language: Literal["en", "es"] = "en"


class Started(Message, frozen=True, tag="started"):
    """A code was made; it is "sent", or "waiting" because the channel did not take it yet and is tried again."""

    state: Literal["sent", "waiting"]


class AnswerCode(Message, frozen=True, tag="answer-code"):
    """Somebody typed `code` (six digits) for the claim whose canonical statement has SHA-256 `claim`."""

    claim: bytes
    code: str


class Attested(Message, frozen=True, tag="attested"):
    """The code was right: the courier's signed `NumberAttested` envelope, to be submitted to the keyholder."""

    statement: bytes


class AskState(Message, frozen=True, tag="ask-state"):
    """Ask how the courier is."""


class ChannelState(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One channel: `reason` is empty while it works, else the machine reason of its last failure at Unix `since`."""

    channel: ChannelName
    reason: str
    since: int


class CourierState(Message, frozen=True, tag="courier-state"):
    """The configured channels, how many messages wait, and when the oldest of them was taken (0: none)."""

    channels: tuple[ChannelState, ...]
    waiting: int
    oldest: int


Question = StartClaim | AnswerCode | AskState | location.CourierQuestion
Answer = Started | Attested | CourierState | Problem | location.CourierAnswer

question_decoder = msgspec.msgpack.Decoder(Question)
answer_decoder = msgspec.msgpack.Decoder(Answer)
