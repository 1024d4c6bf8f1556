"""Two officers of a police organisation who look for somebody, and the person who agreed to it beforehand.

search = Search(world)                     # a `World` whose policy is released (`world.found()`)
search.agree(rosa)                         # at the door; the phone was told, and a minute passed
name = search.open()                       # both officers signed; `name` is what names the case
search.look(name)                          # the one fix: the courier's permit
search.end(name)                           # found
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.location import AgreeIfMissing
from breakseal.kernel.model.missing import MissingCase, MissingFound, SecondMissingCase, missing_info
from breakseal.kernel.model.orders import LookUnder, look_info
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support.courts import AGENCY, DAY, Court
from tests.support.dangers import name_of
from tests.support.locating import Locating
from tests.support.world import NUMBER, Person, World

TEXT = "she left the home at six without a coat"
CASE = "26-0417"


class Search:
    """An agency with an investigator, who looks, and a supervisor, who confirms."""

    def __init__(self, world: World, court: Court | None = None, second: Person | None = None) -> None:
        self.world = world
        self.court = court or Court(world)
        self.places = Locating(world, enrol=False)
        self.officer = self.court.officer
        self.second = second or self.court.let_in(role="police-supervisor")

    def sealed(self, number: str, info: bytes) -> str:
        return canonical.b64(hpke.seal_to(self.world.ingest_point(), number.encode("latin-1"), info))

    # -- what the person signs -------------------------------------------------------------------------

    def agreeing(self, person: Person, who: signed.Signer | None = None, **changed: Any) -> p.Submit:
        """Return what a person signs at the door for the first phone of their record, for 300 days."""
        members: dict[str, Any] = {
            "org": AGENCY, "until": self.world.clock.now() + 300 * DAY, "language": "en",
        } | changed  # fmt: skip
        if "number" not in members:
            members["number"] = self.places.desk(person).numbers[0].id
        return p.Submit(statements=(self.world.sign(AgreeIfMissing, who or person.own, **members),))

    def agree(self, person: Person, **changed: Any) -> str:
        """Agree, have the phone told, and let a minute pass; return the agreement's name."""
        before = {one.id for one in self.places.desk(person).consents}
        self.world.ask(self.agreeing(person, **changed), p.Submitted)
        self.places.tell()
        self.world.clock.time += 60
        (newest,) = (one.id for one in self.places.desk(person).consents if one.id not in before)
        return newest

    # -- what the officers sign ------------------------------------------------------------------------

    def first(self, phone: str = NUMBER, who: signed.Signer | None = None, **changed: Any) -> bytes:
        """Return what the first officer signed."""
        stamp = self.world.stamp()
        members: dict[str, Any] = {
            "case": CASE, "number": self.sealed(phone, missing_info(str(stamp["nonce"]))), "digits": phone[-4:],
            "reason": TEXT,
        }  # fmt: skip
        return signed.write(MissingCase(**(stamp | members | changed)), who or self.officer.own)  # type: ignore[arg-type]

    def seconding(
        self, first: bytes, phone: str = NUMBER, who: signed.Signer | None = None, **changed: Any
    ) -> p.Submit:
        """Return what the second officer hands in."""
        members: dict[str, Any] = {
            "request": canonical.b64(first), "number": self.sealed(phone, missing_info(name_of(first))),
            "reason": "I spoke with the home",
        }  # fmt: skip
        envelope = self.world.sign(SecondMissingCase, who or self.second.own, **(members | changed))
        return p.Submit(statements=(envelope,))

    def opening(self, number: str = NUMBER, case: str = CASE) -> p.Submit:
        return self.seconding(self.first(number, case=case), number)

    def open(self, number: str = NUMBER, case: str = CASE) -> str:
        """Open a case, or renew it, and return its name."""
        first = self.first(number, case=case)
        self.world.ask(self.seconding(first, number), p.Submitted)
        return name_of(first)

    def ending(self, name: str, who: signed.Signer | None = None) -> p.Submit:
        return p.Submit(statements=(self.world.sign(MissingFound, who or self.officer.own, case=name),))

    def end(self, name: str, who: signed.Signer | None = None) -> p.Submitted:
        return self.world.ask(self.ending(name, who), p.Submitted)

    # -- looks -----------------------------------------------------------------------------------------

    def looking(
        self, name: str, number: str = NUMBER, who: signed.Signer | None = None, **changed: Any
    ) -> LocateUnder:
        members: dict[str, Any] = {
            "order": name, "number": self.sealed(number, look_info(name)), "categories": ("location.fix",),
            "recipient": self.officer.recipient,
        }  # fmt: skip
        envelope = self.world.sign(LookUnder, who or self.officer.own, **(members | changed))
        return LocateUnder(request=envelope)

    def located(self, name: str, number: str = NUMBER) -> Located:
        """Look, and return the answer, with a permit or without."""
        return self.world.ask(self.looking(name, number), Located)

    def look(self, name: str, number: str = NUMBER) -> Permit:
        """Look, and return the courier's permit."""
        return read_permit(self.located(name, number).permit, self.world.keyholder.key)

    def nothing(self, name: str, number: str = NUMBER) -> None:
        """Look; it must read as unavailable."""
        located = self.located(name, number)
        assert (located.permit, located.handle) == (b"", "")

    def done(self, permit: Permit, outcome: str = "sent") -> None:
        self.world.ask(p.PermitDone(permit=permit.id, outcome=outcome), p.Done)

    def refused(self, question: p.Message, reason: str) -> None:
        """Ask; it must be refused for `reason`."""
        self.court.refused(question, reason)


def examples(search: Search, held: Callable[[], str]) -> dict[str, Callable[[], dict[str, object]]]:
    """Return a right example of each kind of statement; `held` returns the name of a phone on the signer's record."""
    world = search.world

    def fresh() -> tuple[str, str]:
        return f"+1555555{world.log.size():04}", f"c-{world.log.size()}"

    def first() -> dict[str, object]:
        nonce, (_, case) = canonical.b64(world.entropy.token(16)), fresh()
        world.engine.core.store.run("DELETE FROM missing")  # what another signer made of this phone
        sealed = search.sealed(NUMBER, missing_info(nonce))
        return {"nonce": nonce, "case": case, "number": sealed, "digits": NUMBER[-4:], "reason": "lost"}

    def second() -> dict[str, object]:
        phone, case = fresh()
        made = search.first(phone, case=case)
        sealed = search.sealed(phone, missing_info(name_of(made)))
        return {"request": canonical.b64(made), "number": sealed, "reason": "I spoke with the home"}

    return {
        "missing-case": first,
        "second-missing-case": second,
        "missing-found": lambda: {"case": search.open(*fresh())},
        "agree-if-missing": lambda: {
            "org": AGENCY, "number": held(), "until": world.clock.now() + 600, "language": "en",
        },
    }  # fmt: skip
