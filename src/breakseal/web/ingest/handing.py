"""Handing what a person's own phone told to a look at them: by the keyholder, who alone opens it, to the courier."""

from __future__ import annotations

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model.fixes import KEPT_SECONDS
from breakseal.keyholder.location.messages import FixForCourier, Located, OpenFix
from breakseal.web.ingest.ports import DeviceStore
from breakseal.web.ports import Asks


async def handed(devices: DeviceStore, keyholder: Asks, located: Located, now: int) -> bytes:
    """Return the newest fix of the record that is looked at, sealed to the courier for this look; empty without one.

    Whatever stands against it, the look goes on with the carrier alone.
    """
    newest = await devices.newest(located.handle, now - KEPT_SECONDS)
    if newest is None:
        return b""
    question = OpenFix(permit=located.permit, device=newest.device, fix=newest.sealed)
    try:
        return (await keyholder.ask(question, FixForCourier)).sealed
    except BreaksealError:
        return b""
