"""Two officers of an agency in a danger to life, and the body that calls them back and reviews what they did.

danger = Danger(world)                     # a `World` whose policy is released (`world.found()`)
name = danger.ask()                        # both officers signed; `name` is what names the request
danger.look(name)                          # the one rough answer
danger.confirm(name)                       # the duty reviewer called back: now exactly
danger.review(name)
"""

from __future__ import annotations

from typing import Any

from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.kernel.model.exigent import ConfirmExigent, Exigent, ReviewExigent, SecondExigent, exigent_info
from breakseal.kernel.model.orders import LookUnder, look_info
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support.courts import AGENCY, Court
from tests.support.world import NUMBER, Person, World, software_key

OTHER = "+15555550118"
"""One digit from `NUMBER`."""
MINUTE, HOUR = 60, 3600

WATCH = "night-watch"
LINE = "+16085550123"
TEXT = "a child is missing in the cold since six"


class Danger:
    """An agency with an investigator and a supervisor, and another body with all kinds of reviewers."""

    def __init__(self, world: World, court: Court | None = None) -> None:
        self.world = world
        self.court = court or Court(world)
        self.officer = self.court.officer
        self.supervisor = self.court.let_in(role="police-supervisor")
        self.court.enrol(WATCH, "oversight-body", software_key("service"))
        self.duty = self.court.let_in(WATCH, "duty-reviewer")
        self.legal = self.court.let_in(WATCH, "legal-reviewer")
        self.overseer = self.court.let_in(WATCH, "oversight")
        self.enter_line()

    def enter_line(self, org: str = AGENCY, line: str = LINE) -> None:
        """Have the root keys enter an agency's number in the register."""
        root = self.world.oversight[:2]
        self.world.submit(self.world.sign(enrolments.EnrolCourtLine, *root, court=org, line=line))

    def sealed(self, number: str, info: bytes) -> str:
        return canonical.b64(hpke.seal_to(self.world.ingest_point(), number.encode("latin-1"), info))

    # -- what they sign --------------------------------------------------------------------------------

    def first(self, phone: str = NUMBER, who: signed.Signer | None = None, **changed: Any) -> bytes:
        """Return what the investigator signed."""
        stamp = self.world.stamp()
        members: dict[str, Any] = {
            "number": self.sealed(phone, exigent_info(str(stamp["nonce"]))), "digits": phone[-4:], "danger": TEXT,
        }  # fmt: skip
        return signed.write(Exigent(**(stamp | members | changed)), who or self.officer.own)  # type: ignore[arg-type]

    def seconding(
        self, first: bytes, phone: str = NUMBER, who: signed.Signer | None = None, **changed: Any
    ) -> p.Submit:
        """Return what the supervisor hands in."""
        members: dict[str, Any] = {
            "request": canonical.b64(first), "number": self.sealed(phone, exigent_info(name_of(first))),
            "reason": "I heard the call myself",
        }  # fmt: skip
        envelope = self.world.sign(SecondExigent, who or self.supervisor.own, **(members | changed))
        return p.Submit(statements=(envelope,))

    def asking(self, number: str = NUMBER) -> p.Submit:
        return self.seconding(self.first(number), number)

    def ask(self, number: str = NUMBER) -> str:
        """Make a request and return its name."""
        first = self.first(number)
        self.world.ask(self.seconding(first, number), p.Submitted)
        return name_of(first)

    def confirming(self, name: str, who: signed.Signer | None = None, **changed: Any) -> p.Submit:
        members: dict[str, Any] = {
            "exigent": name,
            "line": LINE,
            "digits": NUMBER[-4:],
            "result": "confirmed",
        }
        envelope = self.world.sign(ConfirmExigent, who or self.duty.own, **(members | changed))
        return p.Submit(statements=(envelope,))

    def confirm(self, name: str, **changed: Any) -> p.Submitted:
        return self.world.ask(self.confirming(name, **changed), p.Submitted)

    def reviewing(self, name: str, who: signed.Signer | None = None, **changed: Any) -> p.Submit:
        members: dict[str, Any] = {"exigent": name, "result": "upheld", "reason": "the child was found there"}
        envelope = self.world.sign(ReviewExigent, who or self.legal.own, **(members | changed))
        return p.Submit(statements=(envelope,))

    def review(self, name: str, who: signed.Signer | None = None, **changed: Any) -> p.Submitted:
        return self.world.ask(self.reviewing(name, who, **changed), p.Submitted)

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

    def look(self, name: str, number: str = NUMBER) -> Permit:
        """Look, and return the courier's permit."""
        located = self.world.ask(self.looking(name, number), Located)
        return read_permit(located.permit, self.world.keyholder.key)

    def refused(self, question: p.Message, reason: str) -> None:
        """Ask; it must be refused for `reason`."""
        self.court.refused(question, reason)

    def refused_here(self, question: p.Message) -> None:
        """Ask; it must be refused, for whatever reason, and leave the list of nobody longer but the signer's own."""
        assert isinstance(self.world.engine.answer([question])[0], p.Problem), "it was taken"

    def end(self, officer: Person, org: str = WATCH) -> None:
        """Have the sponsor end an officer."""
        ended = self.world.sign(
            enrolments.RevokeOfficer, self.court.sponsors[org], org=org, officer=officer.handle
        )
        self.world.submit(ended)

    def another_agency(self, org: str = "rock-police", kind: str = "police") -> tuple[Person, Person]:
        """Enrol another agency and return its investigator and supervisor."""
        self.court.enrol(org, kind, software_key("service"))
        self.enter_line(org, "+16085550124")
        return self.court.let_in(org), self.court.let_in(org, "police-supervisor")


def name_of(first: bytes) -> str:
    """Return what names a request: the SHA-256 of what the investigator signed."""
    return canonical.b64(canonical.digest(signed.read(first)[0].payload_bytes()))


def listed(world: World, person: Person) -> tuple[Body, ...]:
    """Return what stands in a person's list, which must be complete."""
    return verify_trail(world.trail(person, person.own), world.keyholder.key)


def bodies_of(world: World, org: str) -> list[Body]:
    """Return the bodies of an organisation's own trail."""
    core = world.engine.core
    trail = core.trails.of("organisation", org)
    rows = core.trails.rows(trail, 1, core.trails.length(trail))
    return [canonical.decode(core.trails.body(digest)[2], Body) for digest, _, _ in rows]
