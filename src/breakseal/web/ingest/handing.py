"""Handing what a person's own phone told to a look at them: by the keyholder, who alone opens it, to the courier."""

from __future__ import annotations

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model.fixes import KEPT_SECONDS
from breakseal.keyholder.location.messages import FixForCourier, Located, OpenFix
from breakseal.web.ingest.ports import DeviceStore, SealedFix
from breakseal.web.ports import Asks


async def told_last(devices: DeviceStore, located: Located, now: int) -> SealedFix | None:
    """Return the newest fix of the record that is looked at, if any phone of it told one lately."""
    return await devices.newest(located.handle, now - KEPT_SECONDS)


async def handed(keyholder: Asks, located: Located, newest: SealedFix | None) -> bytes:
    """Return `newest` sealed to the courier for this look; empty without one.

    Whatever stands against it, the look goes on with the carrier alone.
    """
    if newest is None:
        return b""
    question = OpenFix(permit=located.permit, device=newest.device, fix=newest.sealed)
    try:
        return (await keyholder.ask(question, FixForCourier)).sealed
    except BreaksealError:
        return b""
