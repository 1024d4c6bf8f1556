"""What the demo court orders: a signed file, a PDF with that inside, or a paper; and its own copies. In memory only."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import Annotated, Literal

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.demo import town
from breakseal.demo.courthouse import sheet
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.orders import EndOrder, Order, OrderPrecision, read_order
from breakseal.kernel.model.signers import P256Signer
from breakseal.kernel.ports import Clock, Entropy
from breakseal.oversight.orders import sign_order
from breakseal.papers import writing

DAY = 86_400
JUDGE = "Hon. Alma Perez"
AGENCY = next(one.name for one in town.ORGANISATIONS if one.id == town.POLICE)
MOST = 50
Kind = Literal["signed", "inside", "paper"]
"""A JWS; a signed PDF with the JWS inside; or a signed PDF that only people can read."""
NOTES = {
    "inside": (
        "This PDF carries the same order for programs (attachment order.jws), signed with the court's key.",
        "",
    ),
    "paper": ("This paper opens nothing until two reviewers of another body called the court.", ""),
}


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the clerk chooses."""

    kind: Kind
    number: Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{6,14}$")]
    precision: OrderPrecision
    looks: Annotated[int, msgspec.Meta(ge=1, le=20)]


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """An order as the clerk sees it; `file` is what goes to the agency, base64url, with the name to save it under.

    `issued` and `until` are Unix seconds, `digits` the last four of the phone.
    """

    docket: str
    kind: Kind
    judge: str
    number: str
    digits: str
    precision: str
    looks: int
    issued: int
    until: int
    name: str
    file: str
    ended: bool = False


class Chambers:
    """The court's orders of today, newest first."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, certificate: bytes, clock: Clock, entropy: Entropy
    ) -> None:
        """Take the court's key, which signs orders, and its certificate (PEM), which signs papers."""
        self._signer = P256Signer(key, "service")
        self._seal = writing.Seal(x509.load_pem_x509_certificate(certificate), key)
        self._clock = clock
        self._entropy = entropy
        self._made: dict[str, tuple[Made, bytes]] = {}
        self._lock = Lock()

    def all(self) -> list[Made]:
        """Return the orders, newest first."""
        with self._lock:
            return [made for made, _ in reversed(self._made.values())]

    def make(self, wanted: Wanted) -> Made:
        """Sign an order, or write a paper."""
        now = self._clock.now()
        docket = f"26-CM-{int.from_bytes(self._entropy.token(3)) % 900_000 + 100_000}"
        order = Order(
            court=town.COURT, key=self._signer.key.id if wanted.kind != "paper" else "", docket=docket, judge=JUDGE,
            agency=town.POLICE, number=wanted.number, categories=("location.fix",), precision=wanted.precision,
            looks=wanted.looks, issued=now, begins=now, until=now + 10 * DAY, salt=b64(self._entropy.token(16)),
        )  # fmt: skip
        signed = sign_order(order, self._signer) if order.key else b""
        file = signed if wanted.kind == "signed" else self._paper(order, wanted.kind, signed)
        made = Made(
            docket=docket, kind=wanted.kind, judge=JUDGE, number=order.number, digits=order.number[-4:],
            precision=order.precision, looks=order.looks, issued=now, until=order.until, file=b64(file),
            name=f"order-{docket}.{'jws' if wanted.kind == 'signed' else 'pdf'}",
        )  # fmt: skip
        with self._lock:
            while len(self._made) >= MOST:
                self._made.pop(next(iter(self._made)))
            self._made[docket] = made, signed
        return made

    def ending(self, docket: str, stamp: dict[str, int | str]) -> tuple[EndOrder, P256Signer]:
        """Return the statement that ends a signed order, and the court's signer.

        Raises:
            RefusedError: there is no such order, or it is a paper.
        """
        with self._lock:
            _, signed = self._made.get(docket, (None, b""))
        if not signed:
            raise RefusedError("the court has no such signed order", reason="order-unknown")
        read, _ = read_order(signed)
        return EndOrder(**stamp, order=b64(read.digest)), self._signer  # type: ignore[arg-type] # the stamp's members by name

    def ended(self, docket: str) -> None:
        """Mark an order as ended."""
        with self._lock:
            made, signed = self._made[docket]
            self._made[docket] = msgspec.structs.replace(made, ended=True), signed

    def _paper(self, order: Order, kind: Kind, signed: bytes) -> bytes:
        rows = (
            ("Docket", order.docket), ("Judge", order.judge), ("Agency", f"{AGENCY}, {order.agency}"),
            ("The one phone", order.number),
            ("How exactly", order.precision), ("Looks in all", str(order.looks)), ("Issued", _day(order.issued)),
            ("Last day", _day(order.until - DAY)), ("The person is told", "at once"),
        )  # fmt: skip
        notes = (
            "It is so ordered.",
            "",
            *NOTES[kind],
            "Demonstration: the court, the judge and the order are made up.",
        )
        page = sheet.page("Cedar County Court (demo)", "Order to locate one phone", rows, notes)
        return writing.sealed(page, self._seal, signed)


def _day(time: int) -> str:
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d")
