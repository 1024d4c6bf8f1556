"""Text messages of a conversation: put into the outbox whole, sealed, and within a budget of replies."""

from __future__ import annotations

import hashlib

from breakseal.courier.delivery import text_place
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location import statements
from breakseal.courier.location.telling import about_phone
from breakseal.courier.notices import Language
from breakseal.courier.outbox.database import Database
from breakseal.courier.outbox.store import Outbox, Waiting
from breakseal.courier.private import Private
from breakseal.kernel.ports import Entropy
from breakseal.kernel.seal import aead

DAY = 86_400
HOUR = 3600
PER_DAY = 20
"""Replies a day to one number: two machines that answer each other end there."""
PER_HOUR = 3000
"""Replies an hour to all numbers together: what somebody's made-up senders can cost."""
REPLY_LIFE = 3600
"""Seconds for which a reply is tried; later it would only confuse."""
_MARK = 16


class Texts:
    """The conversation's way to the outbox. Each method works in the transaction around it."""

    def __init__(self, database: Database, outbox: Outbox, keys: CourierKeys, entropy: Entropy) -> None:
        self._database = database
        self._outbox = outbox
        self._keys = keys
        self._entropy = entropy

    def ask(
        self, who: bytes, number: bytes, text: Private, language: Language, now: int, expires: int
    ) -> None:
        """Have `text` sent to the sealed `number` until Unix `expires`; `who` is the number's HMAC."""
        name = f"{_prefix(who)}/{self._entropy.token(12).hex()}"
        self._outbox.add(
            Waiting(
                permit=name,
                kind="text",
                channel="sms",
                recipient=number,
                about=hashlib.sha256(name.encode()).digest(),
                words="neutral",
                language=language,
                code=aead.seal(
                    self._keys.outbox_key(), text.reveal().encode(), text_place(name), self._entropy
                ),
                taken=now,
                expires=expires,
            )
        )

    def reply(self, who: bytes, number: bytes, text: Private, language: Language, now: int) -> None:
        """Have a reply sent, if the number had not too many today."""
        with self._database.direct() as connection:
            had = connection.execute(statements.REPLIES_SINCE, (who, now - DAY)).fetchone()[0]
            everywhere = connection.execute(statements.ALL_REPLIES_SINCE, (now - HOUR,)).fetchone()[0]
            if had >= PER_DAY or everywhere >= PER_HOUR:
                note("not-sent", channel="sms", reason="replies-spent")
                return
            connection.execute(statements.ADD_REPLY, (who, now))
        self.ask(who, number, text, language, now, now + REPLY_LIFE)

    def language(self, who: bytes) -> Language | None:
        """Return the language in which this number was last told of a consent by key, if that was lately."""
        with self._database.direct() as connection:
            row = connection.execute(statements.LAST_AGREED, (about_phone(who),)).fetchone()
        return None if row is None else row[0]

    def drop(self, who: bytes) -> None:
        """Give up every text that still waits for this number."""
        with self._database.direct() as connection:
            connection.execute(statements.DROP_TEXTS, (_prefix(who),))
            connection.execute(statements.DROP_AGREED, (about_phone(who),))


def _prefix(who: bytes) -> str:
    return f"text-{who[:_MARK].hex()}"
