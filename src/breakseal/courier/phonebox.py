"""The demo's phone: a folder of JSON files, one a message. It is no channel for a real person."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path
from typing import Literal

import msgspec

from breakseal.courier.port import DeliveryError, Message, Messenger

MAX_REPLY = 16 * 1024
"""Bytes of one reply's file."""


class PhoneMessage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One message as the demo's phone shows it; `at` is Unix seconds, `to` an E.164 number or a mail address."""

    v: Literal[1] = 1
    channel: Literal["sms", "voice", "mail"]
    to: str
    subject: str
    text: str
    language: Literal["en", "es"]
    at: int


class PhoneReply(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename={"sender": "from"}
):
    """One answer of the demo's phone to a text: `from` is its E.164 number, `at` Unix seconds, `id` comes once."""

    v: Literal[1] = 1
    sender: str
    text: str
    at: int
    id: str


class PhoneboxMessenger(Messenger):
    """Writes each message as `<time>-<reference>.json`, whole or not at all; the same message again replaces itself."""

    def __init__(self, processor: str, folder: Path, channel: Literal["sms", "voice", "mail"]) -> None:
        self.processor = processor
        self._folder = folder
        self._channel = channel

    async def send(self, message: Message) -> None:
        """Put `message` into the folder; see `Messenger.send`."""
        shown = PhoneMessage(
            channel=self._channel,
            to=message.to.reveal(),
            subject=message.subject,
            text=message.text.reveal(),
            language=message.language,
            at=message.made,
        )
        path = self._folder / f"{message.made}-{message.reference}.json"
        try:
            await asyncio.to_thread(write_whole, path, msgspec.json.encode(shown))
        except OSError:
            raise DeliveryError(
                "the phone's folder did not take the message", reason="folder-failed"
            ) from None

    def sweep(self, now: int) -> None:
        """Remove nothing: the demo's phone keeps its messages."""


def write_reply(folder: Path, reply: PhoneReply) -> None:
    """Put a reply into the folder that the courier empties (`location.inbound.phonebox`)."""
    name = hashlib.sha256(reply.id.encode()).hexdigest()[:16]
    write_whole(folder / f"{reply.at}-{name}.json", msgspec.json.encode(reply))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file readable by its owner only, so that it is there whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(handle)
    draft.rename(path)


def read_folder(folder: Path) -> list[PhoneMessage]:
    """Return the messages in `folder`, oldest first."""
    files = sorted(folder.glob("*.json"), key=lambda one: one.name)
    return [msgspec.json.decode(one.read_bytes(), type=PhoneMessage) for one in files]
