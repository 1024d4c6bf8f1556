"""Takes what is due to be told from the keyholder into the outbox, and tells it what became of it."""

from __future__ import annotations

from collections.abc import Callable

from breakseal.courier.codes import check_kind
from breakseal.courier.delivery import KEPT_ADDRESS
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location.telling import Telling
from breakseal.courier.outbox.store import Outbox, Waiting
from breakseal.courier.standing import Keyholder
from breakseal.kernel.errors import BreaksealError, RefusedError, UnavailableError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import address_info
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.ports import Clock
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol

BATCH = 50
"""Permits asked for, and outcomes told, in one round."""


class Intake:
    """One round: ask, keep, and report."""

    def __init__(
        self,
        keyholder: Keyholder,
        key: PublicKey,
        own: CourierKeys,
        outbox: Outbox,
        telling: Telling,
        clock: Clock,
        watch: Callable[[bytes], None],
    ) -> None:
        """`key` is the keyholder's, from the pinned root; `own` the courier's. `watch` takes what is for watches."""
        self._keyholder = keyholder
        self._key = key
        self._own = own
        self._outbox = outbox
        self._telling = telling
        self._clock = clock
        self._watch = watch

    async def take(self) -> int:
        """Take the notices that are due; return how many were new.

        Raises:
            UnavailableError: the keyholder or the store does not answer.
        """
        answer = await self._keyholder.ask(protocol.TakePermits(limit=BATCH), protocol.Permits)
        return sum(self._take_one(data) for data in answer.permits)

    async def tell(self) -> None:
        """Tell the keyholder every outcome that it does not know.

        Raises:
            UnavailableError: it does not answer; it is told later.
        """
        for permit, outcome in self._outbox.untold(BATCH):
            try:
                await self._keyholder.ask(protocol.PermitDone(permit=permit, outcome=outcome), protocol.Done)
            except UnavailableError:
                raise
            except BreaksealError as error:
                note("permit-refused", reason=error.reason)
            self._outbox.mark_told(permit)

    def _take_one(self, data: bytes) -> bool:
        now = max(self._clock.now(), self._outbox.swept_before())
        try:
            permit = read_permit(data, self._key)
            if permit.kind == "watch":
                self._watch(data)
                return False
            return self._keep_live(permit, now)
        except UnavailableError:
            raise
        except BreaksealError as error:
            note("permit-refused", reason=error.reason)
            return False

    def _keep_live(self, permit: Permit, now: int) -> bool:
        try:
            return self._keep(check_kind(permit, "agreed" if permit.kind == "agreed" else "notice", now), now)
        except RefusedError:
            return self._keep_expired(permit, now)

    def _keep(self, permit: Permit, now: int) -> bool:
        """Keep a permit; the keyholder offers one again until it knows that it was sent."""
        state = self._outbox.state_of(permit.id)
        if state == "sent":
            self._outbox.tell_again(permit.id)
            return False
        try:
            message = self._message(permit, now)
        except UnavailableError:
            raise
        except BreaksealError as error:
            return self._keep_unreadable(permit, now, error.reason)
        if state is None:
            self._outbox.add(message)
            note("permit-taken")
            return True
        self._outbox.renew(message)
        return False

    def _message(self, permit: Permit, now: int) -> Waiting:
        if permit.kind == "agreed":
            return self._telling.message(permit, now)
        return _message(permit, now, self._own_address(permit))

    def _own_address(self, permit: Permit) -> bytes:
        """Return the permit's address sealed anew to this courier alone."""
        # SAFETY: opens only for the statement by which the record's own person chose it (`Permit.bound`), so that
        # nobody has an address seen on its way told of another record. Without `bound` it was never tied.
        sealed = canonical.unb64(permit.to)
        address = hpke.open_from(self._own.seal, sealed, address_info(permit.bound))
        return hpke.seal_to(self._own.point(), address, KEPT_ADDRESS)

    def _keep_unreadable(self, permit: Permit, now: int, reason: str) -> bool:
        """Send nothing to an address that is not this record's, nor to the one before; the keyholder hears of it."""
        if self._outbox.state_of(permit.id) is None:
            self._outbox.add(_message(permit, now, b""))
        self._outbox.mark_failed(permit.id, "unreadable")
        self._outbox.tell_again(permit.id)
        note("permit-refused", reason=reason if permit.kind == "agreed" else "address-of-another")
        return False

    def _keep_expired(self, permit: Permit, now: int) -> bool:
        """Give up what came too late, so that the keyholder hears of it."""
        if self._outbox.state_of(permit.id) is None:
            self._outbox.add(_message(permit, now, b""))
            self._outbox.mark_failed(permit.id, "expired")
        self._outbox.tell_again(permit.id)
        return False


def _message(permit: Permit, now: int, recipient: bytes) -> Waiting:
    return Waiting(
        permit=permit.id,
        kind="notice",
        channel="",
        recipient=recipient,
        about=canonical.unb64(permit.about, 32),
        words=permit.words,
        language=permit.language,
        code=b"",
        taken=now,
        expires=permit.expires,
    )
