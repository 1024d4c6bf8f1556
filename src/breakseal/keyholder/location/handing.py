"""Handing a fix of the person's own phone to the courier, for one look that is logged; it asks the carrier the less."""

from __future__ import annotations

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.fixes import CATEGORY, fix_info, handed_info, open_fix, seal_fix
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.seal.fixkeys import derive_pair
from breakseal.kernel.seal.hpke import parse_recipient
from breakseal.keyholder.authority import consume
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import looking
from breakseal.keyholder.location.messages import FixForCourier, OpenFix


def hand(core: Core, question: OpenFix, now: int) -> FixForCourier:
    """Open a fix with the record's key and seal it to the courier, who makes it no more precise than was agreed.

    The permit is this keyholder's own word that the look is logged, so it stands for the proof. The record is
    the consent's, never the question's; each permit takes one fix.

    Raises:
        FormatError, VerificationError: not a permit of ours, or not a fix of this record and device.
        RefusedError: no live look ("no-look"), used before ("replayed"), or no such key is held ("no-fix-key").
        UnavailableError: no courier is enrolled.
    """
    permit = read_permit(question.permit, core.signer.key)
    handle = _record(core, permit, now)
    record = core.subjects.record(handle, CATEGORY)
    if record is None:
        raise RefusedError("this record takes no fixes of a phone", reason="no-fix-key")
    point = parse_recipient(looking.courier_point(core, now))
    private = derive_pair(core.subjects.data_key(handle, record))
    fix = open_fix(private, question.fix, fix_info(handle, question.device))
    consume(core, canonical.digest(handed_info(permit.id)), permit.expires)
    return FixForCourier(sealed=seal_fix(point, fix, handed_info(permit.id)))


def _record(core: Core, permit: Permit, now: int) -> str:
    """Return whose fix a permit may have now: a live look's, under a consent that stands and is not withheld."""
    handle = looking.looked_at(core, permit.id)
    if permit.kind != "locate" or permit.expires <= now or not handle:
        raise RefusedError("there is no live look under this permit", reason="no-look")
    return handle
