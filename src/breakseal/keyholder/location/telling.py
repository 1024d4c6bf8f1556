"""The phone itself is told what was agreed to for it by a key: at once, a day later, and every month.

INVARIANT: a consent by key opens nothing before the courier said that its first text was sent (`consents.find`).
"""

from __future__ import annotations

from breakseal.kernel.model import canonical
from breakseal.kernel.model.desk import HeldConsent
from breakseal.kernel.model.location import Terms, agreed_info
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.kernel.seal import hpke
from breakseal.keyholder.core import Core
from breakseal.keyholder.location import consents
from breakseal.keyholder.location.consents import Agreed
from breakseal.keyholder.location.looking import courier_point
from breakseal.keyholder.permits import LIFE, MAX_TRIES, pause_after
from breakseal.keyholder.vault import DAY

MONTH = 30 * DAY
LISTED = 3
"""Of those who may look, how many a month's text names; of the others it says how many they are."""


def begin(core: Core, agreed: Agreed, challenge: bytes, language: str, now: int) -> None:
    """Plan the first text of a consent by key."""
    core.store.run(
        "INSERT INTO location_by_key VALUES (?, ?, ?, 0)",
        agreed.id, challenge, language,
    )  # fmt: skip
    _plan(core, agreed.id, agreed.idx, now)


def take(core: Core, limit: int, now: int) -> list[bytes]:
    """Return signed permits for the texts that are due; each is offered again later until it is sent or given up."""
    rows = core.store.many(
        "SELECT permit, consent, idx, tries, (SELECT language FROM location_by_key AS k JOIN location_consents AS c"
        " ON c.id = k.consent WHERE c.idx = t.idx AND t.consent IN ('', c.id) ORDER BY c.given DESC LIMIT 1)"
        " FROM location_texts AS t WHERE due <= ? ORDER BY due LIMIT ?",
        now, limit,
    )  # fmt: skip
    taken = []
    for name, consent, idx, tries, language in rows:
        if tries >= MAX_TRIES:
            _over(core, name, now, sent=False)
            continue
        core.store.run(
            "UPDATE location_texts SET tries = tries + 1, due = ? WHERE permit = ?",
            now + pause_after(tries), name,
        )  # fmt: skip
        said = [
            one for one in consents.of_phone(core, idx, now)
            if (one.id == consent if consent else consents.find(core, one.id, now))
        ]  # fmt: skip
        number = consents.number_of(core, said[0]) if said else None
        if number is not None:
            chosen = core.subjects.channels(said[0].handle)
            until = said[0].until if consent else 0
            taken.append(
                _permit(core, name, said, number, until, chosen.language if chosen else language, now)
            )
    return taken


def done(core: Core, permit: str, outcome: str, now: int) -> None:
    """The courier says what became of a text: from the first that was sent on, the consent can be used."""
    if outcome == "sent":
        _over(core, permit, now, sent=True)


def held(core: Core, handle: str, now: int) -> tuple[HeldConsent, ...]:
    """Return the consents of a record as its person reads them."""
    phones = {consents.index(core, view.number): view.id for view in core.numbers.of(handle)}
    return tuple(
        HeldConsent(
            id=one.id, client=one.client, requester=one.requester, recipient=one.recipient, purpose=one.purpose,
            precision=one.precision, number=phones.get(one.idx, ""), rate=one.rate, given=one.given, until=one.until,
            once=one.turns >= 0, by=one.by, **_state(core, one),
        )
        for one in consents.of(core, handle, now)
    )  # fmt: skip


def _state(core: Core, agreed: Agreed) -> dict[str, int]:
    row = core.store.one(
        "SELECT told, coalesce((SELECT min(due) FROM location_texts WHERE consent = k.consent"
        " OR consent = '' AND told > 0 AND idx = ?), 0) FROM location_by_key AS k WHERE consent = ?",
        agreed.idx, agreed.id,
    )  # fmt: skip
    return {} if row is None else {"told": row[0], "next": row[1]}


def _over(core: Core, permit: str, now: int, *, sent: bool) -> None:
    row = core.store.one("SELECT consent, idx FROM location_texts WHERE permit = ?", permit)
    if row is None:
        return
    core.store.run("DELETE FROM location_texts WHERE permit = ?", permit)
    consent, idx = row
    if not consent:
        _plan(core, "", idx, now + MONTH)
    elif sent and core.store.run(
        "UPDATE location_by_key SET told = ? WHERE consent = ? AND told = 0", now, consent
    ):
        _plan(core, consent, idx, now + DAY)
        _plan(core, "", idx, now + MONTH)


def _plan(core: Core, consent: str, idx: bytes, due: int) -> None:
    """Plan a text about one consent, or ("") about all of a phone, of which there is one at a time."""
    core.store.run(
        "INSERT OR IGNORE INTO location_texts VALUES (?, ?, ?, ?, 0)",
        canonical.b64(core.entropy.token(16)), consent, idx, due,
    )  # fmt: skip


def _permit(
    core: Core, name: str, said: list[Agreed], number: str, until: int, language: str, now: int
) -> bytes:
    permit = Permit(
        id=name, kind="agreed", about=canonical.b64(bytes(32)), expires=now + LIFE, until=until,
        to=canonical.b64(hpke.seal_to(courier_point(core, now), number.encode("ascii"), agreed_info(name))),
        agreed=tuple(
            Terms(
                client=one.client, requester=one.requester, recipient=one.recipient, purpose=one.purpose,
                precision=one.precision, rate=one.rate, lasting="day",  # type: ignore[arg-type] # of a read statement
            )
            for one in said[:LISTED]
        ),
        more=max(len(said) - LISTED, 0), language=language,  # type: ignore[arg-type] # likewise
    )  # fmt: skip
    return sign_permit(permit, core.signer)
