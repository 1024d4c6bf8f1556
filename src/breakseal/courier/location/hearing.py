"""What people text, and what their carrier says of their numbers: taken once, durably, and obeyed.

Whatever a message does, it does in one transaction with the note that it was heard: a crash repeats it whole or not
at all. STOP holds from that commit on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from breakseal.courier.delivery import KEPT
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location import replies, statements
from breakseal.courier.location.asking import has_code, open_code
from breakseal.courier.location.asks import Asks, OpenAsk
from breakseal.courier.location.inbound.port import Heard
from breakseal.courier.location.reports import NewReport, Reports
from breakseal.courier.location.stops import Stops
from breakseal.courier.location.texts import Texts
from breakseal.courier.location.words import Words
from breakseal.courier.notices import Language
from breakseal.courier.numbers import normalise_sender
from breakseal.courier.outbox.database import Database
from breakseal.courier.private import Private
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import Lasting
from breakseal.kernel.ports import Clock
from breakseal.kernel.seal import hpke

TRIES = 5


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote: the number's HMAC, the number sealed to the courier, the language to answer in, and when."""

    who: bytes
    number: bytes
    language: Language
    at: int
    now: int


class Hearing:
    """The way in for every adapter."""

    def __init__(
        self,
        *,
        database: Database,
        asks: Asks,
        stops: Stops,
        reports: Reports,
        texts: Texts,
        words: Words,
        keys: CourierKeys,
        regions: tuple[str, ...],
        clock: Clock,
    ) -> None:
        self._database = database
        self._asks = asks
        self._stops = stops
        self._reports = reports
        self._texts = texts
        self._words = words
        self._keys = keys
        self._regions = regions
        self._clock = clock

    def hear(self, heard: Heard) -> None:
        """Take one message or event; what came before under the same id does nothing again.

        Raises:
            RequestError: nobody can tell who wrote, or it is a number that is not served.
            UnavailableError: the store failed; nothing of it is kept, and it is to be handed in again.
        """
        number = normalise_sender(heard.number.reveal(), self._regions)
        now = self._clock.now()
        reply = replies.read(heard.text.reveal()) if heard.event == "text" else replies.Reply("stop")
        with self._database.transaction() as connection:
            name = hashlib.sha256(heard.id.encode()).digest()
            if connection.execute(statements.ADD_HEARD, (name, now)).rowcount == 0:
                return
            sender = self._sender(number, reply, min(heard.at, now), now)
            if heard.event == "text":
                self._obey(sender, reply)
            else:
                self._end(sender, "stopped" if heard.event == "opted-out" else "moved", "")
        note("heard", reason=reply.kind if heard.event == "text" else heard.event)

    def _sender(self, number: Private, reply: replies.Reply, at: int, now: int) -> Sender:
        who = self._keys.number_mac(number)
        sealed = hpke.seal_to(self._keys.point(), number.reveal().encode(), KEPT)
        known = self._asks.language(who) or self._texts.language(who)
        return Sender(who, sealed, reply.language or known or "en", at, now)

    def _obey(self, sender: Sender, reply: replies.Reply) -> None:
        match reply.kind:
            case "stop":
                self._end(sender, "stopped", "stopped")
            case "start":
                if self._stops.lift(sender.who, sender.at, sender.now):
                    self._say(sender, "started")
            case "help":
                self._say(sender, "help")
            case _ if not self._stops.holds(sender.who, sender.now):
                self._converse(sender, reply)

    def _end(self, sender: Sender, why: Literal["stopped", "moved"], words: str) -> None:
        """End everything at this number: INVARIANT: before the phone or the keyholder hears of it."""
        if why == "moved":
            self._stops.move(sender.who, sender.at, sender.now)
        else:
            self._stops.stop(sender.who, sender.at)
        for ask in self._asks.open(sender.who, sender.now):
            self._asks.close(ask.ask, "stopped")
        self._reports.drop_yes(sender.who)
        self._texts.drop(sender.who)
        self._reports.add(
            NewReport(
                kind="stopped",
                answer=why,
                who=sender.who,
                number=sender.number,
                language=sender.language,
                reply=words,
            ),
            sender.now,
        )

    def _converse(self, sender: Sender, reply: replies.Reply) -> None:
        asks = self._asks.open(sender.who, sender.now)
        if not asks:
            if reply.kind != "unclear" and self._asks.language(sender.who) is not None:
                self._say(sender, "help" if reply.kind == "language" else "over")
        elif reply.kind == "language":
            self._repeat(sender, asks)
        elif reply.kind == "no":
            self._refuse(sender, asks, reply.code)
        elif reply.kind == "unclear" or not reply.code:
            self._say(sender, "hint")
        else:
            self._agree(sender, asks, reply)

    def _repeat(self, sender: Sender, asks: list[OpenAsk]) -> None:
        for ask in asks:
            self._asks.set_language(ask.ask, sender.language)
            text = self._words.question(ask.terms, open_code(self._keys, ask), sender.language)
            self._texts.reply(sender.who, ask.number, text, sender.language, sender.now)

    def _refuse(self, sender: Sender, asks: list[OpenAsk], code: str) -> None:
        """Refuse the question with this code; without a right one all that are open: to refuse is always safe."""
        meant = [ask for ask in asks if has_code(self._keys, ask, Private(code))]
        for ask in meant or asks:
            self._close(sender, ask, "no", "once", "refused")

    def _agree(self, sender: Sender, asks: list[OpenAsk], reply: replies.Reply) -> None:
        meant = [ask for ask in asks if has_code(self._keys, ask, Private(reply.code))]
        if not meant:
            self._count_wrong(sender, asks)
        elif reply.kind == "day" and meant[0].terms.lasting == "once":
            self._say(sender, "once-only")
        else:
            lasting: Lasting = "day" if reply.kind == "day" else "once"
            self._close(sender, meant[0], "yes", lasting, f"agreed.{lasting}")

    def _count_wrong(self, sender: Sender, asks: list[OpenAsk]) -> None:
        """Count a wrong code at every question that it could have been for."""
        for ask in asks:
            self._asks.count_try(ask.ask)
            if ask.tries + 1 >= TRIES:
                self._asks.close(ask.ask, "spent")
        spent = any(ask.tries + 1 >= TRIES for ask in asks)
        self._say(sender, "spent" if spent else "wrong")

    def _close(
        self, sender: Sender, ask: OpenAsk, answer: Literal["yes", "no"], lasting: Lasting, words: str
    ) -> None:
        self._asks.close(ask.ask, answer)
        report = NewReport(
            kind="answered",
            ask=ask.ask,
            answer=answer,
            lasting=lasting,
            who=sender.who,
            number=sender.number,
            reply=words,
            terms=canonical.encode(ask.terms),
            language=sender.language,
        )
        self._reports.add(report, sender.now)

    def _say(self, sender: Sender, key: str) -> None:
        text = self._words.reply(key, sender.language)
        self._texts.reply(sender.who, sender.number, text, sender.language, sender.now)
