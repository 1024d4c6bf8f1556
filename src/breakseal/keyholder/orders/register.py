"""The orders that were lodged, each sealed under a key of its own, and how many looks are left."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical, jws, signed
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.desk import EnrolledOfficer, HeldOrder
from breakseal.kernel.model.orders import LodgeOrder, Order, read_order, read_paper
from breakseal.kernel.seal import aead
from breakseal.keyholder import deferred
from breakseal.keyholder.authority import allow_use, check_not_restored
from breakseal.keyholder.core import Core
from breakseal.keyholder.statements.root import court_line
from breakseal.keyholder.store import Row
from breakseal.keyholder.trails import SECOND_LOOK

REVIEWERS = 2
"""How many people outside the agency must call a court that does not sign."""


@dataclass(frozen=True, slots=True)
class Lodged:
    """An order with its digest (SHA-256 of what the court signed), the looks left, and how long telling is put off."""

    digest: bytes
    order: Order
    looks: int
    defer_until: int
    needs: int = 0
    """Reviewers who must still call the court back; 0 for what a court's key signed."""

    @property
    def name(self) -> str:
        """The digest as statements and entries name it."""
        return canonical.b64(self.digest)


def checked(core: Core, lodging: LodgeOrder, now: int) -> Lodged:
    """Return the order that was handed in, unless a restore came between; raises as `as_signed` too."""
    lodged = as_signed(core, lodging, now)
    check_not_restored(core, lodged.order)
    return lodged


def as_signed(core: Core, lodging: LodgeOrder, now: int) -> Lodged:
    """Return the order that was handed in, as it was when a court signed it; or a paper, as it was copied.

    Raises:
        RefusedError: not an order, not signed by a key that is active now and of the court that it names, or of a court
            that nobody can call back.
    """
    try:
        digest, order, needs = (_signed if "." in lodging.order else _copied)(core, lodging.order, now)
        if order.issued > now + SKEW:  # a later date would move the day on which the person is told
            raise FormatError("it is dated in the future")
    except (FormatError, VerificationError) as error:
        raise RefusedError(f"this is no order that a court signed: {error}", reason="not-an-order") from error
    return Lodged(digest, order, order.looks, order.defer_until, needs)


def _signed(core: Core, text: str, now: int) -> tuple[bytes, Order, int]:
    read, order = read_order(text.encode())
    court = core.holders.find(order.key, now)
    jws.verify(read, court.key)
    allow_use(core, court.key)
    if (court.kind, court.org, core.organisations.get(court.org).kind) != ("client", order.court, "court"):
        raise RefusedError("the key that signed is not of the court that is named", reason="not-a-court")
    return read.digest, order, 0


def _copied(core: Core, text: str, now: int) -> tuple[bytes, Order, int]:
    digest, order = read_paper(text)
    # The register has the numbers of agencies too: none of them is its own court.
    if court_line(core, order.court, now) is None or core.organisations.get(order.court).kind != "court":
        raise RefusedError(
            "the register of courts has no number to call this court back", reason="not-a-court"
        )
    return digest, order, REVIEWERS


def keep(core: Core, lodged: Lodged, envelope: bytes, now: int) -> None:
    """Keep an order by the statement that lodged it.

    Raises:
        RefusedError: an order with this docket was lodged before, the same or another.
    """
    order = lodged.order
    check_docket(core, lodged)
    key = core.vault.make(f"order/{lodged.name}", now)
    core.store.run(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
        lodged.digest, order.court, order.docket, aead.seal(key, envelope, lodged.digest, core.entropy), order.looks,
        order.until, order.defer_until, lodged.needs, order.agency, now,
    )  # fmt: skip


def check_docket(core: Core, lodged: Lodged) -> None:
    """Check that neither this order nor another that counts has this docket; a paper that nobody reviewed gives way.

    Raises:
        RefusedError: "order-known" or "order-conflict".
    """
    known = core.store.one(
        "SELECT digest FROM orders WHERE court = ? AND docket = ? AND (needs = 0 OR digest = ?)",
        lodged.order.court, lodged.order.docket, lodged.digest,
    )  # fmt: skip
    if known is not None:
        same = bytes(known[0]) == lodged.digest
        raise RefusedError(
            "an order with this docket was lodged before", reason="order-known" if same else "order-conflict"
        )


