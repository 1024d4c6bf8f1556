"""Prepare: every check but the proof; then the entry is built, signed and stored, and never withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Party
from breakseal.kernel.model.statements import Caller, Request
from breakseal.kernel.policy.words import ViewFrom
from breakseal.kernel.seal.hpke import parse_recipient
from breakseal.keyholder.authority import MAX_LIFE, Verified, check_not_restored, check_time, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.basis import Basis, derive
from breakseal.keyholder.disclosure.decide import Decided, decide
from breakseal.keyholder.protocol import Disclose
from breakseal.keyholder.register.calls import CALL_LIFE
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.register.subjects import Standing
from breakseal.keyholder.statements.root import check_policy_released
from breakseal.keyholder.trails import Happening, NewEntry

OWN_VIEWS_AN_HOUR = 600
MAX_REASON = 1_000
BUSY_HOUR = 60
"""Openings of one officer in one hour beyond which each is marked; an emergency is never refused for it."""
RETRY_FOR = 3600
"""Seconds for which the same signed request gets the same answer again."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What the entry says will be opened; kept with the request so that a retry opens the same and no more."""

    categories: tuple[str, ...] = ()
    until: int
    precision: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A stored entry that waits for its proof. INVARIANT: only `prepare` makes one, and only `record` takes one."""

    entry: NewEntry
    handle: str
    plan: Plan
    recipient: ec.EllipticCurvePublicKey
    caller: Caller | None
    request: str


def prepare(core: Core, question: Disclose, now: int) -> Prepared:
    """Check a request and its basis, and store the entry of the disclosure; inside a transaction.

    Raises:
        FormatError, VerificationError, RefusedError: nothing was stored, and nothing will open.
    """
    verified = verify(core, question.request, now)
    request = verified.statement
    if not isinstance(request, Request):
        raise RefusedError("not a request", reason="not-a-request")
    if len(request.reason) > MAX_REASON:
        raise FormatError(f"a reason has at most {MAX_REASON} characters", reason="too-large")
    recipient = parse_recipient(canonical.unb64(request.recipient, 65))
    basis = derive(core, request, question.basis, verified.signer, now)
    check_policy_released(core, now)
    standing = None if basis.handle is None else core.subjects.standing(basis.handle, str(request.purpose))
    decided = decide(core, request, basis, verified.signer, standing, now)
    again = _asked_before(core, verified, basis, decided, recipient, now)
    if again is not None:
        return again
    check_time(request, now, MAX_LIFE)
    check_not_restored(core, request)
    return _store(core, verified, request, basis, standing, decided, recipient, now)


def _asked_before(
    core: Core,
    verified: Verified,
    basis: Basis,
    decided: Decided | None,
    recipient: ec.EllipticCurvePublicKey,
    now: int,
) -> Prepared | None:
    """Return what was prepared for this very request, if its time is not over and it would be allowed still."""
    # Those of before schema 12 stand under 0; a sweep forgets them within the hour.
    row = core.store.one(
        "SELECT hash, handle, opened, expires FROM openings WHERE issued = ?1 AND request = ?2 UNION ALL"
        " SELECT hash, handle, opened, expires FROM openings WHERE issued = 0 AND request = ?2",
        verified.statement.issued, verified.digest,
    )  # fmt: skip
    if row is None:
        return None
    plan = msgspec.json.decode(row[2], type=Plan)
    entry = core.store.one("SELECT hash, leaf, id FROM entries WHERE hash = ?", row[0])
    allowed = () if decided is None else decided.categories
    same = not row[1] or (row[1] == basis.handle and set(plan.categories) <= set(allowed))
    if row[3] <= now or entry is None or not same:
        raise RefusedError("this request was answered and is over: sign a new one", reason="replayed")
    return Prepared(NewEntry(*entry), row[1], plan, recipient, basis.caller, canonical.b64(verified.digest))


def _store(
    core: Core,
    verified: Verified,
    request: Request,
    basis: Basis,
    standing: Standing | None,
    decided: Decided | None,
    recipient: ec.EllipticCurvePublicKey,
    now: int,
) -> Prepared:
    requester = verified.signer
    marks = _count(core, requester, basis, now)
    if standing is not None and decided is not None:
        handle, trail = standing.handle, standing.trail
        plan = Plan(
            categories=decided.categories, until=_until(decided, basis, now),
            precision=str(decided.obligations.precision), marks=marks,
        )  # fmt: skip
    else:
        handle, trail = "", core.trails.of("organisation", requester.org)
        plan = Plan(until=_miss_until(basis, now), marks=marks)
    entry = core.trails.append(trail, _happening(core, verified, request, basis, decided, plan), now)
    core.store.run(
        "INSERT INTO openings VALUES (?, ?, ?, ?, ?, ?)",
        request.issued, verified.digest, entry.hash, handle, msgspec.json.encode(plan).decode(),
        min(plan.until, now + RETRY_FOR),
    )  # fmt: skip
    if handle and basis.kind != "self":
        core.permits.plan(handle, entry.hash, basis.call, now)
    return Prepared(entry, handle, plan, recipient, basis.caller, canonical.b64(verified.digest))


def _happening(
    core: Core, verified: Verified, request: Request, basis: Basis, decided: Decided | None, plan: Plan
) -> Happening:
    """Return the entry, whose leaf is alike for hit and miss.

    The body of a miss stands in the organisation's trail; it does not repeat the call event, so that
    nothing about a person who is not enrolled is kept.
    """
    requester = verified.signer
    party = (
        core.party(requester) if requester.kind == "officer" else Party(role="subject", key=requester.key.id)
    )
    return Happening(
        type="disclose",
        party=party,
        result="opened" if decided is not None and plan.categories else "nothing-held",
        purpose=request.purpose,
        basis=basis.kind,
        basis_digest=basis.digest,
        notice="none" if basis.kind == "self" else "after-call",
        call=basis.call,
        categories=plan.categories,
        precision=plan.precision,
        until=plan.until,
        policy=decided.rules if decided is not None else (),
        reason=request.reason,
        marks=plan.marks,
        signed=verified.envelope,
        target=basis.call or "self",
    )


def _until(decided: Decided, basis: Basis, now: int) -> int:
    seconds = decided.obligations.view_seconds
    if decided.obligations.view_from is ViewFrom.OPENING:
        return now + seconds
    return basis.ended + seconds if basis.ended else basis.started + CALL_LIFE


def _miss_until(basis: Basis, now: int) -> int:
    return basis.started + CALL_LIFE if basis.kind == "emergency-call" else now + 60


def _count(core: Core, requester: Holder, basis: Basis, now: int) -> tuple[str, ...]:
    spent = core.budgets.spend(requester.id, "openings", now)
    if basis.kind == "self":
        if spent > OWN_VIEWS_AN_HOUR:
            raise RefusedError(
                "your record was opened too often in this hour: wait a little", reason="too-many"
            )
        return ()
    return ("busy-hour",) if spent > BUSY_HOUR else ()
