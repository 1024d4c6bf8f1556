"""Companies that may ask nobody where a phone is, because nobody vouched for them this quarter: for `doctor`."""

from __future__ import annotations

import httpx
import msgspec

from breakseal.bootstrap.standing import Missing
from breakseal.config import Config
from breakseal.kernel.ports import Clock
from breakseal.keyholder.protocol import OrganisationFact

TIMEOUT = 5.0


class _Facts(msgspec.Struct, frozen=True, kw_only=True):
    organisations: tuple[OrganisationFact, ...] = ()


def suspended(config: Config, clock: Clock) -> tuple[Missing, ...]:
    """Return a finding for each such company, as the door's facts tell; nothing if the door does not answer."""
    try:
        answer = httpx.get(f"{config.settings.door.origin}/api/facts", timeout=TIMEOUT)
        facts = msgspec.json.decode(answer.content, type=_Facts)
    except (httpx.HTTPError, httpx.InvalidURL, msgspec.MsgspecError):
        return ()
    return tuple(
        Missing(
            "suspended-client",
            f"{one.name} may ask nobody where a phone is: the overseers have not signed its enrolment for 92 days",
            f"check it, then have two of them sign it again (`breakseal org client`, id `{one.org}`)",
        )
        for one in facts.organisations
        if one.kind == "company" and one.proved_until <= clock.now()
    )
