"""Puts a permit's question to a phone: once, with a code of its own, within the budgets, and never after STOP."""

from __future__ import annotations

import hmac

from breakseal.courier.channels import Channels
from breakseal.courier.codes import check_permit
from breakseal.courier.delivery import KEPT, open_number
from breakseal.courier.events import note
from breakseal.courier.keys import CourierKeys
from breakseal.courier.location.asks import Asks, NewAsk, OpenAsk
from breakseal.courier.location.messages import StartConsent
from breakseal.courier.location.stops import Stops
from breakseal.courier.location.texts import Texts
from breakseal.courier.location.words import Words
from breakseal.courier.outbox.database import Database
from breakseal.courier.outbox.store import Outbox
from breakseal.courier.private import Private
from breakseal.courier.protocol import Started
from breakseal.kernel.errors import UnavailableError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.location import MOST_RATE, Terms, ask_info
from breakseal.kernel.model.permit import Permit
from breakseal.kernel.ports import Clock, Entropy
from breakseal.kernel.seal import aead, hpke

ASK_SIZE = 16
LONGEST = 86_400
"""Seconds for which a question may stay open, whatever the permit says."""
_CODES = 10_000
_FAIR = 2**32 // _CODES * _CODES


class Asking:
    """Answers `StartConsent`."""

    def __init__(
        self,
        *,
        database: Database,
        outbox: Outbox,
        asks: Asks,
        stops: Stops,
        texts: Texts,
        words: Words,
        channels: Channels,
        keys: CourierKeys,
        keyholder: PublicKey,
        regions: tuple[str, ...],
        clock: Clock,
        entropy: Entropy,
        answerable: bool,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._asks = asks
        self._stops = stops
        self._texts = texts
        self._words = words
        self._channels = channels
        self._keys = keys
        self._keyholder = keyholder
        self._regions = regions
        self._clock = clock
        self._entropy = entropy
        self._answerable = answerable

    async def start(self, question: StartConsent) -> Started:
        """Have the permit's question sent. The answer is "waiting" for everybody, stopped or not.

        Raises:
            FormatError, VerificationError: no permit for a question, or terms that cannot be asked by a text.
            RequestError: no number to which a text goes.
            RefusedError: permit used or over, `capture-frequency`, `terms-too-long`, or the processor not enrolled.
            UnavailableError: no text messages or no answers here, keyholder silent, or store failed. Nothing was spent.
        """
        if not self._answerable:
            raise UnavailableError("answers to texts do not come in here", reason="channel-not-offered")
        now = max(self._clock.now(), self._outbox.swept_before())
        permit = check_permit(question.permit, self._keyholder, "consent", now)
        terms = check_terms(permit)
        sealed = canonical.unb64(permit.to)
        number = open_number(self._keys, sealed, self._regions, ask_info(terms.client))
        await self._channels.check("sms")
        who = self._keys.number_mac(number)
        with self._database.transaction():
            code = self._new_code(who, now)
            text = self._words.question(terms, code, question.language)
            ask = self._ask(permit, terms, number, code, question, now)
            silent = self._stops.holds(who, now)
            self._asks.add(ask, silent=silent)
            if not silent:
                self._texts.ask(who, ask.number, text, ask.language, now, ask.expires)
        note("asked", channel="sms")
        return Started(state="waiting")

    def _ask(
        self, permit: Permit, terms: Terms, number: Private, code: Private, question: StartConsent, now: int
    ) -> NewAsk:
        ask = canonical.unb64(permit.about, ASK_SIZE)
        return NewAsk(
            ask=ask,
            permit=permit.id,
            who=self._keys.number_mac(number),
            number=hpke.seal_to(self._keys.point(), number.reveal().encode(), KEPT),
            terms=terms,
            code=aead.seal(self._keys.outbox_key(), code.reveal().encode(), code_place(ask), self._entropy),
            language=question.language,
            taken=now,
            expires=min(permit.expires, now + LONGEST),
        )

    def _new_code(self, who: bytes, now: int) -> Private:
        """Return a code that no other question at this phone has, so that a reply means one of them."""
        taken = {open_code(self._keys, one).reveal() for one in self._asks.open(who, now)}
        while (code := make_code(self._entropy)).reveal() in taken:
            pass
        return code


def check_terms(permit: Permit) -> Terms:
    """Return the terms of a permit's question.

    Raises:
        VerificationError: there are none, or they are more than a text message may agree to.
    """
    terms = permit.terms
    if terms is None or terms.precision == "exact" or not 1 <= terms.rate <= MOST_RATE:
        raise VerificationError("these terms cannot be asked by a text", reason="terms-not-verified")
    return terms


def code_place(ask: bytes) -> bytes:
    """Return the associated data of a question's code."""
    return aead.context("breakseal/courier/ask-code/v1", canonical.b64(ask))


def open_code(keys: CourierKeys, ask: OpenAsk) -> Private:
    """Return the code of a question."""
    return Private(aead.open_sealed(keys.outbox_key(), ask.code, code_place(ask.ask)).decode("ascii"))


def has_code(keys: CourierKeys, ask: OpenAsk, code: Private) -> bool:
    """Say whether `code` is the question's, in constant time."""
    return hmac.compare_digest(open_code(keys, ask).reveal(), code.reveal())


def make_code(entropy: Entropy) -> Private:
    """Return four digits, each code as likely as any other."""
    while True:
        value = int.from_bytes(entropy.token(4), "big")
        if value < _FAIR:
            return Private(f"{value % _CODES:04d}")
