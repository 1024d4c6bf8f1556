"""What the root keys sign: organisations, courier, processors, policies, a new root."""

from __future__ import annotations

import re

from breakseal.kernel.errors import FormatError, RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.body import Party
from breakseal.kernel.model.enrolments import (
    EnrolCourier,
    EnrolCourtLine,
    EnrolOrganisation,
    EnrolProcessor,
    NamedKey,
    PolicyRelease,
    Root,
)
from breakseal.kernel.model.signed import read
from breakseal.kernel.model.words import LeafType
from breakseal.kernel.seal.hpke import parse_recipient
from breakseal.keyholder.authority import Verified
from breakseal.keyholder.core import Core
from breakseal.keyholder.register.holders import NO_END, Holder, HolderKind
from breakseal.keyholder.register.numbers import check_number
from breakseal.keyholder.statements.outcome import Outcome
from breakseal.keyholder.trails import Happening, NewEntry

Other = EnrolCourier | EnrolProcessor | EnrolCourtLine | PolicyRelease
_FIXED = ("origin", "set", "needed", "demo")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)


def root(core: Core, verified: Verified, statement: Root, now: int) -> Outcome:
    """Take the next root, which counts at once.

    INVARIANT: what this process was put together with stays: its key and id, the key set, the log and its name.
    """
    last = core.roots.root
    if any(getattr(last, name) != getattr(statement, name) for name in _FIXED):
        raise RefusedError(
            "a new root keeps the log's name, the key set and whether it is a demo", reason="root-fixed"
        )
    if statement.keyholders[:1] != last.keyholders[:1]:
        raise RefusedError("the root does not name this keyholder as it is", reason="keyholder")
    core.roots.check_log(statement)
    core.roots.adopt(verified.envelope)
    return Outcome("", (public_entry(core, "root", verified.envelope, now),))


def organisation(core: Core, verified: Verified, statement: EnrolOrganisation, now: int) -> Outcome:
    """Let an organisation in, or change one; keys that the new statement leaves out end at once."""
    organisation_again(core, verified, statement, now)
    return Outcome("", (public_entry(core, "enrol", verified.envelope, now),))


def organisation_again(core: Core, verified: Verified, statement: EnrolOrganisation, now: int) -> None:
    """Do what an organisation's enrolment does, without the entry (which a replay finds in the log)."""
    _check_slug(statement.org)
    if not statement.sponsors:
        raise FormatError("an organisation needs a sponsor", reason="sponsor")
    active = now + core.roots.enrol_delay
    _keep(core, "organisation", statement.org, verified, active)
    if not core.organisations.known(statement.org):
        core.organisations.put(statement, active)
        core.trails.begin("organisation", statement.org, now)
    apply_due(core, now)
    _set_keys(core, "sponsor", statement.org, statement.sponsors, active, now)
    _set_keys(core, "client", statement.org, statement.clients, active, now)


def other(core: Core, verified: Verified, statement: Other, now: int) -> Outcome:
    """Name a courier, processor or court's number, or release a policy."""
    keep_again(core, verified, statement, now)
    kinds: dict[type[object], LeafType] = {EnrolProcessor: "processor", PolicyRelease: "policy"}
    kind = kinds.get(type(statement), "enrol")
    return Outcome("", (public_entry(core, kind, verified.envelope, now),))


def keep_again(core: Core, verified: Verified, statement: Other, now: int) -> None:
    """Do what `other` does, without the entry."""
    active = now + core.roots.enrol_delay
    if isinstance(statement, EnrolCourier):
        _check_slug(statement.courier)
        parse_recipient(canonical.unb64(statement.seal))
        active = _since(core, statement, active)
        _keep(core, "courier", statement.courier, verified, active)
        # Another id is another courier: the next one can be enrolled before the last one is given up.
        _set_keys(
            core,
            "courier",
            statement.courier,
            (NamedKey(name=statement.courier, key=statement.sign),),
            active,
            now,
        )
    elif isinstance(statement, EnrolProcessor):
        _check_slug(statement.processor)
        _keep(core, "processor", statement.processor, verified, active)
    elif isinstance(statement, EnrolCourtLine):
        _check_slug(statement.court)
        check_number(statement.line)
        _keep(core, "court-line", statement.court, verified, active)
    else:
        canonical.unb64(statement.policy, 32)
        first = core.store.one("SELECT 1 FROM enrolments WHERE kind = 'policy'") is None
        # A narrowing works at once; the first policy has nothing sealed before it.
        soon = first or not statement.widens
        _keep(core, "policy", statement.policy, verified, now if soon else now + core.roots.widen_delay)


