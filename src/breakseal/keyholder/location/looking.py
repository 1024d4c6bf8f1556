"""One look, in the fixed order: decide, prepare, record, and only then permit the courier to ask a source."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from breakseal.kernel.errors import FormatError, RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.enrolments import EnrolCourier
from breakseal.kernel.model.location import PRECISIONS, SMALLEST_AREA, Area, LocationPrecision, locate_info
from breakseal.kernel.model.permit import Ground, Permit, sign_permit
from breakseal.kernel.model.signed import read
from breakseal.kernel.policy.decision import Decision
from breakseal.kernel.policy.words import Precision
from breakseal.kernel.seal import hpke
from breakseal.keyholder.core import Core
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.facts import courier_enrolment
from breakseal.keyholder.location import consents, tokens
from breakseal.keyholder.location.consents import Agreed
from breakseal.keyholder.location.judging import check_client, judge
from breakseal.keyholder.location.messages import Locate, Located
from breakseal.keyholder.location.proofs import no_token, prover_of
from breakseal.keyholder.trails import Happening, NewEntry
from breakseal.keyholder.vault import DAY

PATHS = {"/location-retrieval/v0.5/retrieve": False, "/location-verification/v3/verify": True}
"""The requests that locate, and whether they name an area. A proof of any other request locates nobody."""
PERMIT_LIFE = 15
LOST = 4 * PERMIT_LIFE
"""Seconds after which a permit of which the courier, when it asks for more, has told nothing never reached it."""
MAX_TRIES = 3
"""How often a consent to one answer can be tried when the courier reports that nothing came of it."""
_LIMITS: dict[Precision, LocationPrecision] = {
    Precision.YES_OR_NO: "yes-or-no",
    Precision.COARSE: "1km",
    Precision.EXACT: "exact",
}


@dataclass(frozen=True, slots=True)
class Look:
    """A stored entry that waits for its proof. INVARIANT: only `prepare` makes one, and only `release` takes one."""

    entry: NewEntry
    agreed: Agreed
    number: str
    withheld: bool
    precision: LocationPrecision
    until: int
    asked: Locate
    point: bytes
    permit: str
    expires: int


def prepare(core: Core, question: Locate, now: int) -> Look:
    """Make every check but the proof of the entry, and store the entry; inside a transaction.

    Raises:
        FormatError: not a question that can be asked.
        RefusedError: this client may locate nobody, not with this token ("no-token"), or not so often ("too-many").
    """
    _check_question(question)
    client = prover_of(core, question, now)
    check_client(core, client, now)
    point = courier_point(core, now)  # before anything is written down
    found = tokens.consent_of(core, question.token, client, now)
    number = None if found is None else consents.number_of(core, found[0])
    if found is None or number is None:
        raise no_token()
    agreed = found[0]
    decision = judge(core, client, now, given=agreed.given, by_key=agreed.by == "key")
    if decision.obligations is None:
        raise no_token()
    precision = stricter(agreed.precision, decision.obligations.precision)
    if precision == "yes-or-no" and question.area is None:
        raise no_token()
    silent = withheld(core, agreed.handle)
    permit = canonical.b64(core.entropy.token(16))
    count(core, agreed, permit, now, withheld=bool(silent))
    until = now + decision.obligations.view_seconds
    entry = entry_of(core, agreed, decision, silent, precision, until, now)
    core.permits.plan(agreed.handle, entry.hash, "", now, series=f"looks/{agreed.id}/{now // DAY}")
    return Look(
        entry, agreed, number, bool(silent), precision, until, question, point, permit, now + PERMIT_LIFE
    )


def release(core: Core, look: Look, recorded: Recorded) -> Located:
    """Return the answer: the only way to a permit for a source.

    Raises:
        VerificationError: `recorded` proves another entry.
        RefusedError: the consent was ended since `prepare` ("no-token").
    """
    if recorded.entry.hash != look.entry.hash:
        raise VerificationError("the proof is of another entry")
    if core.store.one("SELECT 1 FROM location_consents WHERE id = ?", look.agreed.id) is None:
        raise no_token()
    silent = look.withheld or bool(withheld(core, look.agreed.handle))
    return Located(
        leaf=look.entry.hash,
        permit=b"" if silent else _permit(core, look),
        handle=look.agreed.handle,
        until=look.until,
    )


def done(core: Core, permit: str, outcome: str) -> None:
    """The courier says what became of a permit: a consent to one answer is used up by it, or given back."""
    row = core.store.one(
        "SELECT consent FROM location_looks WHERE permit = ? AND outcome IN ('', 'withheld')", permit
    )
    if row is None:
        return
    core.store.run("UPDATE location_looks SET outcome = ? WHERE permit = ?", outcome, permit)
    if outcome == "sent":
        core.store.run("DELETE FROM location_consents WHERE id = ? AND turns = 0", row[0])
    else:
        core.store.run(
            "UPDATE location_consents SET turns = 1 WHERE id = ? AND turns = 0 AND tries < ?",
            row[0],
            MAX_TRIES,
        )


def settle(core: Core, now: int) -> None:
    """Count as failed what the courier, who has told all that it knows, never heard of; inside a transaction.

    So a look that was withheld, or whose permit was lost, uses up no consent to one answer, and no pause shows.
    """
    rows = core.store.many(
        "SELECT permit FROM location_looks WHERE outcome IN ('', 'withheld')"
        " AND at < CASE outcome WHEN '' THEN ? ELSE ? END",
        now - LOST, now,
    )  # fmt: skip
    for (permit,) in rows:
        done(core, permit, "failed")


def stricter(agreed: str, allowed: Precision) -> LocationPrecision:
    """Return the stricter of what the person agreed to and what the policy allows."""
    return next(one for one in PRECISIONS if one in (agreed, _LIMITS[allowed]))


def _check_question(question: Locate) -> None:
    if PATHS.get(question.path) is not (question.area is not None):
        raise FormatError("not a request that locates a phone", reason="path")
    hpke.parse_recipient(question.recipient)
    if question.max_age < -1:
        raise FormatError("an age is a number of seconds, or -1 for any", reason="max-age")
    if question.area is not None:
        check_area(question.area)


def check_area(area: Area) -> None:
    """Check that an area can be asked about; raises FormatError."""
    if abs(area.lat) > 90_000_000 or abs(area.lon) > 180_000_000 or area.radius < SMALLEST_AREA:
        raise FormatError(f"an area is on earth, of at least {SMALLEST_AREA} m radius", reason="area")


def withheld(core: Core, handle: str) -> str:
    """Return why nobody is located now, though the consent holds; to the client it reads as unavailable."""
    if core.subjects.get(handle).frozen:
        return "unavailable"
    return "paused" if consents.is_paused(core, handle) else ""


def looked_at(core: Core, permit: str) -> str:
    """Return whose phone the look under `permit` is at, if its consent stands and is not withheld; or nothing.

    SAFETY: a consent of the record's own key. A yes by text is the word of whoever holds one phone; the record's
    devices may be others, and of somebody else.
    """
    row = core.store.one(
        "SELECT c.handle FROM location_looks AS l JOIN location_consents AS c ON c.id = l.consent"
        " WHERE l.permit = ? AND l.outcome = '' AND c.by = 'key'",
        permit,
    )
    return "" if row is None or withheld(core, row[0]) else str(row[0])


def count(core: Core, agreed: Agreed, permit: str, now: int, *, withheld: bool) -> None:
    """Count the look against the rate, of any sixty minutes, and against a consent to one answer, withheld or not."""
    row = core.store.one(
        "SELECT count(*) FROM location_looks WHERE consent = ? AND at > ?", agreed.id, now - 3600
    )
    if row is None or row[0] >= agreed.rate:
        raise RefusedError("more looks in an hour than the person agreed to: wait", reason="too-many")
    outcome = "withheld" if withheld else ""
    core.store.run("INSERT INTO location_looks VALUES (?, ?, ?, ?)", permit, agreed.id, now, outcome)
    core.store.run(
        "UPDATE location_consents SET turns = turns - 1, tries = tries + 1 WHERE id = ? AND turns > 0",
        agreed.id,
    )


def entry_of(
    core: Core,
    agreed: Agreed,
    decision: Decision,
    withheld: str,
    precision: str,
    until: int,
    now: int,
    marks: tuple[str, ...] = (),
) -> NewEntry:
    """Store the entry of a look under a consent."""
    what = Happening(
        type="disclose", party=agreed.party, result=withheld or "located", purpose="location-consented",
        basis="consent", basis_digest=agreed.basis, notice="at-once", categories=("location.fix",),
        precision=precision, until=until, policy=decision.reasons, reason=agreed.purpose, marks=marks, target="look",
    )  # fmt: skip
    return core.trails.append(core.subjects.get(agreed.handle).trail, what, now)


def _permit(core: Core, look: Look) -> bytes:
    asked = look.asked
    return locating(
        core, look.point, look.entry.hash, look.number, look.precision, expires=look.expires, recipient=asked.recipient,
        max_age=asked.max_age, permit=look.permit, area=asked.area,
    )  # fmt: skip


def courier_point(core: Core, now: int) -> bytes:
    """Return the point to which numbers are sealed for the courier.

    Raises:
        UnavailableError: no courier is enrolled.
    """
    envelope = courier_enrolment(core, now)
    if not envelope:
        raise UnavailableError("no courier is enrolled that could ask a source", reason="courier-missing")
    return _point_in(envelope)


@lru_cache(maxsize=4)
def _point_in(envelope: bytes) -> bytes:
    statement = read(envelope)[1]
    assert isinstance(statement, EnrolCourier), "INVARIANT: kept as what it is"  # noqa: S101 # tells the type checker
    return canonical.unb64(statement.seal, 65)


def locating(
    core: Core,
    point: bytes,
    leaf: bytes,
    number: str,
    precision: LocationPrecision,
    *,
    ground: Ground = "consent",
    expires: int,
    recipient: bytes,
    max_age: int,
    permit: str = "",
    area: Area | None = None,
) -> bytes:
    """Return the permit by which the courier, whose `point` it is, asks a source.

    Only `release`, here and under orders, may call it.
    """
    name = permit or canonical.b64(core.entropy.token(16))
    told = Permit(
        id=name, kind="locate", about=canonical.b64(leaf), precision=precision, max_age=max_age, area=area,
        ground=ground, to=canonical.b64(hpke.seal_to(point, number.encode("ascii"), locate_info(name))),
        recipient=canonical.b64(recipient), expires=expires,
    )  # fmt: skip
    return sign_permit(told, core.signer)