def find(
    core: Core, name: str, now: int, *, agency: str = "", reviewer: str = "", restored: bool = False
) -> tuple[Lodged, bytes]:
    """Return the order with digest `name`, and the statement that lodged it, for its `agency` or a `reviewer` outside.

    The court's key must be active still. With `restored` the order may be of before a restore: for what opens nothing.

    Raises:
        RefusedError: there is none, or it is not theirs ("order-unknown" for both).
    """
    digest = canonical.unb64(name, 32)
    row = core.store.one(
        "SELECT sealed, looks, defer, needs FROM orders WHERE digest = ? AND ended = 0", digest
    )
    if row is not None:
        envelope, lodging = _opened(core, digest, row[0])
        order = (as_signed if restored else checked)(core, lodging, now).order
        if order.agency == agency or reviewer not in ("", order.agency):
            return Lodged(digest, order, *row[1:]), envelope
    raise RefusedError("there is no such order for your organisation", reason="order-unknown")


def _opened(core: Core, digest: bytes, sealed: bytes) -> tuple[bytes, LodgeOrder]:
    envelope = aead.open_sealed(core.vault.get(f"order/{canonical.b64(digest)}"), sealed, digest)
    lodging = signed.read(envelope)[1]
    assert isinstance(lodging, LodgeOrder), "INVARIANT: kept as what it is"  # noqa: S101 # tells the type checker
    return envelope, lodging


def held(core: Core, now: int, row: Row, hidden: tuple[str, ...]) -> HeldOrder:
    """Return the order of a row (digest, sealed, looks, ended); its members `hidden` are left empty."""
    _, lodging = _opened(core, row[0], row[1])
    order = (read_order(lodging.order.encode()) if "." in lodging.order else read_paper(lodging.order))[1]
    return HeldOrder(
        name=canonical.b64(row[0]),
        order=canonical.b64(canonical.encode(replace(order, **dict.fromkeys(hidden, "")))),
        looks=row[2],
        ended=row[3],
        scan=lodging.scan,
        reviews=tuple(
            EnrolledOfficer(officer=officer, name=name, role=role)
            for officer, name, role in core.store.many(
                "SELECT officer, name, role FROM reviews JOIN officers USING (officer) WHERE digest = ?",
                row[0],
            )
        ),
        court=court_line(core, order.court, now),
    )


def reviewed(core: Core, digest: bytes, officer: str) -> int:
    """Write down that `officer` confirmed the paper, and return how many must still do so.

    Raises:
        RefusedError: they did before.
    """
    if core.store.one("SELECT 1 FROM reviews WHERE digest = ? AND officer = ?", digest, officer):
        raise RefusedError("another person must call the court too", reason="reviewed")
    core.store.run("INSERT INTO reviews VALUES (?, ?)", digest, officer)
    core.store.run("UPDATE orders SET needs = needs - 1 WHERE digest = ?", digest)
    row = core.store.one("SELECT needs FROM orders WHERE digest = ?", digest)
    return int(row[0]) if row else 0


def extend(core: Core, lodged: Lodged, now: int) -> None:
    """Put off what the order that this one extends still defers.

    Raises:
        RefusedError: there is no such order of this court, agency and phone whose deferral goes on.
    """
    new = lodged.order
    row = core.store.one(
        "SELECT digest FROM orders WHERE court = ? AND docket = ? AND needs = 0 AND defer > ?",
        new.court,
        new.extends,
        now,
    )
    old = None if row is None else find(core, canonical.b64(row[0]), now, agency=new.agency, restored=True)[0]
    if old is None or old.order.number != new.number or new.defer_until <= old.defer_until:
        raise RefusedError("there is no order that this one could extend", reason="order-extends")
    core.store.run("UPDATE orders SET defer = ? WHERE digest = ?", new.defer_until, old.digest)
    deferred.extend(core, old.name, new.defer_until)


def use(core: Core, digest: bytes) -> None:
    """Count a look."""
    core.store.run("UPDATE orders SET looks = looks - 1 WHERE digest = ?", digest)


def end(core: Core, digest: bytes, court: str, now: int) -> bool:
    """End an order of `court`, at once; return whether there was one."""
    return core.store.run(
        "UPDATE orders SET ended = ? WHERE digest = ? AND court = ? AND ended = 0", now, digest, court
    ) > 0  # fmt: skip


def is_live(core: Core, digest: bytes) -> bool:
    """Tell whether nobody ended the order."""
    return core.store.one("SELECT 1 FROM orders WHERE digest = ? AND ended = 0", digest) is not None


def sweep(core: Core, now: int) -> None:
    """End what is past its date and put off no notice, and forget what an earlier sweep found ended."""
    for (digest,) in core.store.many(
        "SELECT digest FROM orders WHERE ended BETWEEN 1 AND ? AND sealed != x''", now - SECOND_LOOK
    ):
        core.vault.destroy(f"order/{canonical.b64(digest)}")
        core.store.run("UPDATE orders SET sealed = x'' WHERE digest = ?", digest)
    core.store.run("UPDATE orders SET ended = ? WHERE max(until, defer) <= ? AND ended = 0", now, now)
