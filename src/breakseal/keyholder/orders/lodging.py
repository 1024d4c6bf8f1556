"""Lodging a court's order, and its end by the court. What the agency is answered says nothing of whose phone it is."""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.desk import OrdersDesk
from breakseal.kernel.model.orders import EndOrder, LodgeOrder, ReviewOrder
from breakseal.kernel.model.words import NoticeTiming
from breakseal.keyholder import deferred
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.orders import register
from breakseal.keyholder.orders.judging import REVIEWING, check_desk, check_reviewer, judge_order, list_of
from breakseal.keyholder.orders.register import Lodged
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.statements.outcome import Outcome
from breakseal.keyholder.statements.root import court_line
from breakseal.keyholder.trails import Happening, NewEntry

ORDERS_AN_HOUR = 60


def lodge(core: Core, verified: Verified, statement: LodgeOrder, now: int) -> Outcome:
    """Take an order: an entry in the agency's trail, and one for the person, now or when the order says."""
    officer = verified.signer
    lodged = register.checked(core, statement, now)
    order = lodged.order
    decision, duties = judge_order(core, officer, lodged, now)
    if order.agency != officer.org:
        raise RefusedError("the order names another agency", reason="order-agency")
    if order.until <= now:
        raise RefusedError("the order is over", reason="order-over")
    if core.budgets.spend(officer.id, "orders", now) > ORDERS_AN_HOUR:
        raise RefusedError("too many orders were lodged in this hour: wait", reason="too-many")
    register.keep(core, lodged, verified.envelope, now)
    what = replace(
        _about(core, verified, lodged, "order-lodged" if not lodged.needs else "order-received"),
        policy=decision.reasons,
    )
    mine = core.trails.append(core.trails.of("organisation", officer.org), what, now)
    if (
        lodged.needs
    ):  # a paper that nobody has reviewed neither puts off telling the person, nor tells them of an order
        return Outcome(officer.id, (mine,))
    return Outcome(officer.id, (mine, _count(core, lodged, replace(what, notice=duties.notice.value), now)))


def review(core: Core, verified: Verified, statement: ReviewOrder, now: int) -> Outcome:
    """Take what a legal reviewer outside the agency heard from the court; the second who confirms makes it an order."""
    reviewer = verified.signer
    check_reviewer(core, reviewer, ("legal-reviewer",), now)
    lodged, lodging = register.find(core, statement.order, now, reviewer=reviewer.org)
    order = lodged.order
    if not lodged.needs:
        raise RefusedError("this order waits for no review", reason="order-unknown")
    if (court := court_line(core, order.court, now)) is None or statement.line != court.line:
        raise RefusedError("call the number in the register of courts, no other", reason="line")
    # Who says that the court knows of no such order has nothing to read back.
    if statement.result == "confirmed" and (statement.docket, statement.digits) != (
        order.docket,
        order.number[-4:],
    ):
        raise RefusedError("what the clerk read back is not what the paper says", reason="readback")
    what = replace(_about(core, verified, lodged, f"order-{statement.result}"), marks=("by-call-back",))
    mine = core.trails.append(core.trails.of("organisation", reviewer.org), what, now)
    if statement.result == "denied":
        register.end(core, lodged.digest, order.court, now)
        return Outcome(reviewer.id, (mine,))
    register.check_docket(core, replace(lodged, digest=b""))
    if register.reviewed(core, lodged.digest, reviewer.id) == 0:
        timing: NoticeTiming = "deferred" if order.defer_until > now else "at-once"
        return Outcome(
            reviewer.id, (mine, _count(core, lodged, replace(what, notice=timing, signed=lodging), now))
        )
    return Outcome(reviewer.id, (mine,))


def listed(core: Core, holder: Holder, now: int) -> OrdersDesk:
    """Return the orders of an investigator's agency, or other agencies' papers that wait for a legal reviewer.

    Only an investigator's own key reads a number here. What a reviewer must hear from the court, they do not read.
    """
    review = core.party(holder).role == "legal-reviewer"
    check_desk(core, holder, now, {"investigator": ("police",), "legal-reviewer": REVIEWING})
    hidden = ("number", "salt", "docket") if review else ("number", "salt") * holder.is_session
    rows = core.store.many(
        "SELECT digest, sealed, looks, ended FROM orders"
        " WHERE agency NOT IN (?, '') AND needs > 0 AND ended = 0 ORDER BY lodged DESC LIMIT 200"
        if review
        else "SELECT digest, sealed, looks, ended FROM orders"
        " WHERE agency = ? AND sealed != x'' ORDER BY lodged DESC LIMIT 200",
        holder.org,
    )
    return OrdersDesk(orders=tuple(register.held(core, now, row, hidden) for row in rows))


def _about(core: Core, verified: Verified, lodged: Lodged, result: str) -> Happening:
    order = lodged.order
    return Happening(
        type="basis", party=core.party(verified.signer), result=result, purpose=order.purpose, basis="court-order",
        basis_digest=lodged.name, categories=order.categories, precision=order.precision, until=order.until,
        signed=verified.envelope, target=f"order:{lodged.name}",
    )  # fmt: skip


def _count(core: Core, lodged: Lodged, what: Happening, now: int) -> NewEntry:
    """Let an order count from now on, and return the entry by which the person hears of it."""
    if lodged.order.extends:
        register.extend(core, lodged, now)
    return deferred.write(core, list_of(core, lodged.order.number, now), what, lodged.order.defer_until, now)


def end(core: Core, verified: Verified, statement: EndOrder, now: int) -> Outcome:
    """End an order, at once, by any key of the court that made it."""
    court = verified.signer
    digest = canonical.unb64(statement.order, 32)
    if court.kind != "client" or not register.end(core, digest, court.org, now):
        raise RefusedError("your court has no such order", reason="order-unknown")
    what = Happening(
        type="withdraw", party=core.party(court), result="order-ended", purpose="court-order-disclosure",
        basis="court-order", basis_digest=statement.order, signed=verified.envelope, target=f"order:{statement.order}",
    )  # fmt: skip
    return Outcome("", (core.trails.append(core.trails.of("organisation", court.org), what, now),))
