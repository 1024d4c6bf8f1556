"""Watching an area: begun and ended by a client, planned by the keyholder, told by the courier alone.

Each check is a look: permitted by consent and policy now, counted against the consent's rate, listed, logged and proved
before its permit leaves. The web tier sees neither check nor answer. Whatever is told, its start and end too, is told
under a consent that stands: with the consent all of it ends, and nobody is told even that.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical, jws
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.model.location import Watched, locate_info
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.kernel.seal import aead, hpke
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.location import asks, consents, looking, tokens
from breakseal.keyholder.location.consents import Agreed
from breakseal.keyholder.location.judging import check_client, judge
from breakseal.keyholder.location.messages import AskWatches, Watch, Watches, WatchView
from breakseal.keyholder.location.proofs import no_token, prover_of
from breakseal.keyholder.store import Row
from breakseal.keyholder.trails import NewEntry

PATH = "/geofencing-subscriptions/v0.5/subscriptions"
MOST = 3
"""Watches that may live under one consent."""
MOST_BEGUN = 12
"""Watches under one consent that live, or ended within the hour."""
FAREWELL = 60
"""Seconds before its consent's end at which a watch ends, so that it can still be said."""
MAX_SEALED = 16 * 1024
"""Characters of a sealed sink with its token, and of the web tier's note, together."""
MOST_AT_ONCE = 8
"""What one question of the courier's brings forth at most, since emergencies may wait behind it."""
OLDEST = 300
"""Seconds: the age up to which a fix says where the phone is now."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What is due for a watch, not signed yet. INVARIANT: only `plan` makes one, and only `release` takes one.

    `entry` is the stored leaf of a look, which waits for its proof; None where nobody is located.
    """

    permit: Permit
    entry: NewEntry | None


def begin(core: Core, question: Watch, now: int) -> Watches:
    """Keep a watch of the client that proves this request; it is due at once.

    Raises:
        FormatError: not a watch that can be kept.
        RefusedError: not with this token ("no-token"), not under a consent to one answer ("once-only"), or too many.
    """
    watch = question.watch
    looking.check_area(watch.area)
    client = prover_of(core, question, now)
    # SAFETY: what is told at the end is told without a look, so it must be an end.
    kept = len(watch.sink + watch.view) <= MAX_SEALED and watch.left and watch.tell.endswith("_EXPIRED")
    named = watch.id == canonical.b64(jws.parse(question.proof).digest[:16]) and question.path == PATH
    if not (named and kept):
        raise FormatError("not a watch that can be kept", reason="watch")
    check_client(core, client, now)
    found = tokens.consent_of(core, question.token, client, now)
    until = 0 if found is None else min(question.until, found[0].until - FAREWELL)
    if found is None or until <= now:
        raise no_token()
    if found[0].turns >= 0:
        raise RefusedError("this consent is to one answer", reason="once-only")
    agreed = found[0]
    ends = [
        row[0] for row in core.store.many("SELECT until FROM location_watches WHERE consent = ?", agreed.id)
    ]
    if len(ends) >= MOST_BEGUN or sum(end > now for end in ends) >= MOST:
        raise RefusedError("there are too many watches: end one, or wait", reason="too-many-watches")
    key, place = core.vault.get(f"subject/{agreed.handle}"), aead.context("watch", agreed.handle, watch.id)
    core.store.run(
        "INSERT INTO location_watches VALUES (?, ?, ?, 'started', ?, ?, ?)",
        watch.id, agreed.id, aead.seal(key, canonical.encode(watch), place, core.entropy), watch.left, until, now,
    )  # fmt: skip
    return Watches(watches=(WatchView(id=watch.id, until=until, view=watch.view),))


def of_client(core: Core, question: AskWatches, now: int) -> Watches:
    """Return what the client watches under its token's consent, or the one that it names; end that where it asks so.

    Raises:
        RefusedError: not with this token ("no-token"), or there is no such watch of this client's ("no-watch").
    """
    found = tokens.consent_of(core, question.token, prover_of(core, question, now), now)
    if found is None:
        raise no_token()
    rows = core.store.many(
        "SELECT id, until, sealed FROM location_watches WHERE consent = ? AND until > ? ORDER BY id",
        found[0].id, now,
    )  # fmt: skip
    every = question.path == PATH and question.method == "GET"
    views = tuple(
        WatchView(id=name, until=until, view=_open(core, found[0].handle, name, sealed).view)
        for name, until, sealed in rows
        if every or question.path == f"{PATH}/{name}"
    )
    if not (every or views):
        raise RefusedError("there is no such watch of this client", reason="no-watch")
    if question.method == "DELETE":
        core.store.run(
            "UPDATE location_watches SET tell = 'SUBSCRIPTION_DELETED', until = ?, next = ? WHERE id = ?",
            now, now, views[0].id,
        )  # fmt: skip
    return Watches(watches=views)


