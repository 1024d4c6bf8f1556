"""Who lives in the demo's town: call centres, a company, a court, police, and people whose keys any browser may take.

Every name is made up; the counties and their ZIP codes are real, so that the address search has
something to find. Phone numbers are of the range 555-0100 to 555-0199, which is nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.config import Config
from breakseal.kernel.errors import ConfigError
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.enrolments import EnrolOrganisation, NamedKey
from breakseal.kernel.model.signers import P256Signer
from breakseal.kernel.model.words import OfficerRole, OrganisationClass
from breakseal.oversight import keyfile
from breakseal.oversight.founding import Stamp

PEOPLE = "people.json"
CENTRE = "cedar-lake-911"
ROADSIDE = "cedar-roadside"
COURT = "cedar-court"
POLICE = "cedar-police"
BOARD = "citizens-board"
COURT_LINE = "+15415550198"
"""The court's number in the register of courts."""
POLICE_LINE = "+15415550197"
"""The police's number in the same register: its control room."""
TRYOUT = "try-out"
ROSA_PHONE = "+15415550117"
VISITOR_PHONE = "+15415550123"
STRANGER_PHONE = "+15415550188"
STORY_PHONE = "+15415550142"
LOCATED_PHONES = tuple(f"+15415550{last}" for last in range(150, 180))
"""The phones of the story about location: each playing takes the one that was asked least, so that nobody is nagged."""


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody with a record."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who works at an organisation."""

    id: str
    name: str
    org: str
    role: OfficerRole
    shown: str


@dataclass(frozen=True, slots=True)
class Client:
    """A program that acts for an organisation: its enrolled name, and where its key lies in the demo's folder."""

    name: str
    key: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation of the town, with its sponsors' ids and names."""

    id: str
    name: str
    kind: OrganisationClass
    places: tuple[str, ...]
    sponsors: tuple[tuple[str, str], ...]
    client: Client | None = None


ROSA = Resident("rosa", "Rosa Delgado")
OFFICERS = (
    Officer("sam", "Sam Whitcomb", CENTRE, "call-taker", "call-taker, Cedar Lake 911"),
    Officer("jo", "Jo Lindqvist", CENTRE, "call-taker", "second call-taker, Cedar Lake 911"),
    Officer("lee", "Lee Navarro", CENTRE, "call-supervisor", "supervisor, Cedar Lake 911"),
    Officer("omar", "Omar Reyes", BOARD, "oversight", "auditor, citizens' board"),
    Officer("vera", "Vera Stahl", POLICE, "investigator", "investigator, Cedar Lake Police"),
    Officer("mona", "Mona Brooks", POLICE, "police-supervisor", "shift supervisor, Cedar Lake Police"),
    Officer("kai", "Kai Sorensen", BOARD, "duty-reviewer", "duty reviewer, citizens' board"),
    Officer("ada", "Ada Quist", BOARD, "legal-reviewer", "legal reviewer, citizens' board"),
    Officer("ben", "Ben Aguilar", BOARD, "legal-reviewer", "second legal reviewer, citizens' board"),
)
ORGANISATIONS = (
    Organisation(
        CENTRE,
        "Cedar Lake 911 (demo)",
        "call-centre",
        ("41039",),
        (("ines", "Inés Calder, day sponsor"), ("theo", "Theo Brandt, night sponsor")),
        Client("demo call-handling system", "callgate/client.pem"),
    ),
    Organisation(
        "harbor-bluff-911",
        "Harbor Bluff 911 (demo)",
        "call-centre",
        ("41043",),
        (("maya", "Maya Fontaine, day sponsor"), ("paul", "Paul Eriksen, night sponsor")),
    ),
    Organisation(
        BOARD,
        "Citizens' Oversight Board (demo)",
        "oversight-body",
        (),
        (("ruth", "Ruth Okafor, chair"), ("dov", "Dov Halloran, deputy")),
    ),
    Organisation(
        ROADSIDE,
        "Cedar Roadside Assistance (demo)",
        "company",
        (),
        (("nora", "Nora Hale, day sponsor"), ("emil", "Emil Sato, night sponsor")),
        Client("Cedar Roadside dispatch", "roadside/client.pem"),
    ),
    Organisation(
        COURT,
        "Cedar County Court (demo)",
        "court",
        (),
        (("irma", "Irma Fenn, chief clerk"), ("saul", "Saul Voss, deputy clerk")),
        Client("order key", "courthouse/client.pem"),
    ),
    Organisation(
        POLICE,
        "Cedar Lake Police (demo)",
        "police",
        (),
        (("tara", "Tara Hollis, day sponsor"), ("glen", "Glen Abara, night sponsor")),
    ),
    Organisation(
        TRYOUT,
        "Breakseal try-out (demo)",
        "company",
        (),
        (("wren", "Wren Achterberg, day sponsor"), ("ike", "Ike Tanaka, night sponsor")),
        Client("whoever typed your number on that page", "tryout/client.pem"),
    ),
)


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line of `people.json`: `pkcs8` is a P-256 private key (DER, base64url) that is no secret."""

    id: str
    name: str
    role: str
    pkcs8: str

    def signer(self) -> P256Signer:
        """Return the demo key."""
        key = serialization.load_der_private_key(unb64(self.pkcs8), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ConfigError("the demo's people have keys of another kind: remove the demo's folder")
        return P256Signer(key, "demo")


def make_people(config: Config) -> None:
    """Write everybody's demo key; nothing where there is one."""
    path = config.folder("demo") / PEOPLE
    if path.exists():
        return
    named = [(ROSA.id, ROSA.name, "resident")]
    named += [(one.id, one.name, one.shown) for one in OFFICERS]
    named += [(key, name, f"sponsor, {org.name}") for org in ORGANISATIONS for key, name in org.sponsors]
    people = [Person(id=key, name=name, role=role, pkcs8=_new_key()) for key, name, role in named]
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(people))
    path.chmod(0o644)


def read_people(config: Config) -> dict[str, Person]:
    """Return the demo's people by id.

    Raises:
        ConfigError: the file is missing or damaged.
    """
    path = config.folder("demo") / PEOPLE
    try:
        people = msgspec.json.decode(path.read_bytes(), type=list[Person])
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(f"cannot read `{path}`: remove the demo's folder and start again") from error
    return {one.id: one for one in people}


def organisation(org: str) -> Organisation:
    """Return the organisation with the id `org`."""
    return next(one for one in ORGANISATIONS if one.id == org)


def client_key(config: Config, client: Client) -> Path:
    """Return the private key file of an organisation's client."""
    return config.folder("demo") / client.key


def public_key(private: Path) -> Path:
    """Return the file of the public half of the key in `private`."""
    return private.with_name("client.pub.pem")


def key_of(config: Config, org: str) -> Path:
    """Return the private key file of the client of the organisation `org`."""
    return next(client_key(config, one.client) for one in ORGANISATIONS if one.id == org and one.client)


def organisation_statement(
    org: Organisation, people: dict[str, Person], config: Config, stamp: Stamp
) -> EnrolOrganisation:
    """Return the statement that lets `org` in."""
    named = () if org.client is None else (org.client,)
    clients = tuple(
        NamedKey(name=one.name, key=keyfile.read_public(public_key(client_key(config, one)))) for one in named
    )
    return EnrolOrganisation(
        **stamp(),  # type: ignore[arg-type] # the stamp's members by name
        org=org.id,
        name=org.name,
        kind=org.kind,
        places=org.places,
        sponsors=tuple(NamedKey(name=name, key=people[key].signer().key) for key, name in org.sponsors),
        clients=clients,
    )


def _new_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return b64(
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
