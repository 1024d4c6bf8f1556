"""What the person's own phone told: a source beside the carrier, handed in for one permit by way of the keyholder."""

from __future__ import annotations

from breakseal.courier.keys import CourierKeys
from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model.base import SKEW
from breakseal.kernel.model.fixes import KEPT_SECONDS, handed_info, open_fix
from breakseal.kernel.model.location import Fix, SourceName
from breakseal.kernel.model.permit import Permit

FRESH = 300
"""Seconds up to which the phone's word is enough where any age will do; an older one has the carrier asked too."""
WIDEST = 2_000
"""Metres of radius; a wider fix wins over no other."""


def read_told(keys: CourierKeys, permit: Permit, sealed: bytes, now: int) -> Fix | None:
    """Return the fix that was handed in for `permit`, if it is of use; None without one.

    Raises:
        VerificationError: sealed for another permit or another courier, or changed, or not on the globe.
        FormatError: what was sealed is no fix.
    """
    if not sealed:
        return None
    fix = open_fix(keys.seal, sealed, handed_info(permit.id))
    if abs(fix.lat) > 90_000_000 or abs(fix.lon) > 180_000_000 or fix.radius < 1:
        raise VerificationError("the fix that was handed in is not on the globe", reason="fix-malformed")
    oldest = now - (KEPT_SECONDS if permit.max_age < 0 else min(permit.max_age + SKEW, KEPT_SECONDS))
    return fix if oldest <= fix.at <= now + SKEW else None


def suffices(permit: Permit, told: Fix, now: int) -> bool:
    """Tell whether no carrier need be asked beside this."""
    return told.radius <= WIDEST and told.at >= now - (FRESH if permit.max_age < 0 else permit.max_age)


def choose(carrier: tuple[Fix, SourceName] | None, told: Fix | None) -> tuple[Fix, SourceName] | None:
    """Return the fresher of the two unless it is too wide, then the other; None where there is neither."""
    phone: tuple[Fix, SourceName] | None = None if told is None else (told, "phone")
    known = sorted((one for one in (carrier, phone) if one), key=lambda one: one[0].at, reverse=True)
    return next((one for one in known if one[0].radius <= WIDEST), known[0] if known else None)
