"""SMS through a gateway of the operator's choice, by Apprise (one URL in a private file)."""

from __future__ import annotations

from urllib.parse import quote

import apprise

from breakseal.courier.events import silence_libraries
from breakseal.courier.keys import read_private
from breakseal.courier.port import DeliveryError, Message, Messenger
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError

_PLACES = ("{number}", "{digits}")
_PROBE = Private("+12025550100")


class AppriseMessenger(Messenger):
    """Hands each message to the gateway behind one Apprise URL; for SMS, and for voice gateways alike.

    Apprise says yes or no only, so every no is "not now": the message is tried until its permit is over.
    """

    def __init__(self, processor: str, url_file: str) -> None:
        """Read the URL and try that Apprise knows it; nothing is sent.

        Raises:
            ConfigError: the file is missing or open to others, or its URL has no place for the recipient.
        """
        silence_libraries()
        self.processor = processor
        self._url = Private(read_private(url_file).decode("utf-8", "replace").strip())
        self._asset = apprise.AppriseAsset(app_id="Breakseal", app_desc="", app_url="", async_mode=True)
        if not any(place in self._url.reveal() for place in _PLACES):
            raise ConfigError(f"the url in `{url_file}` has no `{{number}}` or `{{digits}}`")
        if not self._gateway(_PROBE):
            raise ConfigError(f"apprise does not know the url in `{url_file}`: see its list of services")

    async def send(self, message: Message) -> None:
        """Hand `message` to the gateway; see `Messenger.send`."""
        # SAFETY: Apprise's errors and logs name the recipient, so neither leaves this function.
        try:
            result = await self._gateway(message.to).async_notify(body=message.text.reveal())
            taken = bool(result)
        except Exception:  # noqa: BLE001 # plugins raise anything
            taken = False
        if not taken:
            raise DeliveryError("the gateway did not take the message", reason="gateway-failed") from None

    def sweep(self, now: int) -> None:
        """Keep nothing, so remove nothing."""

    def _gateway(self, number: Private) -> apprise.Apprise:
        digits = number.reveal()
        url = (
            self._url.reveal()
            .replace("{number}", quote(digits, safe=""))
            .replace("{digits}", digits.lstrip("+"))
        )
        gateway = apprise.Apprise(asset=self._asset)
        gateway.add(url)
        return gateway