def plan(core: Core, now: int) -> list[Planned]:
    """Do what is due, and store the entries of looks; inside a transaction. What may not be done now is put off."""
    rows = core.store.many(
        "SELECT consent, id, sealed, tell, left, until FROM location_watches WHERE next <= ? AND tell != ''"
        " ORDER BY next LIMIT ?",
        now, MOST_AT_ONCE,
    )  # fmt: skip
    return [one for row in rows if (one := _due(core, row, now))]


def release(core: Core, planned: list[Planned], logged: dict[bytes, Recorded], now: int) -> tuple[bytes, ...]:
    """Return the permits of what is logged, where it was a look, and stands: the only way to one for a watch."""
    return tuple(
        sign_permit(one.permit, core.signer)
        for one in planned
        if (one.entry is None or one.entry.hash in logged) and stands(core, one.permit.id, now)
    )


def stands(core: Core, permit: str, now: int) -> bool:
    """Tell whether what a permit for a watch allows still stands, as the courier asks right before it tells."""
    row = core.store.one(
        "SELECT c.handle, w.until, EXISTS (SELECT 1 FROM location_looks WHERE permit = ?)"
        " FROM location_watches AS w JOIN location_consents AS c ON c.id = w.consent WHERE w.id = ? AND c.until > ?",
        permit, permit.partition(".")[0], now,
    )  # fmt: skip
    return row is not None and (not row[2] or (row[1] > now and not looking.withheld(core, row[0])))


def _due(core: Core, row: Row, now: int) -> Planned | None:
    agreed = consents.find(core, row[0], now)
    later = now + (-(-3600 // agreed.rate) if agreed else 3600)
    core.store.run(
        "UPDATE location_watches SET next = CASE WHEN until > ?1 THEN min(?2, until) ELSE ?2 END WHERE id = ?3",
        now, later, row[1],
    )  # fmt: skip
    try:
        with core.store.savepoint():
            return None if agreed is None else _plan(core, agreed, now, *row[1:])
    except (FormatError, RefusedError, VerificationError):
        core.forget()  # the rate is spent, a client may not any more, a key is gone: the others go on
        return None


def _plan(
    core: Core, agreed: Agreed, now: int, watch: str, sealed: bytes, tell: str, left: int, until: int
) -> Planned | None:
    number, name = consents.number_of(core, agreed), f"{watch}.{canonical.b64(core.entropy.token(16))}"
    if number is None:
        raise no_token()
    kept = _open(core, agreed.handle, watch, sealed)
    entry, precision, then = None, "yes-or-no", ""
    if until <= now:
        tell = tell if tell == "SUBSCRIPTION_DELETED" else kept.tell
    elif tell == "started":
        then = "first"
    else:
        looked = _look(core, agreed, name, now, first=tell == "first")
        if looked is None:
            return None
        entry, precision = looked
        tell = then = "check"
    core.store.run(
        "UPDATE location_watches SET tell = ?1, next = CASE ?1 WHEN 'first' THEN ?2 ELSE next END WHERE id = ?3",
        then, now, watch,
    )  # fmt: skip
    to = hpke.seal_to(looking.courier_point(core, now), number.encode("ascii"), locate_info(name))
    permit = Permit(
        id=name, kind="watch", ground="consent", to=canonical.b64(to),
        about=canonical.b64(entry.hash) if entry else NO_LINK,
        precision=precision, max_age=OLDEST, expires=now + looking.PERMIT_LIFE,  # type: ignore[arg-type] # a precision
        watch=replace(kept, tell=tell, left=left, view=""),
    )  # fmt: skip
    return Planned(permit, entry)


def _look(core: Core, agreed: Agreed, permit: str, now: int, *, first: bool) -> tuple[NewEntry, str] | None:
    """Store the entry of a look, counted like any other; the person is sent a message about a watch's first only.

    None if it is withheld: that is counted too, or the client's own looks would show a pause.
    """
    client = core.holders.find(agreed.client, now)
    check_client(core, client, now)
    decision = judge(core, client, now, given=agreed.given, by_key=agreed.by == "key")
    same = (agreed.requester, agreed.recipient) == asks.names(core, client)
    if decision.obligations is None or not same:
        raise no_token()
    silent = bool(looking.withheld(core, agreed.handle))
    looking.count(core, agreed, permit, now, withheld=silent)
    if silent:
        return None
    coarse = looking.stricter(agreed.precision, decision.obligations.precision)
    precision = coarse if coarse in ("region", "10km") else "yes-or-no"
    entry = looking.entry_of(
        core, agreed, decision, "", precision, now + decision.obligations.view_seconds, now, marks=("watch",)
    )
    if first:
        core.permits.plan(agreed.handle, entry.hash, "", now)
    return entry, precision


def _open(core: Core, handle: str, name: str, sealed: bytes) -> Watched:
    key = core.vault.get(f"subject/{handle}")
    return canonical.decode(aead.open_sealed(key, sealed, aead.context("watch", handle, name)), Watched)
