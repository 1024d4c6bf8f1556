"""The cases that count, by the agency's own names of them, and whether the one fix was had."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import IF_MISSING
from breakseal.kernel.model.missing import LIFE
from breakseal.keyholder.core import Core
from breakseal.keyholder.location.looking import withheld
from breakseal.keyholder.trails import SECOND_LOOK


@dataclass(frozen=True, slots=True)
class Case:
    """A case that two officers signed; `issued` is when the second did last, in the keyholder's own time.

    `name` is the digest of what the first signed, as statements and entries name it, `trail` the list in which the
    person reads of it, `idx` the phone's index, `permit` that of the fix that was had, or empty.
    """

    name: str
    org: str
    reference: str
    officer: str
    second: str
    trail: int
    idx: bytes
    issued: int
    permit: str = ""
    found: int = 0


def keep(core: Core, case: Case) -> None:
    """Keep a new case, or renew the one of this name; a fix that was had stays had.

    Raises:
        RefusedError: the name is of a case about another phone, or the agency has another case about this one.
    """
    known = core.store.one(
        "SELECT 1 FROM missing WHERE org = ?1 AND (reference = ?2 AND idx != ?3"
        " OR reference != ?2 AND idx = ?3 AND began > ?4)",
        case.org, case.reference, case.idx, case.issued - LIFE,
    )  # fmt: skip
    if known is not None:
        raise RefusedError(
            "this name is of another case, or this phone has one under another name", reason="missing-known"
        )
    core.store.run(
        "INSERT INTO missing VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0) ON CONFLICT (org, reference) DO UPDATE SET"
        " digest = excluded.digest, officer = excluded.officer, second = excluded.second, trail = excluded.trail,"
        " began = excluded.began, found = 0, ended = 0",
        case.org, case.reference, canonical.unb64(case.name, 32), case.officer, case.second, case.trail, case.idx,
        case.issued,
    )  # fmt: skip


def find(core: Core, name: str, officer: str) -> Case | None:
    """Return the case with digest `name`, if `officer` is one of its two."""
    row = core.store.one(
        "SELECT org, reference, officer, second, trail, idx, began, permit, found FROM missing"
        " WHERE digest = ? AND ? IN (officer, second)",
        canonical.unb64(name, 32),
        officer,
    )
    return None if row is None else Case(name, *row)


def agreed(core: Core, case: Case, handle: str | None, now: int) -> str:
    """Return the consent of `handle`, whose phone it is, that lets this agency look, or nothing.

    It was given before the officers signed, to the agency by the name that it has now; the phone was told, and the
    person neither ended nor paused it.
    """
    row = core.store.one(
        "SELECT id FROM location_consents JOIN location_by_key ON consent = id WHERE handle = ? AND idx = ? AND org = ?"
        " AND requester = ? AND purpose = ? AND given < ? AND until > ? AND told > 0",
        handle, case.idx, case.org, core.organisations.get(case.org).name, IF_MISSING, case.issued, now,
    )  # fmt: skip
    return "" if row is None or withheld(core, str(handle)) else str(row[0])


def use(core: Core, case: Case, consent: str, permit: str, now: int) -> None:
    """Count the fix, under the permit that may bring it."""
    core.store.run("INSERT INTO location_looks VALUES (?, ?, ?, '')", permit, consent, now)
    change(core, replace(case, permit=permit))


def is_live(core: Core, digest: bytes) -> bool:
    """Tell whether nobody was found."""
    return core.store.one("SELECT 1 FROM missing WHERE digest = ? AND found = 0", digest) is not None


def change(core: Core, case: Case) -> None:
    """Keep what changed of a case: that its fix was had, or that the person was found."""
    core.store.run(
        "UPDATE missing SET permit = ?, found = ? WHERE digest = ?",
        case.permit, case.found, canonical.unb64(case.name, 32),
    )  # fmt: skip


def sweep(core: Core, now: int) -> None:
    """End what is past its time, and forget the phones of what an earlier sweep found ended."""
    core.store.run(
        "UPDATE missing SET idx = x'' WHERE ended BETWEEN 1 AND ? AND idx != x''", now - SECOND_LOOK
    )
    core.store.run("UPDATE missing SET ended = ? WHERE ended = 0 AND began <= ?", now, now - LIFE)
