"""A court that signs orders, an agency that lodges them, and officers who look under them.

bench = Court(world)                       # a `World` whose policy is released (`world.found()`)
order = bench.order(defer_days=30)         # as the court's key signed it
bench.lodge(order)
located = bench.look(order)                # one look; `bench.permit(located)` is what the courier gets
"""

from __future__ import annotations

from typing import Any

import msgspec

from breakseal.kernel.model import canonical, enrolments, jws, location, signed
from breakseal.kernel.model.orders import EndOrder, LodgeOrder, LookUnder, Order, ReviewOrder, look_info
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.oversight.orders import sign_order
from tests.support.world import NUMBER, Person, World, software_key

COURT, AGENCY = "dane-court", "dane-police"
LINE, DOCKET = "+16085550199", "26-CM-P"
READ_BACK = {"line": LINE, "docket": DOCKET, "digits": NUMBER[-4:]}
DAY = 86_400


class Court:
    """One court with one key, one agency with one investigator, in a world."""

    def __init__(self, world: World, court: str = COURT, agency: str = AGENCY) -> None:
        self.world = world
        self.court = court
        self.agency = agency
        self.key = software_key("service")
        self.sponsors = {court: software_key(), agency: software_key()}
        self.client = software_key("service")
        self._dockets = 0
        self.enrol(court, "court", self.key)
        self.enrol(agency, "police", self.client)
        self.officer = self.let_in()

    # -- who there is ------------------------------------------------------------------------------

    def enrol(self, org: str, kind: str, *clients: signed.Signer) -> None:
        """Have the root keys enrol an organisation, or say it anew."""
        world = self.world
        sponsor = self.sponsors.setdefault(org, software_key())
        world.submit(
            world.sign(
                enrolments.EnrolOrganisation,
                *world.oversight[:2],
                org=org,
                name=org.title(),
                kind=kind,
                places=(),
                sponsors=(enrolments.NamedKey(name="sponsor", key=sponsor.key),),
                clients=tuple(enrolments.NamedKey(name="key", key=one.key) for one in clients),
            )
        )

    def let_in(self, org: str = "", role: str = "investigator") -> Person:
        """Have the sponsor let an officer in."""
        world, at = self.world, org or self.agency
        person = Person(handle=canonical.b64(world.entropy.token(16)))
        world.submit(world.sign(enrolments.OfferKey, person.own, org=at, name="Lee Roe", key=person.own.key))
        world.submit(
            world.sign(
                enrolments.EnrolOfficer, self.sponsors[at], org=at, officer=person.handle, name="Lee Roe", role=role,
                key=person.own.key,
            )
        )  # fmt: skip
        return person

    def end(self, name: str, reviewer: Person) -> None:
        """End the key of "court", "investigator" or "reviewer"."""
        if name == "court":
            self.enrol(self.court, "court", software_key("service"))
            return
        org, officer = (self.agency, self.officer) if name == "investigator" else ("law-desk", reviewer)
        ended = self.world.sign(enrolments.RevokeOfficer, self.sponsors[org], org=org, officer=officer.handle)
        self.world.submit(ended)

    def renew(self) -> None:
        """Have the agency's sponsor sign the roster again."""
        officers = tuple(one.officer for one in self.world.engine.core.organisations.officers(self.agency))
        sponsor = self.sponsors[self.agency]
        self.world.submit(self.world.sign(enrolments.Roster, sponsor, org=self.agency, officers=officers))

    # -- orders ------------------------------------------------------------------------------------

    def draft(self, number: str = NUMBER, *, defer_days: int = 0, **changed: Any) -> Order:
        """Return an order of today, for 30 days and 3 looks."""
        now = self.world.clock.now()
        self._dockets += 1
        known: dict[str, Any] = {
            "court": self.court, "key": self.key.key.id, "docket": f"26-CM-{self._dockets}", "judge": "Hon. A. Perez",
            "agency": self.agency, "number": number, "categories": ("location.fix",), "precision": "exact", "looks": 3,
            "issued": now, "begins": now, "until": now + 30 * DAY,
            "defer_until": now + defer_days * DAY if defer_days else 0,
        }  # fmt: skip
        return Order(**(known | changed))

    def order(self, number: str = NUMBER, **changed: Any) -> bytes:
        return sign_order(self.draft(number, **changed), self.key)

    def compact(
        self,
        payload: bytes,
        signer: signed.Signer | None = None,
        head: bytes = b'{"alg":"ES256","typ":"order+jwt"}',
    ) -> bytes:
        """Return a JWS of whatever is given, as an intruder would make it."""
        text = f"{canonical.b64(head)}.{canonical.b64(payload)}".encode()
        return text + b"." + canonical.b64((signer or self.key).sign(text)).encode()

    def lodging(self, order: bytes | str, who: signed.Signer | None = None, *, scan: str = "") -> p.Submit:
        text = order.decode("latin-1") if isinstance(order, bytes) else order
        signer = who or self.officer.own
        return p.Submit(statements=(self.world.sign(LodgeOrder, signer, order=text, scan=scan),))

    def lodge(self, order: bytes) -> p.Submitted:
        return self.world.ask(self.lodging(order), p.Submitted)

    def end_order(self, order: bytes) -> None:
        self.world.submit(self.world.sign(EndOrder, self.key, order=digest(order)))

    # -- papers ------------------------------------------------------------------------------------

    def reviewers(self, count: int = 2, org: str = "law-desk", kind: str = "oversight-body") -> list[Person]:
        """Enrol a body outside the agency with some legal reviewers, and the court's number in the register."""
        if org not in self.sponsors:
            self.enrol(org, kind, software_key("service"))
        self.enter_line()
        return [self.let_in(org, "legal-reviewer") for _ in range(count)]

    def enter_line(self, line: str = LINE, certificates: tuple[str, ...] = ()) -> None:
        entry = self.world.sign(
            enrolments.EnrolCourtLine, *self.world.oversight[:2], court=self.court, line=line,
            certificates=certificates or msgspec.UNSET,
        )  # fmt: skip
        self.world.submit(entry)

    def paper(self, number: str = NUMBER, **changed: Any) -> str:
        """Return what an officer copied from a paper of the court."""
        drafted = self.draft(number, **({"docket": DOCKET} | changed | {"key": ""}))
        return canonical.b64(canonical.encode(drafted))

    def handed_in(self, number: str = NUMBER, *, scan: str = "", **changed: Any) -> str:
        """Lodge a paper, and return its name."""
        paper = self.paper(number, **changed)
        self.world.ask(self.lodging(paper, scan=scan), p.Submitted)
        return canonical.b64(canonical.digest(canonical.unb64(paper)))

    def reviewing(self, order: str, who: signed.Signer, **changed: Any) -> p.Submit:
        known = {"order": order, **READ_BACK, "result": "confirmed"}
        return p.Submit(statements=(self.world.sign(ReviewOrder, who, **(known | changed)),))

    def looking_at(self, name: str, number: str = NUMBER) -> LocateUnder:
        """Return the question of one look under the order with this name."""
        sealed = hpke.seal_to(self.world.ingest_point(), number.encode(), look_info(name))
        return LocateUnder(
            request=self.world.sign(
                LookUnder, self.officer.own, order=name, number=canonical.b64(sealed), categories=("location.fix",),
                recipient=self.officer.recipient,
            )
        )  # fmt: skip

    # -- looks -------------------------------------------------------------------------------------

    def looking(
        self,
        order: bytes,
        number: str = NUMBER,
        who: signed.Signer | None = None,
        *,
        sealed: str = "",
        **changed: Any,
    ) -> LocateUnder:
        """Return the web's question of one look; `sealed` is another number than `number`, as it is sealed."""
        name = digest(order)
        own = hpke.seal_to(self.world.ingest_point(), number.encode(), look_info(name))
        known: dict[str, Any] = {
            "order": name, "number": sealed or canonical.b64(own), "categories": ("location.fix",),
            "recipient": self.officer.recipient,
        }  # fmt: skip
        return LocateUnder(request=self.world.sign(LookUnder, who or self.officer.own, **(known | changed)))

    def look(self, order: bytes, number: str = NUMBER, **changed: Any) -> Located:
        return self.world.ask(self.looking(order, number, **changed), Located)

    def permit(self, located: Located) -> Permit:
        """Return the permit of a look, checked as the courier checks it."""
        return read_permit(located.permit, self.world.keyholder.key)

    def number_in(self, permit: Permit) -> str:
        """Open the number that a permit to locate names, as the courier does."""
        info = location.locate_info(permit.id)
        return hpke.open_from(self.world.courier_opener, canonical.unb64(permit.to), info).decode()

    def refused(self, question: p.Message, reason: str) -> p.Problem:
        """Ask; it must be refused for `reason`, and nobody's list may have grown but the agency's own."""
        answer = self.world.engine.answer([question])[0]
        assert isinstance(answer, p.Problem), "it was taken"
        assert answer.reason == reason, answer
        return answer

    def looks_left(self, order: bytes) -> int:
        row = self.world.engine.core.store.one(
            "SELECT looks FROM orders WHERE digest = ?", jws.parse(order).digest
        )
        assert row is not None, "no such order"
        return int(row[0])


def digest(order: bytes) -> str:
    """Return what names an order."""
    return canonical.b64(jws.parse(order).digest)


def changed(order: bytes, **fields: Any) -> bytes:
    """Return the order with other words and the signature that it had."""
    head, payload, mark = order.split(b".")
    known = canonical.decode(canonical.unb64(payload.decode()), Order)
    other = canonical.encode(msgspec.structs.replace(known, **fields))
    return b".".join((head, canonical.b64(other).encode(), mark))


def some_order(signer: signed.Signer | None = None, **changed: Any) -> bytes:
    """Return an order of a court without a world, for those who read one and hand none in."""
    key = signer or software_key("service")
    known: dict[str, Any] = {
        "court": COURT, "key": key.key.id, "docket": DOCKET, "judge": "Hon. A. Perez", "agency": AGENCY,
        "number": NUMBER, "categories": ("location.fix",), "precision": "exact", "looks": 3, "issued": 1_790_000_000,
        "begins": 1_790_000_000, "until": 1_790_000_000 + 30 * DAY, "salt": canonical.b64(bytes(16)),
    }  # fmt: skip
    return sign_order(Order(**(known | changed)), key)
