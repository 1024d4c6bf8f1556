"""Organisations and their officers."""

from __future__ import annotations

import json
from dataclasses import dataclass

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.enrolments import EnrolOfficer, EnrolOrganisation
from breakseal.kernel.model.words import OfficerRole, OrganisationClass
from breakseal.keyholder.store import Row, Store

ROSTER_LIFE = 7 * 86_400
"""Seconds for which a signed roster is good."""
PROOF_LIFE = 92 * 86_400
"""Seconds for which the overseers' word on an organisation lets its clients ask where phones are: a quarter."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """An enrolled organisation; `places` are the county codes that it is responsible for.

    `proved_until` counts from when the enrolment that holds now was signed, so that no restore renews it.
    """

    org: str
    name: str
    kind: OrganisationClass
    places: frozenset[str]
    active_from: int
    roster_until: int
    proved_until: int


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody whom a sponsor let in."""

    officer: str
    org: str
    name: str
    role: OfficerRole


class Organisations:
    """The tables of organisations and officers."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._organisations: dict[str, Organisation] = {}
        self._officers: dict[str, Officer] = {}

    def forget(self) -> None:
        """Drop the copies in memory: after every write here, and after a transaction that was undone."""
        self._organisations.clear()
        self._officers.clear()

    def get(self, org: str) -> Organisation:
        """Return an organisation.

        Raises:
            RefusedError: none of that name is enrolled.
        """
        known = self._organisations.get(org)
        if known is None:
            row = self._store.one(
                "SELECT org, name, kind, places, active_from, roster_until, proved_until FROM organisations"
                " WHERE org = ?",
                org,
            )
            if row is None:
                raise RefusedError("the organisation is not enrolled", reason="organisation-unknown")
            known = self._organisations[org] = _organisation(row)
        return known

    def all(self) -> list[Organisation]:
        """Return every organisation."""
        rows = self._store.many(
            "SELECT org, name, kind, places, active_from, roster_until, proved_until FROM organisations ORDER BY name"
        )
        return [_organisation(row) for row in rows]

    def known(self, org: str) -> bool:
        """Tell whether an organisation of that name was enrolled."""
        return self._store.one("SELECT 1 FROM organisations WHERE org = ?", org) is not None

    def put(self, statement: EnrolOrganisation, active_from: int) -> None:
        """Make an organisation what the statement says; the first one says from when it is active."""
        self.forget()
        self._store.run(
            "INSERT INTO organisations VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name,"
            " kind = excluded.kind, places = excluded.places, proved_until = excluded.proved_until",
            statement.org, statement.name, statement.kind, json.dumps(sorted(statement.places)), active_from,
            active_from + ROSTER_LIFE, statement.issued + PROOF_LIFE,
        )  # fmt: skip

    def renew_roster(self, org: str, now: int) -> None:
        """The roster was signed now."""
        self.forget()
        self._store.run("UPDATE organisations SET roster_until = ? WHERE org = ?", now + ROSTER_LIFE, org)

    def officer(self, officer: str) -> Officer:
        """Return an officer who has not been ended.

        Raises:
            RefusedError: there is none.
        """
        known = self._officers.get(officer)
        if known is None:
            row = self._store.one(
                "SELECT officer, org, name, role FROM officers WHERE officer = ? AND ended = 0", officer
            )
            if row is None:
                raise RefusedError("the officer is not enrolled", reason="officer-unknown")
            known = self._officers[officer] = Officer(*row)
        return known

    def officers(self, org: str) -> list[Officer]:
        """Return the officers of an organisation who have not been ended."""
        rows = self._store.many(
            "SELECT officer, org, name, role FROM officers WHERE org = ? AND ended = 0 ORDER BY name", org
        )
        return [Officer(*row) for row in rows]

    def put_officer(self, statement: EnrolOfficer) -> None:
        """Keep an officer.

        Raises:
            RefusedError: the id belongs to another officer.
        """
        known = self._store.one("SELECT org FROM officers WHERE officer = ?", statement.officer)
        if known is not None:
            raise RefusedError("an officer with this id was enrolled before", reason="officer-known")
        self._store.run(
            "INSERT INTO officers VALUES (?, ?, ?, ?, 0)",
            statement.officer, statement.org, statement.name, statement.role,
        )  # fmt: skip

    def end_officer(self, officer: str, now: int) -> None:
        """End an officer."""
        self.forget()
        self._store.run("UPDATE officers SET ended = ? WHERE officer = ? AND ended = 0", now, officer)


def _organisation(row: Row) -> Organisation:
    return Organisation(row[0], row[1], row[2], frozenset(json.loads(row[3])), row[4], row[5], row[6])
