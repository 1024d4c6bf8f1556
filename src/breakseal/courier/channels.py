"""The configured channels: each an adapter that sends only if its processor is enrolled."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

from breakseal.courier.config import Adapter, CourierConfig, Desk, Gateway, Phonebox, Smtp
from breakseal.courier.desk import DeskMessenger
from breakseal.courier.mail import MailMessenger
from breakseal.courier.phonebox import PhoneboxMessenger
from breakseal.courier.port import DeliveryError, Message, Messenger
from breakseal.courier.protocol import ChannelName, ChannelState
from breakseal.courier.sms import AppriseMessenger
from breakseal.courier.standing import Standing
from breakseal.courier.voice import VoiceMessenger
from breakseal.kernel.errors import BreaksealError, ConfigError, UnavailableError
from breakseal.kernel.ports import Clock

SEND_SECONDS = 60.0
"""After this a channel counts as having failed."""


class Channels:
    """The only way to an adapter. INVARIANT: nothing is sent to a processor that is not in the register."""

    def __init__(self, adapters: dict[ChannelName, Messenger], standing: Standing, clock: Clock) -> None:
        self.adapters = adapters
        self._standing = standing
        self._clock = clock
        self._failures: dict[ChannelName, tuple[str, int]] = {}

    async def check(self, channel: ChannelName) -> None:
        """Pass if something can be sent over `channel` as far as is known.

        Raises:
            UnavailableError: no such channel here, or the keyholder does not answer.
            RefusedError: its processor is not enrolled.
        """
        await self._standing.check_processor(self._adapter(channel).processor)

    async def send(self, channel: ChannelName, message: Message) -> None:
        """Send `message`, and keep how that went.

        Raises:
            DeliveryError, RefusedError, UnavailableError: not now.
            DeliveryRefusedError: never.
        """
        try:
            adapter = self._adapter(channel)
            await self._standing.check_processor(adapter.processor)
            async with asyncio.timeout(SEND_SECONDS):
                await adapter.send(message)
        except TimeoutError:
            self._failures[channel] = ("channel-slow", self._clock.now())
            raise DeliveryError("the channel took too long", reason="channel-slow") from None
        except BreaksealError as error:
            self._failures[channel] = (error.reason, self._clock.now())
            raise
        self._failures.pop(channel, None)

    def states(self) -> tuple[ChannelState, ...]:
        """Return each configured channel with its last failure."""
        found = []
        for channel in self.adapters:
            reason, since = self._failures.get(channel, ("", 0))
            found.append(ChannelState(channel=channel, reason=reason, since=since))
        return tuple(found)

    def sweep(self, now: int) -> None:
        """Have each adapter remove what is over."""
        for adapter in self.adapters.values():
            adapter.sweep(now)

    def _adapter(self, channel: ChannelName) -> Messenger:
        adapter = self.adapters.get(channel)
        if adapter is None:
            raise UnavailableError("this way of sending is not offered here", reason="channel-not-offered")
        return adapter


def build_adapters(config: CourierConfig) -> dict[ChannelName, Messenger]:
    """Return the configured adapters.

    Raises:
        ConfigError: one names a file or an address that does not serve.
    """
    configured: tuple[tuple[ChannelName, Adapter | None], ...] = (
        ("sms", config.sms),
        ("voice", config.voice),
        ("desk", config.desk),
        ("mail", config.mail),
    )
    return {channel: _build(channel, adapter) for channel, adapter in configured if adapter is not None}


def _build(channel: ChannelName, adapter: Adapter) -> Messenger:
    match adapter:
        case Gateway() if channel == "voice":
            return VoiceMessenger(adapter.processor, adapter.url_file)
        case Gateway():
            return AppriseMessenger(adapter.processor, adapter.url_file)
        case Phonebox():
            return PhoneboxMessenger(adapter.processor, Path(adapter.folder), _shown(channel))
        case Desk():
            return DeskMessenger(adapter.processor, Path(adapter.folder))
        case Smtp():
            return MailMessenger(adapter)
    raise ConfigError(f"no adapter for `{channel}`")


def _shown(channel: ChannelName) -> Literal["sms", "voice", "mail"]:
    if channel == "desk":
        raise ConfigError("the demo's phone shows no slips: name a `desk` adapter")
    return channel
