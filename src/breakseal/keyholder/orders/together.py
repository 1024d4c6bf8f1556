"""Two officers of one agency, each by their own key, answer for one phone; none of them could alone.

What is signed goes into a body's trail, and at once into the list of whose phone it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.exigent import Exigent, SecondExigent
from breakseal.kernel.model.missing import MissingCase, SecondMissingCase
from breakseal.kernel.policy.decision import Decision, Obligations
from breakseal.keyholder import deferred
from breakseal.keyholder.authority import Verified, use_up, verify
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import Holder
from breakseal.keyholder.register.numbers import check_number
from breakseal.keyholder.trails import Happening, NewEntry

_First = TypeVar("_First", Exigent, MissingCase)
_Second = SecondExigent | SecondMissingCase


def first_of(
    core: Core, statement: _Second, kind: type[_First], info: Callable[[str], bytes], now: int
) -> tuple[Verified, _First, str]:
    """Return what the first officer signed, used up, and the number that both entered, each for themselves.

    Raises:
        VerificationError: the second signed for something else.
        RefusedError: they name different phones ("exigent-number", "missing-case-number").
    """
    first = verify(core, canonical.unb64(statement.request), now)
    request = first.statement
    if not isinstance(request, kind):
        raise VerificationError("the other officer signed for something else", reason="not-a-request")
    use_up(core, first, now)
    number = number_in(core, request, info, now)
    again = core.ingest.open(canonical.unb64(statement.number), info(canonical.b64(first.digest)), now)
    if number.encode() != again:
        raise RefusedError("the two officers name different phones", reason=_wrong_number(request))
    return first, request, number


def number_in(core: Core, request: Exigent | MissingCase, info: Callable[[str], bytes], now: int) -> str:
    """Return the number that the first officer entered, if it ends as the door showed; raises as `first_of`."""
    number = core.ingest.open(canonical.unb64(request.number), info(request.nonce), now)
    if number[-4:] != request.digits.encode():
        raise RefusedError("the number does not end as the door showed", reason=_wrong_number(request))
    return check_number(number.decode("ascii", "replace"))


def _wrong_number(request: Exigent | MissingCase) -> str:
    return f"{request.__struct_config__.tag}-number"


def check_second(core: Core, second: Holder, first: Holder, roles: tuple[str, ...], reason: str) -> None:
    """Check that another officer of the first's agency, in one of `roles`, signed with their own key.

    Raises:
        RefusedError: somebody else did; its machine reason is `reason`.
    """
    role = core.organisations.officer(second.id).role if second.kind == "officer" else ""
    if role not in roles or (second.org, second.is_session) != (first.org, False) or second.id == first.id:
        raise RefusedError(
            f"another {' or '.join(roles)} of the same agency must sign with their own key", reason=reason
        )


def written(
    core: Core,
    first: Verified,
    second: Verified,
    trail: int,
    about: Happening,
    judged: tuple[Decision, Obligations],
    seconded: tuple[str, str],
    now: int,
) -> tuple[NewEntry, ...]:
    """Write what both signed into their agency's trail, and for the person one entry under each name.

    `seconded` is the result of the second's entry, and the reason that they gave.
    """
    decision, duties = judged
    what = replace(about, party=core.party(first.signer), policy=decision.reasons)
    told = replace(what, notice=duties.notice.value)
    result, reason = seconded
    mine = replace(told, party=core.party(second.signer), result=result, reason=reason)
    return (
        core.trails.append(core.trails.of("organisation", first.signer.org), what, now),
        deferred.write(core, trail, told, 0, now),
        core.trails.append(trail, mine, now),  # no second message: one tells of both
    )


def told_too(core: Core, org: str, trail: int, what: Happening, now: int) -> tuple[NewEntry, ...]:
    """Write what somebody of `org` said into its trail and, told at once, into the person's list `trail`."""
    return (
        core.trails.append(core.trails.of("organisation", org), what, now),
        deferred.write(core, trail, replace(what, notice="at-once"), 0, now),
    )
