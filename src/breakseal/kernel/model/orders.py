"""An order of a court, as its key signs it, and what officers sign to use one.

The order is a compact JWS of type "order+jwt" whose payload is the canonical `Order`: one phone, one agency, dates and
a number of looks. There is no member for a place, so nobody can order who was near one.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model import canonical, jws
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.seal.aead import context

ORDER_TYPE = "order+jwt"
MAX_ORDER = 4 * 1024
"""Characters of the whole JWS: the person's list repeats it."""
LONGEST_DEFERRAL = 90 * 86_400
"""Seconds after `issued` by which the person is told; a new order may put it off anew (18 U.S.C. 2705(a))."""
LONGEST_ORDER = 366 * 86_400
MOST_LOOKS = 1_000

OrderPrecision = Literal["region", "10km", "1km", "exact"]
_Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,39}\Z")]
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
_E164 = Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}\Z")]


def look_info(order: str) -> bytes:
    """Return the HPKE info of the number that an officer asks about, sealed to the keyholder: the order's digest."""
    return context("breakseal/look-under/v1", order)


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What `court` orders: that `agency` may learn where the phone `number` (E.164) is, `looks` times in all.

    `key` is the id of the court's key that signs, `docket` the order's own number at that court. `issued`, `begins`,
    `until` are Unix seconds. `defer_until` puts off telling the person, 0 does not; `extends` names an earlier order
    of the court for the same agency and phone, of which what is still deferred is put off as this one says. `salt` is
    16 random bytes or more (base64url): without it who knows all else finds the phone by the order's digest.
    """

    v: Literal[1] = 1
    type: Literal["order"] = "order"
    court: _Id
    key: str
    docket: _Name
    judge: _Name
    agency: _Id
    number: _E164
    purpose: Literal["court-order-disclosure"] = "court-order-disclosure"
    categories: tuple[Literal["location.fix"]]
    precision: OrderPrecision
    looks: Annotated[int, msgspec.Meta(ge=0, le=MOST_LOOKS)]
    issued: Number
    begins: Number
    until: Number
    defer_until: Number = 0
    extends: str = ""
    salt: str | msgspec.UnsetType = msgspec.UNSET


def read_order(data: bytes) -> tuple[jws.Jws, Order]:
    """Read an order and check what it says by itself; checks no signature.

    Raises:
        FormatError: not an order, or its dates do not fit together.
    """
    if len(data) > MAX_ORDER:
        raise FormatError(f"an order has at most {MAX_ORDER} characters", reason="too-large")
    read = jws.parse(data)
    if read.header.typ != ORDER_TYPE or read.header.jwk is not None:
        raise FormatError("not an order of a court")
    order = canonical.decode(read.payload, Order)
    check_order(order)
    return read, order


def read_paper(text: str) -> tuple[bytes, Order]:
    """Read what an officer copied from a paper: canonical `Order` in base64url, without a key. Return its SHA-256 too.

    Raises:
        FormatError: not an order, or one that names a key.
    """
    data = canonical.unb64(text)
    order = canonical.decode(data, Order, limit=MAX_ORDER)
    check_order(order)
    if order.key:
        raise FormatError("a paper names no key: an order that does is a JWS")
    return canonical.digest(data), order


def check_order(order: Order) -> None:
    """Check that an order's dates fit together, and that it orders something.

    Raises:
        FormatError: they do not; the message says which.
    """
    if not 0 < order.issued <= order.begins < order.until <= order.issued + LONGEST_ORDER:
        raise FormatError(
            "an order is issued, begins and ends in this order, within 366 days", reason="dates"
        )
    if order.defer_until and not order.issued < order.defer_until <= order.issued + LONGEST_DEFERRAL:
        raise FormatError("an order defers the notice by 90 days at most", reason="deferral")
    if not order.looks and not order.extends:
        raise FormatError("an order without a look only extends another's deferral", reason="looks")


class LodgeOrder(SignedStatement, frozen=True, tag="lodge-order"):
    """An officer of the agency hands in a court's order: `order` is the compact JWS, unchanged.

    Of a court that does not sign, it is the text of the paper (`read_paper`): it opens nothing before two legal
    reviewers called the court. `scan` is then the SHA-256 of the scanned paper.
    """

    order: str
    scan: str = ""


class ReviewOrder(SignedStatement, frozen=True, tag="review-order"):
    """A legal reviewer outside the agency called the court about the paper with SHA-256 `order`.

    `line` is the number that was called, as in the register of courts; `docket` and `digits`, the last four of the
    phone, are what the clerk read back from the court's own copy, or empty where the court has none ("denied").
    """

    order: str
    line: str
    docket: str
    digits: str
    result: Literal["confirmed", "denied"]


class EndOrder(SignedStatement, frozen=True, tag="end-order"):
    """The court ends its order with SHA-256 `order`, at once; signed by any of its keys."""

    order: str


class LookUnder(SignedStatement, frozen=True, tag="look-under"):
    """An officer asks, under the order, request or case with SHA-256 `order`, where a phone is, with their own key.

    INVARIANT: `number`, sealed to the keyholder (`look_info`), is only compared: the phone comes from the order.
    `recipient` is the P-256 point to which the answer is sealed, `max_age` the fix's age in seconds, -1 for any.
    """

    order: str
    number: str
    categories: tuple[str, ...]
    recipient: str
    max_age: Number = -1
    reason: str = ""
