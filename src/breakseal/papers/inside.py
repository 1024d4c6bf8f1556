"""When the order that a court's PDF carries may be taken out: the PDF and the order are by one and the same court."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import jws
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.orders import Order, read_order
from breakseal.papers.verdict import Inside, Paper, PaperSignature, Verdict, judged

REASONS: dict[Inside | Verdict, str] = {
    "none": "paper-without-order",
    "several": "paper-orders",
    "unfit": "paper-order-unfit",
    "changed": "paper-changed",
    "by-nobody-known": "paper-by-another",
    "unsound": "paper-unsound",
    "unsigned": "paper-unsigned",
    "unreadable": "paper-unreadable",
}
_TOLD: dict[str, str] = {
    "paper-without-order": "no order is inside this PDF: people can read it, and two reviewers must call the court",
    "paper-orders": "several files in this PDF are called order.jws, so nobody can say which is the order",
    "paper-order-unfit": "what this PDF carries as order.jws is no order of a court",
    "paper-changed": "this PDF was changed after it was signed: get the court's own file",
    "paper-by-another": "this PDF is not signed with a certificate of the court whose order is inside",
    "paper-unsound": "this PDF is signed by a method that can be forged, or when its certificate was not valid",
    "paper-unsigned": "an order is inside this PDF, but nobody signed the PDF",
    "paper-unreadable": "this is no PDF that can be read: it is damaged, or encrypted",
    "paper-no-court": "the order inside names a court that is not known here",
    "paper-order-false": "no key of the court that the order inside names signed it as it stands there",
}


@dataclass(frozen=True, slots=True)
class KnownCourt:
    """The keys with which a court signs orders, and the certificates (SHA-256, base64url) with which it signs PDFs."""

    keys: tuple[PublicKey, ...]
    certificates: frozenset[str]


@dataclass(frozen=True, slots=True)
class Carried:
    """The order that a PDF carries, as JWS and as read, and the signature of the PDF by the same court."""

    text: str
    order: Order
    by: PaperSignature


def carried(paper: Paper, court_of: Callable[[str], KnownCourt | None]) -> Carried:
    """Return the order inside `paper`; `court_of` knows courts by their id.

    INVARIANT: the court that the order names signed the order and, unchanged since, the whole file that carries it.

    Raises:
        RefusedError: anything else; `reason` is one of `REASONS`, "paper-no-court" or "paper-order-false".
    """
    verdict, _ = judged(paper, frozenset())
    if not paper.readable:
        raise _refused(REASONS["unreadable"])
    if paper.inside != "one":
        raise _refused(REASONS[verdict if paper.inside == "loose" else paper.inside])
    read, order = read_order(paper.order.encode())
    court = court_of(order.court)
    if court is None:
        raise _refused("paper-no-court")
    _check_signed(read, order, court)
    verdict, by = judged(paper, court.certificates)
    if verdict != "by-the-court" or by is None:
        raise _refused(REASONS[verdict])
    return Carried(text=paper.order, order=order, by=by)


def _check_signed(read: jws.Jws, order: Order, court: KnownCourt) -> None:
    key = next((one for one in court.keys if one.id == order.key), None)
    try:
        if key is not None:
            return jws.verify(read, key)
    except VerificationError:
        pass
    raise _refused("paper-order-false")


def _refused(reason: str) -> RefusedError:
    return RefusedError(_TOLD[reason], reason=reason)
