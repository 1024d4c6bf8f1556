"""The typed messages about location between the web tier and the courier (framing: `courier.protocol`)."""

from __future__ import annotations

from typing import Literal

from breakseal.keyholder.message import Message


class StartConsent(Message, frozen=True, tag="start-consent"):
    """Ask the phone that a permit of kind "consent" names.

    The answer is `Started`, whoever it is and whatever they said before.
    """

    permit: bytes
    language: Literal["en", "es"] = "en"


class AskSource(Message, frozen=True, tag="ask-source"):
    """Ask a source where the phone of a permit of kind "locate" is; once.

    `fix` is what the person's own phone told (`FixForCourier.sealed`, for this very permit), or empty.
    """

    permit: bytes
    fix: bytes = b""


class SourceAnswered(Message, frozen=True, tag="source-answered"):
    """A canonical `Found`, sealed to the permit's recipient (`found_info` of its leaf)."""

    sealed: bytes


CourierQuestion = StartConsent | AskSource
CourierAnswer = SourceAnswered
