"""What the root keys and sponsors sign: the root itself, and who may act.

Root-signed statements are public: they stand whole in their log entry. What names a person (an
officer) is committed to there and read only by the organisation and by oversight.
"""

from __future__ import annotations

import msgspec

from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.canonical import Number
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.words import OfficerRole, OrganisationClass


class KeyholderKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One keyholder: its id, the index of its share, and the key that signs its leaves, heads and ingest keys."""

    id: str
    share: Number
    sign: PublicKey


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The door's origin and relying party id, and the web origin to which it may send people back."""

    origin: str
    rp_id: str
    web_origin: str


class Root(SignedStatement, frozen=True, tag="root"):
    """Root statement `version`: who oversees, which log, door and keyholders. n+1 needs the thresholds of n and n+1.

    `witnesses` is a C2SP tlog-policy text that names the log's key. `set` is the id of the keyholder
    set and `needed` its k. `demo` allows demo keys and sets all delays to zero.
    """

    version: Number
    origin: str
    witnesses: str
    set: str
    needed: Number
    keyholders: tuple[KeyholderKeys, ...]
    door: Door
    oversight: tuple[PublicKey, ...]
    threshold: Number
    demo: bool


class NamedKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A key and what people call its holder (a function such as "day sponsor", or a machine)."""

    name: str
    key: PublicKey


class EnrolOrganisation(SignedStatement, frozen=True, tag="enrol-organisation"):
    """The root keys let an organisation in; public 72 hours before it works. A newer one replaces it."""

    org: str
    name: str
    kind: OrganisationClass
    places: tuple[str, ...]
    sponsors: tuple[NamedKey, ...]
    clients: tuple[NamedKey, ...]


class EnrolCourier(SignedStatement, frozen=True, tag="enrol-courier"):
    """The root keys name the courier: the key that it attests with and the P-256 point that addresses are sealed to."""

    courier: str
    sign: PublicKey
    seal: str


class EnrolProcessor(SignedStatement, frozen=True, tag="enrol-processor"):
    """The root keys name a processor: who else handles the data, and for what."""

    processor: str
    name: str
    does: str


class EnrolCourtLine(SignedStatement, frozen=True, tag="enrol-court-line"):
    """The root keys enter in the register the number (E.164) at which reviewers call `court`, or an agency, back.

    Overseers take it from a public source of their own, never from a paper or from whoever asks. `certificates` are
    SHA-256 (base64url) of the certificates (DER) with which the court signs PDFs: evidence for reviewers, nothing else;
    older statements have no such member.
    """

    court: str
    line: str
    certificates: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET


class OfferKey(SignedStatement, frozen=True, tag="offer-key"):
    """Somebody who wants to work at `org` shows their own key, signed by it. Grants nothing.

    The sponsor compares `short_code(key)` with the person by voice or in the room before signing `EnrolOfficer`.
    """

    org: str
    name: str
    key: PublicKey


class IngestKey(SignedStatement, frozen=True, tag="ingest-key"):
    """A keyholder's P-256 point to which data keys, numbers and callers are sealed; new each day, so it can die."""

    keyholder: str
    key: str


class EnrolOfficer(SignedStatement, frozen=True, tag="enrol-officer"):
    """A sponsor of `org` lets an officer in, after comparing the short code of the officer's own key."""

    org: str
    officer: str
    name: str
    role: OfficerRole
    key: PublicKey


class RevokeOfficer(SignedStatement, frozen=True, tag="revoke-officer"):
    """A sponsor ends an officer, at once."""

    org: str
    officer: str


class Roster(SignedStatement, frozen=True, tag="roster"):
    """A sponsor says again who works there; officers left out are ended. Good for 7 days."""

    org: str
    officers: tuple[str, ...]


class PolicyRelease(SignedStatement, frozen=True, tag="policy-release"):
    """The root keys release the policy with this SHA-256; a widening works 14 days after it is public."""

    policy: str
    widens: bool


class RestoreRelease(SignedStatement, frozen=True, tag="restore-release"):
    """After a restore the root keys name the log's size and root hash up to which the keyholder must replay."""

    size: Number
    root: str
