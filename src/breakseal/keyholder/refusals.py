"""Refusals of enrolled requesters leave a mark too: an entry in their organisation's trail, twenty an hour at most."""

from __future__ import annotations

from dataclasses import replace

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.model.exigent import ConfirmExigent, Exigent, ReviewExigent, SecondExigent
from breakseal.kernel.model.missing import MissingFound, SecondMissingCase
from breakseal.kernel.model.orders import LodgeOrder, LookUnder
from breakseal.kernel.model.statements import Request, Statement
from breakseal.keyholder.authority import MAX_LIFE, check_time, consume, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.exigent import register as exigent
from breakseal.keyholder.missing import register as missing
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.trails import Happening, NewEntry

RECORDED_AN_HOUR = 20


def note_refusal(core: Core, request: bytes, reason: str, now: int) -> NewEntry | None:
    """Write the entry of a refused request, if an enrolled officer signed it and has entries left this hour.

    Beyond that, refusals are only counted. Nothing of the basis is repeated, and of an order or exigent request nothing
    at all: a refused attempt must not leave a number behind.
    """
    try:
        verified = verify(core, request, now)
        statement, holder = verified.statement, verified.signer
        if holder.kind != "officer" or not isinstance(
            statement,
            Request | LodgeOrder | LookUnder | Exigent | SecondExigent | ConfirmExigent | ReviewExigent
            | SecondMissingCase | MissingFound,
        ):  # fmt: skip
            return None
        # An old or repeated request is nobody's new attempt: it must not use up the officer's entries.
        check_time(statement, now, MAX_LIFE)
        consume(core, verified.digest, statement.expires)
    except BreaksealError:
        return None
    spent = core.budgets.spend(holder.id, "refusals", now)
    if spent > RECORDED_AN_HOUR:
        return None
    what = Happening(
        type="refuse", party=core.party(holder), result=f"refused:{reason}",
        purpose=_purpose(core, statement, holder), target="refusal",
        marks=("only-counted-from-here",) if spent == RECORDED_AN_HOUR else (),
    )  # fmt: skip
    if isinstance(statement, LookUnder):
        what = replace(what, basis_digest=statement.order, reason=statement.reason)
    elif isinstance(statement, Request):
        what = replace(
            what, purpose=statement.purpose, basis_digest=statement.basis, reason=statement.reason, signed=request
        )  # fmt: skip
    return core.trails.append(core.trails.of("organisation", holder.org), what, now)


def _purpose(core: Core, statement: Statement, officer: Holder) -> str:
    """Return what a refused statement was for; a `Request` says it itself."""
    name = statement.order if isinstance(statement, LookUnder) else NO_LINK
    if isinstance(statement, SecondMissingCase | MissingFound) or missing.find(core, name, officer.id):
        return "search-and-rescue"
    exigent_one = isinstance(statement, Exigent | SecondExigent | ConfirmExigent | ReviewExigent)
    return "exigent-disclosure" if exigent_one or exigent.find(core, name) else "court-order-disclosure"