def _since(core: Core, statement: EnrolCourier, active: int) -> int:
    """Return from when the courier works: as before if nothing but the overseers who signed is new."""
    for name, envelope, since in enrolled_ids(core, "courier"):
        old = read(envelope)[1]
        if name == statement.courier and isinstance(old, EnrolCourier):
            return since if (old.sign, old.seal) == (statement.sign, statement.seal) else active
    return active


def apply_due(core: Core, now: int) -> None:
    """Make each organisation what its newest enrolment says that has been public for long enough."""
    rows = core.store.many(
        "SELECT envelope, max(active_from) FROM enrolments"
        " WHERE kind = 'organisation' AND active_from <= ? GROUP BY id",
        now,
    )
    for envelope, active in rows:
        _, statement = read(bytes(envelope))
        assert isinstance(statement, EnrolOrganisation), "INVARIANT: kept as what it is"  # noqa: S101 # tells the type checker
        core.organisations.put(statement, active)


def policy_released(core: Core, now: int) -> bool:
    """Tell whether the loaded policy is the last one released of those whose delay is over.

    What was released later voids what waits: a widening that was taken back never comes into force.
    """
    digest = canonical.b64(core.policy.digest)
    row = core.store.one(
        "SELECT id FROM enrolments WHERE kind = 'policy' AND active_from <= ? ORDER BY rowid DESC",
        now,
    )
    return row is not None and row[0] == digest


def check_policy_released(core: Core, now: int) -> None:
    """Refuse to decide anything by a policy that is not in force.

    Raises:
        RefusedError: it was not released, or its delay is not over.
    """
    if not policy_released(core, now):
        raise RefusedError(
            "the policy that is loaded was not released by the root keys", reason="policy-unreleased"
        )


def public_entry(core: Core, kind: LeafType, envelope: bytes, now: int) -> NewEntry:
    """Write an entry whose leaf shows the signed statement whole."""
    what = Happening(
        type=kind, party=Party(role="oversight"), result="signed", public=envelope, target=canonical.b64(
            canonical.digest(envelope)
        ),
    )  # fmt: skip
    return core.trails.append(core.trails.of("root", "root"), what, now)


def court_line(core: Core, court: str, now: int) -> EnrolCourtLine | None:
    """Return what the register says of `court`, or of an agency; None if it says nothing that counts."""
    row = core.store.one(
        "SELECT envelope FROM enrolments WHERE kind = 'court-line' AND id = ? AND active_from <= ?"
        " ORDER BY active_from DESC, rowid DESC",
        court, now,
    )  # fmt: skip
    statement = None if row is None else read(bytes(row[0]))[1]
    return statement if isinstance(statement, EnrolCourtLine) else None


def _keep(core: Core, kind: str, name: str, verified: Verified, active: int) -> None:
    # Of two that begin to work in the same second, as all do that a replay takes, the later signed stands.
    core.store.run(
        "INSERT OR REPLACE INTO enrolments VALUES (?, ?, ?, ?)", kind, name, verified.envelope, active
    )


def _set_keys(
    core: Core, kind: HolderKind, holder: str, keys: tuple[NamedKey, ...], active: int, now: int
) -> None:
    org = "" if kind == "courier" else holder
    kept = {named.key.id for named in keys}
    known = set(core.holders.ever(kind, holder))
    for key_id in known - kept:
        core.holders.revoke(key_id, now)
    for named in keys:
        named.key.check()
        if named.key.id not in known:
            core.holders.add(
                Holder(
                    key=named.key, kind=kind, id=holder, org=org, label=named.name, position="", parent="", until=NO_END
                ),
                active,
            )  # fmt: skip


def _check_slug(text: str) -> None:
    if not _SLUG.fullmatch(text):
        raise FormatError("ids are 2 to 40 of a-z, 0-9 and -", reason="bad-id")


def enrolled_ids(core: Core, kind: str) -> list[tuple[str, bytes, int]]:
    """Return id, envelope and active time of the newest enrolment of each id of a kind."""
    rows = core.store.many(
        "SELECT id, envelope, max(active_from) FROM enrolments WHERE kind = ? GROUP BY id ORDER BY id", kind
    )
    return [(row[0], bytes(row[1]), row[2]) for row in rows]
