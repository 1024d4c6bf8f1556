"""Mail to the configured host (RFC 5321), with STARTTLS (RFC 3207) or TLS from the start (RFC 8314)."""

from __future__ import annotations

import re
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

import aiosmtplib

from breakseal.courier.config import Smtp
from breakseal.courier.events import silence_libraries
from breakseal.courier.keys import read_private
from breakseal.courier.port import DeliveryError, DeliveryRefusedError, Message, Messenger
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError

_ADDRESS = re.compile(r"[^\s@<>\"(),:;\[\]\\]{1,64}@[A-Za-z0-9.-]{1,190}\.?[A-Za-z0-9-]{1,63}")
TIMEOUT = 20.0
"""Seconds for each step of the exchange."""


class MailMessenger(Messenger):
    """Sends notices through one mail host. The message's id is its reference, so that a repeat is seen as one."""

    def __init__(self, config: Smtp) -> None:
        """Read the password and certificates.

        Raises:
            ConfigError: a file is missing, open to others, or holds no certificate; the sender is no address.
        """
        silence_libraries()
        self.processor = config.processor
        self._config = config
        self._password = (
            Private(read_private(config.password_file).decode().strip()) if config.password_file else None
        )
        self._tls = _tls_context(config)
        if not _ADDRESS.fullmatch(config.sender):
            raise ConfigError("`sender` is no mail address")

    async def send(self, message: Message) -> None:
        """Hand `message` to the mail host; see `Messenger.send`."""
        # SAFETY: the library's errors name the recipient, so none is chained or shown.
        mail = self._compose(message)
        try:
            await self._submit(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
        except aiosmtplib.SMTPResponseException as error:
            codes = [error.code]
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError):
            codes = [0]
        else:
            return
        if codes and all(code in {550, 551, 553} for code in codes):
            raise DeliveryRefusedError(
                "the mail host refuses this address for good", reason="address-refused"
            )
        raise DeliveryError("the mail host did not take the message", reason="mail-host-failed")

    def sweep(self, now: int) -> None:
        """Keep nothing, so remove nothing."""

    def _compose(self, message: Message) -> EmailMessage:
        to = message.to.reveal()
        if not _ADDRESS.fullmatch(to):
            raise DeliveryRefusedError("the address is no mail address", reason="address-invalid")
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._config.sender
        mail["To"] = to
        mail["Subject"] = message.subject
        mail["Date"] = formatdate(message.made)
        mail["Message-ID"] = f"<{message.reference.lower()}@{self._config.sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers to us
        mail.set_content(message.text.reveal() + "\n")
        mail["Content-Language"] = message.language
        return mail

    async def _submit(self, mail: EmailMessage) -> None:
        await aiosmtplib.send(
            mail,
            hostname=self._config.host,
            port=self._config.port,
            username=self._config.account or None,
            password=self._password.reveal() if self._password else None,
            use_tls=self._config.tls == "tls",
            start_tls=self._config.tls == "starttls",
            tls_context=self._tls,
            timeout=TIMEOUT,
        )


def _tls_context(config: Smtp) -> ssl.SSLContext | None:
    if config.tls == "none":
        return None
    try:
        context = ssl.create_default_context(cafile=config.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError("`ca_file` holds no certificate") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
