"""A danger to life, without a court: what two officers, a duty reviewer and whoever reviews afterwards sign.

Two officers of one agency ask for the place of one phone; alone they get it once, roughly. A duty reviewer of another
body calls the agency back; from then on they get it exactly, for hours. Within two days somebody says whether it was
right. There is no member for a place, so nobody can ask who was near one.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.seal.aead import context

ALONE = 15 * 60
"""Seconds for which two officers alone may have their one answer."""
LIFE = 4 * 3600
"""Seconds after which a confirmed request is over; counted, as all here, from when the supervisor signed."""
CONFIRMED_LOOKS = 12
REVIEW_WITHIN = 2 * 86_400

Digits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}\Z")]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


def exigent_info(bound: str) -> bytes:
    """Return the HPKE info of an officer's number, sealed to the keyholder.

    `bound` is the nonce of `Exigent`, and for `SecondExigent` the request's digest, so that neither can be copied.
    """
    return context("breakseal/exigent/v1", bound)


class Exigent(SignedStatement, frozen=True, tag="exigent"):
    """An investigator asks where one phone is, because somebody is in danger. Alone it waits, and opens nothing.

    `number` is E.164, sealed to the keyholder (`exigent_info`); `digits` are its last four, which the door can show.
    `danger` says who is in danger of what; the person who carries the phone reads it.
    """

    number: str
    digits: Digits
    danger: Reason


class SecondExigent(SignedStatement, frozen=True, tag="second-exigent"):
    """A supervisor of the same agency signs too: `request` is the investigator's whole envelope of `Exigent`.

    INVARIANT: `number`, sealed anew (`exigent_info`), is what the supervisor entered, and must be the investigator's.
    """

    request: str
    number: str
    reason: Reason


class ConfirmExigent(SignedStatement, frozen=True, tag="confirm-exigent"):
    """A duty reviewer of another body called the agency about the request with SHA-256 `exigent`.

    `line` is the number that was called, as in the register; `digits` what the agency read back, the phone's last four:
    none from an agency that knows of no such request.
    """

    exigent: str
    line: str
    digits: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4})?\Z")]
    result: Literal["confirmed", "denied"]


class ReviewExigent(SignedStatement, frozen=True, tag="review-exigent"):
    """A legal reviewer or overseer of another body says afterwards whether the request was right, and why.

    "released": an overseer lets the agency ask again that made a request that was not upheld.
    """

    exigent: str
    result: Literal["upheld", "not-upheld", "released"]
    reason: Reason
