"""One look without a consent, in the order of every disclosure: decide, prepare, record, and only then the permit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import LocationPrecision
from breakseal.kernel.model.orders import LookUnder, look_info
from breakseal.kernel.model.permit import Ground
from breakseal.kernel.model.words import BasisKind
from breakseal.kernel.policy.decision import Decision, Obligations
from breakseal.kernel.policy.words import Purpose
from breakseal.kernel.seal import hpke
from breakseal.keyholder import deferred
from breakseal.keyholder.authority import Verified, use_up, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.prepare import MAX_REASON
from breakseal.keyholder.location.looking import PERMIT_LIFE, stricter
from breakseal.keyholder.orders import register
from breakseal.keyholder.orders.judging import judge_order, list_of
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.keyholder.orders.register import Lodged
from breakseal.keyholder.trails import Happening, NewEntry


@dataclass(frozen=True, slots=True)
class OrderedLook:
    """A stored entry that waits for its proof. INVARIANT: only `stored` makes one, only `grounds.release` takes one."""

    entry: NewEntry
    ground: Ground
    number: str
    asked: LookUnder
    precision: LocationPrecision
    until: int
    expires: int
    permit: str = ""
    """Under a missing-person case: the permit's name, or empty where the person did not agree to it."""


def asked_under(core: Core, question: LocateUnder, now: int) -> tuple[Verified, LookUnder]:
    """Return an officer's request, verified and used up.

    Raises:
        FormatError, VerificationError, RefusedError: not a request under an order.
    """
    verified = verify(core, question.request, now)
    asked = verified.statement
    if not isinstance(asked, LookUnder):
        raise RefusedError("not a request under an order", reason="not-a-request")
    use_up(core, verified, now)
    hpke.parse_recipient(canonical.unb64(asked.recipient, 65))
    if len(asked.reason) > MAX_REASON or asked.max_age < -1:
        raise FormatError("a reason is too long, or an age is no number of seconds", reason="too-large")
    return verified, asked


def prepare(core: Core, verified: Verified, asked: LookUnder, now: int) -> OrderedLook:
    """Make every check but the proof of the entry, count the look, and store the entry; inside a transaction.

    Raises:
        VerificationError: the number was sealed for another order.
        RefusedError: the order does not allow it: another phone, agency or category, its dates, its number of looks.
    """
    lodged, _ = register.find(core, asked.order, now, agency=verified.signer.org)
    decision, duties = judge_order(core, verified.signer, lodged, now)
    _check_scope(core, lodged, asked, now)
    register.use(core, lodged.digest)
    return stored(
        core, verified, asked, decision, duties, now, ground="order", number=lodged.order.number,
        purpose=Purpose.COURT_ORDER_DISCLOSURE, basis="court-order", result="located-by-order",
        most=lodged.order.precision, defer_until=lodged.defer_until,
    )  # fmt: skip


def check_asked(core: Core, asked: LookUnder, fits: Callable[[str], bool], now: int) -> str:
    """Return the number that the officer asks about, if it `fits` the order, request or case; of nothing but a place.

    Raises:
        VerificationError: the number was sealed for another order.
        RefusedError: another phone or category.
    """
    sealed = core.ingest.open(canonical.unb64(asked.number), look_info(asked.order), now)
    number = sealed.decode("ascii", "ignore")
    if not fits(number) or asked.categories != ("location.fix",):
        raise RefusedError("the order or request does not cover what is asked", reason="order-scope")
    return number


def stored(
    core: Core,
    verified: Verified,
    asked: LookUnder,
    decision: Decision,
    duties: Obligations,
    now: int,
    *,
    ground: Ground,
    purpose: Purpose,
    basis: BasisKind,
    result: str,
    number: str,
    most: str,
    defer_until: int,
) -> OrderedLook:
    """Store the entry of a look that is allowed. INVARIANT: `number` is that of the order or request itself.

    `most` is the precision that the order allows, `defer_until` (Unix seconds) until when it puts off telling, 0 not.
    """
    precision, until = stricter(most, duties.precision), now + duties.view_seconds
    what = Happening(
        type="disclose", party=core.party(verified.signer), result=result, purpose=purpose.value,
        basis=basis, basis_digest=asked.order, notice=duties.notice.value, categories=asked.categories,
        precision=precision, until=until, policy=decision.reasons, reason=asked.reason, signed=verified.envelope,
        target="look",
    )  # fmt: skip
    entry = deferred.write(core, list_of(core, number, now), what, defer_until, now)
    return OrderedLook(entry, ground, number, asked, precision, until, now + PERMIT_LIFE)


def _check_scope(core: Core, lodged: Lodged, asked: LookUnder, now: int) -> None:
    order = lodged.order
    if lodged.needs:
        raise RefusedError("nobody outside your agency has called the court yet", reason="order-unreviewed")
    check_asked(core, asked, lambda number: number == order.number, now)
    if now < order.begins:
        raise RefusedError("the order does not begin before its date", reason="order-early")
    if now >= order.until:
        raise RefusedError("the order is over", reason="order-over")
    if lodged.looks < 1:
        raise RefusedError("the looks that the order allows are used up", reason="order-used-up")
