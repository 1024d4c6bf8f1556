"""The words of the conversation about consent, from the catalogue and the permit's terms alone."""

from __future__ import annotations

from datetime import UTC, datetime

from breakseal.courier.location.parts import MOST_PARTS, parts, shorten
from breakseal.courier.notices import Language, load
from breakseal.courier.private import Private
from breakseal.kernel.errors import ConfigError, RefusedError, VerificationError
from breakseal.kernel.model.location import IF_MISSING, Terms
from breakseal.kernel.model.permit import Permit

PURPOSE = "consent.purpose."
PRECISION = "consent.precision."


class Words:
    """Says what is asked, and answers what people text."""

    def __init__(self, name: str, site: str) -> None:
        """Read the catalogue.

        Raises:
            ConfigError: `name` and `site` are so long that a fixed message takes more than three parts.
        """
        self._place = {"name": name, "site": site}
        self._texts = load()
        for language in ("en", "es"):
            for key in ("stopped", "started", "help"):
                if parts(self._say(f"consent.{key}", language)) > MOST_PARTS:
                    raise ConfigError("`name` and `site` are too long for a text message: shorten them")

    def purposes(self) -> frozenset[str]:
        """Return the purposes (terms of W3C DPV) for which there are words."""
        return frozenset(key.removeprefix(PURPOSE) for key in self._texts if key.startswith(PURPOSE))

    def question(self, terms: Terms, code: Private, language: Language) -> Private:
        """Return the whole question; every word of it comes from `terms` and the catalogue.

        Raises:
            VerificationError: purpose or precision have no words.
            RefusedError: the enrolled names are so long that it takes more than three parts.
        """
        purpose, precision = PURPOSE + terms.purpose.removeprefix("dpv:"), PRECISION + terms.precision
        if purpose not in self._texts or precision not in self._texts:
            raise VerificationError("these terms cannot be asked by a text", reason="terms-not-verified")
        text = self._say(
            f"consent.ask.{terms.lasting}",
            language,
            requester=terms.requester,
            recipient=terms.recipient,
            purpose=self._texts[purpose][language],
            precision=self._texts[precision][language],
            rate=str(terms.rate),
            code=code.reveal(),
        )
        if parts(text) > MOST_PARTS:
            raise RefusedError("the names are too long for a text message", reason="terms-too-long")
        return Private(text)

    def agreed(self, permit: Permit) -> Private:
        """Return what tells a phone of a consent by key (`permit.until`), or who may look, as many as fit.

        Raises:
            VerificationError: nothing is to be told, or there are no words for it.
            RefusedError: the enrolled names are so long that it takes more than three parts.
        """
        named, more, language = permit.agreed, permit.more, permit.language
        if not named:
            raise VerificationError("the permit tells nothing", reason="terms-not-verified")
        text = self._told(permit) if permit.until else self._reminded(named, more, language)
        while parts(text) > MOST_PARTS and not permit.until and len(named) > 1:
            named, more = named[:-1], more + 1
            text = self._reminded(named, more, language)
        if parts(text) > MOST_PARTS:
            raise RefusedError("the names are too long for a text message", reason="terms-too-long")
        return Private(text)

    def _told(self, permit: Permit) -> str:
        terms, language = permit.agreed[0], permit.language
        purpose, precision = PURPOSE + terms.purpose, PRECISION + terms.precision
        if terms.purpose == IF_MISSING and precision in self._texts:
            return self._say(
                "consent.by-key-if-missing",
                language,
                requester=terms.requester,
                precision=self._texts[precision][language],
                until=self._day(permit.until, language),
            )
        if purpose not in self._texts or precision not in self._texts:
            raise VerificationError("there are no words for these terms", reason="terms-not-verified")
        return self._say(
            "consent.by-key",
            language,
            requester=terms.requester,
            recipient=terms.recipient,
            purpose=self._texts[purpose][language],
            precision=self._texts[precision][language],
            rate=str(terms.rate),
            until=self._day(permit.until, language),
        )

    def _reminded(self, named: tuple[Terms, ...], more: int, language: Language) -> str:
        who = ", ".join(self._named(one, language) for one in named)
        if more:
            who = self._say("consent.and-more", language, who=who, more=str(more))
        return self._say("consent.who-may", language, who=who)

    def _named(self, terms: Terms, language: Language) -> str:
        if terms.purpose == IF_MISSING:
            return self._say("consent.if-missing", language, requester=terms.requester)
        return f"{terms.recipient} ({terms.requester})"

    def _day(self, at: int, language: Language) -> str:
        """Return the day of Unix `at`, in UTC: nobody knows where the phone is."""
        day = datetime.fromtimestamp(at, UTC)
        return f"{day.day} {self._say(f'consent.month.{day.month}', language)} {day.year}"

    def reply(self, key: str, language: Language, terms: Terms | None = None) -> Private:
        """Return the words `consent.<key>`, with the names of `terms` where they are said."""
        names = {"requester": terms.requester, "recipient": terms.recipient} if terms else {}
        return Private(self._say(f"consent.{key}", language, **names))

    def _say(self, key: str, language: str, **values: str) -> str:
        return shorten(self._texts[key][language].format(**self._place, **values))
