"""One look under an order, in the order of every disclosure: decide, prepare, record, and only then the permit."""

from __future__ import annotations

from dataclasses import dataclass

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import LocationPrecision
from breakseal.kernel.model.orders import LookUnder, look_info
from breakseal.kernel.seal import hpke
from breakseal.keyholder import deferred
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_not_restored, check_time, consume, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.prepare import MAX_REASON
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.location.looking import PERMIT_LIFE, courier_point, locating, stricter
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.orders import register
from breakseal.keyholder.orders.judging import judge, list_of
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.keyholder.orders.register import Lodged
from breakseal.keyholder.trails import Happening, NewEntry


@dataclass(frozen=True, slots=True)
class OrderedLook:
    """A stored entry that waits for its proof. INVARIANT: only `prepare` makes one, and only `release` takes one."""

    entry: NewEntry
    lodged: Lodged
    asked: LookUnder
    precision: LocationPrecision
    until: int
    expires: int


def prepare(core: Core, question: LocateUnder, now: int) -> OrderedLook:
    """Make every check but the proof of the entry, count the look, and store the entry; inside a transaction.

    Raises:
        FormatError, VerificationError: not a request under an order.
        RefusedError: the order does not allow it: another phone, agency or category, its dates, its number of looks.
    """
    verified, asked = _asked(core, question, now)
    officer = verified.signer
    lodged, _ = register.find(core, asked.order, now, agency=officer.org)
    decision, duties = judge(core, officer, lodged, now)
    _check_scope(core, lodged, asked, now)
    register.use(core, lodged.digest)
    precision, until = stricter(lodged.order.precision, duties.precision), now + duties.view_seconds
    what = Happening(
        type="disclose", party=core.party(officer), result="located-by-order", purpose=lodged.order.purpose,
        basis="court-order", basis_digest=lodged.name, notice=duties.notice.value, categories=asked.categories,
        precision=precision, until=until, policy=decision.reasons, reason=asked.reason, signed=verified.envelope,
        target="look",
    )  # fmt: skip
    entry = deferred.write(core, list_of(core, lodged.order.number, now), what, lodged.defer_until, now)
    return OrderedLook(entry, lodged, asked, precision, until, now + PERMIT_LIFE)


def release(core: Core, look: OrderedLook, recorded: Recorded, now: int) -> Located:
    """Return the answer: the only way to a permit for a source. Whose phone it is, it does not say.

    Raises:
        VerificationError: `recorded` proves another entry.
        RefusedError: the court ended the order since `prepare`.
    """
    if recorded.entry.hash != look.entry.hash:
        raise VerificationError("the proof is of another entry")
    if not register.is_live(core, look.lodged.digest):
        raise RefusedError("the court ended the order", reason="order-over")
    permit = locating(
        core, courier_point(core, now), look.entry.hash, look.lodged.order.number, look.precision, expires=look.expires,
        recipient=canonical.unb64(look.asked.recipient), max_age=look.asked.max_age,
    )  # fmt: skip
    return Located(leaf=look.entry.hash, permit=permit, handle="", until=look.until)


def _asked(core: Core, question: LocateUnder, now: int) -> tuple[Verified, LookUnder]:
    verified = verify(core, question.request, now)
    asked = verified.statement
    if not isinstance(asked, LookUnder):
        raise RefusedError("not a request under an order", reason="not-a-request")
    check_time(asked, now, MAX_LIFE)
    check_not_restored(core, asked)
    consume(core, verified.digest, asked.expires)
    hpke.parse_recipient(canonical.unb64(asked.recipient, 65))
    if len(asked.reason) > MAX_REASON or asked.max_age < -1:
        raise FormatError("a reason is too long, or an age is no number of seconds", reason="too-large")
    return verified, asked


def _check_scope(core: Core, lodged: Lodged, asked: LookUnder, now: int) -> None:
    order = lodged.order
    if lodged.needs:
        raise RefusedError("nobody outside your agency has called the court yet", reason="order-unreviewed")
    number = core.ingest.open(canonical.unb64(asked.number), look_info(asked.order), now)
    if number != order.number.encode() or asked.categories != order.categories:
        raise RefusedError("the order does not cover what is asked", reason="order-scope")
    if now < order.begins:
        raise RefusedError("the order does not begin before its date", reason="order-early")
    if now >= order.until:
        raise RefusedError("the order is over", reason="order-over")
    if lodged.looks < 1:
        raise RefusedError("the looks that the order allows are used up", reason="order-used-up")
