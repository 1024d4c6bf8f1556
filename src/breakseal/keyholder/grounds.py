"""One look by an officer: on which of the three grounds it stands, and the permit when its entry is proved.

An order of a court, a danger to life, a missing person. None of them knows the others.
"""

from __future__ import annotations

from collections.abc import Callable

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.exigent import asking as exigent
from breakseal.keyholder.exigent import register as requests
from breakseal.keyholder.location.looking import courier_point, locating, looked_at
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.missing import asking as missing
from breakseal.keyholder.missing import register as cases
from breakseal.keyholder.orders import looking
from breakseal.keyholder.orders import register as orders
from breakseal.keyholder.orders.messages import LocateUnder

_LIVE: dict[str, Callable[[Core, bytes], bool]] = {
    "order": orders.is_live,
    "exigent": requests.is_live,
    "missing": cases.is_live,
}


def prepare(core: Core, question: LocateUnder, now: int) -> looking.OrderedLook:
    """Decide and store the officer's look under their case or exigent request, or under an order if it names neither.

    Raises:
        FormatError, VerificationError: not a request to look.
        RefusedError: the case, the exigent request or the order does not allow it.
    """
    verified, asked = looking.asked_under(core, question, now)
    case = cases.find(core, asked.order, verified.signer.id)
    if case is not None:
        return missing.prepare(core, verified, asked, case, now)
    request = requests.find(core, asked.order)
    if request is not None and request.officer == verified.signer.id:
        return exigent.prepare(core, verified, asked, request, now)
    return looking.prepare(core, verified, asked, now)


def release(core: Core, look: looking.OrderedLook, recorded: Recorded, now: int) -> Located:
    """Return the answer: the only way to a permit for a source. Whose phone it is, it says only where they agreed.

    Raises:
        VerificationError: `recorded` proves another entry.
        RefusedError: the order or request was ended since `prepare`.
    """
    if recorded.entry.hash != look.entry.hash:
        raise VerificationError("the proof is of another entry")
    if not _LIVE[look.ground](core, canonical.unb64(look.asked.order, 32)):
        raise RefusedError("the order or request was ended", reason="order-over")
    handle = looked_at(core, look.permit) if look.ground == "missing" else ""
    if look.ground == "missing" and not handle:
        return Located(leaf=look.entry.hash, permit=b"", handle="", until=look.until)
    permit = locating(
        core, courier_point(core, now), look.entry.hash, look.number, look.precision, ground=look.ground,
        expires=look.expires, recipient=canonical.unb64(look.asked.recipient), max_age=look.asked.max_age,
        permit=look.permit,
    )  # fmt: skip
    return Located(leaf=look.entry.hash, permit=permit, handle=handle, until=look.until)
