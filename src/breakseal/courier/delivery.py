"""Takes messages from the outbox and hands them over, again and again until sent, refused or expired."""

from __future__ import annotations

import asyncio

from breakseal.courier.channels import Channels
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.notices import Wording
from breakseal.courier.numbers import normalise
from breakseal.courier.outbox.store import Outbox, Waiting
from breakseal.courier.port import DeliveryRefusedError, Message, reference_of
from breakseal.courier.private import Private
from breakseal.courier.protocol import ChannelName
from breakseal.kernel.errors import BreaksealError, RequestError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.answers import address_info, claim_info
from breakseal.kernel.model.statements import Address
from breakseal.kernel.ports import Clock
from breakseal.kernel.seal import aead, hpke

CODE_RETRY = 2
LONGEST_RETRY = 3600
AT_ONCE = 8
"""Messages handed over at the same time."""


class Delivery:
    """The sending side of the courier."""

    def __init__(
        self,
        outbox: Outbox,
        channels: Channels,
        keys: CourierKeys,
        wording: Wording,
        clock: Clock,
        *,
        regions: tuple[str, ...],
        retry_seconds: int,
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._keys = keys
        self._wording = wording
        self._clock = clock
        self._regions = regions
        self._retry = retry_seconds
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._busy: set[str] = set()
        self._unmarked: set[str] = set()

    async def deliver_due(self) -> None:
        """Try every message whose time has come.

        Raises:
            UnavailableError: the store failed for one of them, after all were tried.
        """
        due = self._outbox.due(self._clock.now(), 10 * AT_ONCE)
        outcomes = await asyncio.gather(*(self.deliver(message) for message in due), return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome

    async def deliver(self, message: Waiting) -> bool:
        """Try one message once; say whether it is sent.

        Raises:
            UnavailableError: the store failed; the message waits.
        """
        if message.permit in self._busy:
            return False
        self._busy.add(message.permit)
        try:
            async with self._slots:
                return await self._try(message)
        finally:
            self._busy.discard(message.permit)

    def retry_at(self, message: Waiting, now: int) -> int:
        """Return when to try again: twice as long each time, an hour at most."""
        first = self._retry if message.kind == "notice" else CODE_RETRY
        return now + min(LONGEST_RETRY, first << min(message.attempts, 16))

    async def _try(self, message: Waiting) -> bool:
        now = self._clock.now()
        if message.permit in self._unmarked:
            return self._mark_sent(message.permit)
        if now >= message.expires:
            self._give_up(message, "expired")
            return False
        try:
            channel, ready = self._compose(message)
        except BreaksealError:
            self._give_up(message, "unreadable")
            return False
        if not self._outbox.begin_try(message.permit, channel, self.retry_at(message, now)):
            return False  # given up meanwhile: its number said STOP
        return await self._hand_over(message, channel, ready)

    async def _hand_over(self, message: Waiting, channel: ChannelName, ready: Message) -> bool:
        try:
            await self._channels.send(channel, ready)
        except DeliveryRefusedError as error:
            self._give_up(message, error.reason)
            return False
        except BreaksealError as error:
            self._outbox.mark_later(message.permit, error.reason)
            note("not-sent", channel=channel, reason=error.reason, attempt=message.attempts + 1)
            return False
        self._unmarked.add(message.permit)
        note("sent", channel=channel, attempt=message.attempts + 1)
        return self._mark_sent(message.permit)

    def _mark_sent(self, permit: str) -> bool:
        # If the mark fails the message is remembered as handed over: only a crash sends it again.
        self._outbox.mark_sent(permit)
        self._unmarked.discard(permit)
        return True

    def _give_up(self, message: Waiting, reason: str) -> None:
        self._outbox.mark_failed(message.permit, reason)
        note("given-up", channel=message.channel, reason=reason, attempt=message.attempts)

    def _compose(self, message: Waiting) -> tuple[ChannelName, Message]:
        channel, to = self._address(message) if message.kind == "notice" else self._code_number(message)
        subject, text = self._words(message, channel)
        return channel, Message(
            reference=reference_of(message.permit),
            about=message.about,
            kind=message.kind,
            to=to,
            subject=subject,
            text=text,
            language=message.language,
            made=message.taken,
            expires=message.expires,
        )

    def _words(self, message: Waiting, channel: ChannelName) -> tuple[str, Private]:
        if message.kind == "notice" and message.words != "agreed":
            return self._wording.notice(message.words, message.language)
        if message.kind in ("notice", "text"):
            text = aead.open_sealed(self._keys.outbox_key(), message.code, text_place(message.permit))
            return "", Private(text.decode("utf-8"))
        if channel == "mail":
            raise RequestError("no code goes by mail")
        place = aead.context("breakseal/courier/code/v1", message.permit)
        code = aead.open_sealed(self._keys.outbox_key(), message.code, place)
        return self._wording.code(channel, message.language, Private(code.decode("ascii")))

    def _code_number(self, message: Waiting) -> tuple[ChannelName, Private]:
        if not message.channel:
            raise RequestError("a code names its channel")
        return message.channel, open_number(self._keys, message.recipient, self._regions)

    def _address(self, message: Waiting) -> tuple[ChannelName, Private]:
        address = canonical.decode(hpke.open_from(self._keys.seal, message.recipient, KEPT_ADDRESS), Address)
        if address.kind == "sms":
            return "sms", normalise(address.to, self._regions)
        return "mail", Private(address.to)


def text_place(name: str) -> bytes:
    """Return the associated data of a text of a conversation that waits as `name`."""
    return aead.context("breakseal/courier/text/v1", name)


KEPT = claim_info("breakseal/courier/kept")
"""The HPKE info under which the courier keeps a number for itself, once it has checked whose claim it was in."""
KEPT_ADDRESS = address_info("breakseal/courier/kept")
"""The HPKE info under which it keeps an address for itself, once it has checked what that is tied to."""


def open_number(keys: CourierKeys, sealed: bytes, regions: tuple[str, ...], info: bytes = KEPT) -> Private:
    """Return the E.164 number that was sealed to the courier.

    Raises:
        RequestError: it is no number to which a code goes.
        VerificationError: not sealed to this courier for a claim.
    """
    text = hpke.open_from(keys.seal, sealed, info)
    try:
        return normalise(text.decode("ascii"), regions)
    except UnicodeDecodeError:
        raise VerificationError("the claim holds no number", reason="number-invalid") from None
