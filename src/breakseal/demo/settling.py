"""Settling the demo's town: who is let in, and Rosa's profile. Each step is done once, however often it starts."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial

import msgspec

from breakseal.bootstrap.installation import OVERSEERS
from breakseal.config import Config
from breakseal.courier.phonebox import read_folder
from breakseal.demo import places, town
from breakseal.demo.centre import Sponsor
from breakseal.demo.resident import Fields, Home
from breakseal.demo.town import OFFICERS, ORGANISATIONS, ROSA, ROSA_PHONE, Officer, Organisation
from breakseal.demo.visitor import Visitor
from breakseal.kernel.model.canonical import b64, digest
from breakseal.kernel.ports import Clock, Entropy
from breakseal.oversight import keyfile
from breakseal.oversight.founding import Stamp

MONTH = 30 * 86_400
PROFILE: dict[str, Fields] = {
    "emergency.identity": {
        "people": [
            {"name": "Rosa Delgado", "birth_year": "1957"},
            {
                "name": "Mateo Delgado",
                "birth_year": "2014",
                "description": "grandson, 4 ft 8, often wears a green cap",
                "calming": "speak softly, ask about trains",
            },
        ]
    },
    "emergency.contact": {"phones": [{"number": ROSA_PHONE, "person": "Rosa Delgado", "reach": "call"}]},
    "emergency.home": {
        "address": "12 Heron Lane, Eugene, OR 97401",
        "finding": "behind the boat rental, the blue door on the left",
        "entry": "the front door sticks: use the side door, the key is with the neighbor at 14",
        "gate_code": "4471#",
        "pets": "one small dog, friendly",
        "hazards": "oxygen bottles in the hall closet",
    },
    "emergency.medical": {
        "people": [
            {
                "person": "Rosa Delgado",
                "conditions": "COPD, type 2 diabetes",
                "allergies": "penicillin: hives and swelling",
                "medications": "metformin, tiotropium",
                "devices": ["oxygen"],
                "mobility": ["walker"],
                "communication": ["hard-of-hearing"],
            },
            {"person": "Mateo Delgado", "conditions": "autism", "communication": ["no-speech"]},
        ]
    },
    "emergency.contacts": {
        "people": [
            {"name": "Lucía Delgado", "relation": "daughter", "phone": "+15415550133", "note": "has a key"}
        ]
    },
    "emergency.languages": {"first": "es", "interpreter": "yes"},
}
"""What Rosa told, in the form that `programmes.emergency.fields` fixes."""


def messages(config: Config) -> Callable[[str], list[str]]:
    """Return what reads the texts that came to a number."""

    def read(number: str) -> list[str]:
        return [one.text for one in read_folder(places.phone_folder(config)) if one.to == number]

    return read


class Settling:
    """Does each named step once; what is done stands in a file."""

    def __init__(self, config: Config, clock: Clock, entropy: Entropy) -> None:
        self._config = config
        self._clock = clock
        self._entropy = entropy
        self._people = town.read_people(config)
        self._open = ExitStack()
        self._file = config.folder("demo") / "settled.json"

    def closed(self) -> str:
        """Return the keyholder's state unless it is open."""
        with closing(self._visitor()) as visitor:
            state = visitor.facts().state
        return "" if state == "open" else state

    def settle(self) -> None:
        """Do what is not done yet."""
        with ExitStack() as self._open:
            self._settle()

    def _settle(self) -> None:
        again, month = "rosa" in self._done(), self._clock.now() // MONTH
        for org in ORGANISATIONS:
            if again and org.kind == "company":
                self._once(f"proved-{org.id}-{month}", partial(self._prove, org))
            members = tuple(one for one in OFFICERS if one.org == org.id)
            sponsor = Sponsor(self._visitor(), self._people[org.sponsors[0][0]].signer(), org.id)
            for one in members:
                self._once(f"officer-{one.id}", partial(self._let_in, sponsor, one))
            # A roster is good for seven days, so each start renews it.
            sponsor.sign_roster(tuple(officer_id(one.id) for one in members))
        self._once("rosa", self._rosa)

    def _prove(self, org: Organisation) -> None:
        """Have the overseers sign a company's enrolment anew: without that it locates nobody after a quarter."""
        stamp = Stamp(self._clock, self._entropy)
        statement = town.organisation_statement(org, self._people, self._config, stamp)
        folder = self._config.data / "oversight-keys"
        overseers = [keyfile.read_signer(folder / name / "oversight.pem") for name in OVERSEERS]
        self._visitor().at_door(statement, *overseers)

    def _let_in(self, sponsor: Sponsor, one: Officer) -> None:
        sponsor.let_in(officer_id(one.id), one.name, one.role, self._people[one.id].signer())

    def _rosa(self) -> None:
        """Fill Rosa's record; what an earlier try began is gone on with."""
        home = Home(self._visitor(), self._people[ROSA.id].signer(), self._entropy)
        self._once("rosa-record", home.sign_up)
        if not home.handle:
            home.sign_in()
        for category, fields in PROFILE.items():
            self._once(f"rosa-{category}", partial(home.seal, category, fields))
        self._once("rosa-phone", partial(home.prove_phone, ROSA_PHONE, messages(self._config)))
        self._once("rosa-consent", home.consent)
        self._once("rosa-messages", partial(home.ask_for_messages, ROSA_PHONE, "es"))

    def _visitor(self) -> Visitor:
        visitor = Visitor(self._config, self._clock, self._entropy)
        self._open.callback(visitor.close)
        return visitor

    def _once(self, name: str, step: Callable[[], object]) -> None:
        if name not in self._done():
            step()
            self._file.write_bytes(msgspec.json.encode(sorted({*self._done(), name})))

    def _done(self) -> set[str]:
        return set(json.loads(self._file.read_bytes())) if self._file.exists() else set()


def officer_id(name: str) -> str:
    """Return the id (16 bytes, base64url) of a demo officer."""
    return b64(digest(b"breakseal/demo/officer/v1\n" + name.encode())[:16])
