"""The demo telephone's text messages: what the courier sent, and what is answered to it."""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Request, post
from litestar.params import JSONBody

from breakseal.courier.phonebox import PhoneMessage, PhoneReply, read_folder, write_reply
from breakseal.demo.pages import own_page
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.ports import Clock, Entropy

SHOWN = 20


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Answer a text message from the phone `number`."""

    number: Annotated[str, msgspec.Meta(pattern=r"^\+[1-9][0-9]{4,14}$")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=480)]


@dataclass(frozen=True, slots=True)
class Texts:
    """The folder that the courier fills, and the one that it empties."""

    inbox: Path
    replies: Path
    clock: Clock
    entropy: Entropy

    async def newest(self) -> list[PhoneMessage]:
        """Return the last messages, newest first."""
        return (await to_thread(read_folder, self.inbox))[::-1][:SHOWN]

    def put(self, answer: Answer) -> None:
        """Send one answer."""
        name = b64(self.entropy.token(12))
        reply = PhoneReply(sender=answer.number, text=answer.text, at=self.clock.now(), id=name)
        write_reply(self.replies, reply)


def reply_route(texts: Texts) -> Any:  # noqa: ANN401 # Litestar's handler
    """Return the route by which the page answers."""

    @post("/api/reply", status_code=204)
    async def reply(request: Request[Any, Any, Any], data: JSONBody[Answer]) -> None:
        own_page(request)
        await to_thread(texts.put, data)

    return reply
