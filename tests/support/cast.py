"""Everybody whom an intruder may want to be, and one right example of every kind of statement."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.model import answers, canonical, enrolments, exigent, location, missing, orders, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Attest
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support import courts, dangers
from tests.support.courts import Court
from tests.support.dangers import Danger, name_of
from tests.support.locating import Locating
from tests.support.searching import Search
from tests.support.world import NUMBER, Person, World, software_key

OTHER_NUMBER = "+15555550118"
IN_DANGER, MISSING = "+15555550190", "+15555550191"


class Cast:
    """A keyholder with a resident, another one, officers, a second organisation, and a stranger."""

    def __init__(self, folder: Path) -> None:
        self.world = world = World(folder)
        world.found()
        self.second, self.new = software_key(), software_key()
        self.rosa, self.other = world.resident(), world.resident(OTHER_NUMBER)
        world.submit(self.add(self.second))
        self.number_id = world.desk(self.rosa).numbers[0].id  # type: ignore[attr-defined]
        self.kim = world.officer("7")
        self.offered = Person(handle=canonical.b64(world.entropy.token(16)))
        self.offer = world.sign(
            enrolments.OfferKey, self.offered.own, org="cedar", name="Lee", key=self.offered.own.key
        )
        world.submit(self.offer)
        self._pine()
        self.claim = self.claimed()
        self.places = Locating(world)
        self.asked, self.agreed = self.places.ask(), self.places.agree(purpose="CustomerCare")
        self.court = Court(world)
        self.reviewer = self.court.reviewers(1)[0]
        self.ordered = self.court.order(looks=1000)
        self.court.lodge(self.ordered)
        self.paper = self.court.handed_in()
        self.danger = Danger(world, self.court)
        self.in_danger = self.danger.ask(IN_DANGER)
        self.search = Search(world, self.court, self.danger.supervisor)
        self.in_case = self.search.open(MISSING)
        self.stranger = software_key()
        self._event = b""
        self.keys = self._keys()

    def _pine(self) -> None:
        self.pine_sponsor = software_key()
        self.pine_gate = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        self.world.organisation("pine", sponsor=self.pine_sponsor.key, client=self.pine_gate.key)
        mine, self.world.sponsor = self.world.sponsor, self.pine_sponsor
        self.pine_officer = self.world.officer("7", org="pine")
        self.world.sponsor = mine

    def _keys(self) -> dict[str, signed.Signer]:
        world = self.world
        return {
            "rosa": self.rosa.own, "rosa-session": self.rosa.session, "second": self.second, "new": self.new,
            "other": self.other.own, "other-session": self.other.session, "kim": self.kim.own,
            "kim-session": self.kim.session, "sponsor": world.sponsor, "callgate": world.callgate,
            "courier": world.courier, "overseer-1": world.oversight[0], "overseer-2": world.oversight[1],
            "keyholder": world.keyholder, "pine-sponsor": self.pine_sponsor, "pine-callgate": self.pine_gate,
            "pine-officer": self.pine_officer.own, "pine-session": self.pine_officer.session,
            "offered": self.offered.own, "stranger": self.stranger, "client": self.places.client,
            "court": self.court.key, "investigator": self.court.officer.own, "reviewer": self.reviewer.own,
            "police-supervisor": self.danger.supervisor.own, "duty": self.danger.duty.own,
            "judge": self.danger.overseer.own,
        }  # fmt: skip

    def add(self, key: signed.Signer) -> bytes:
        return self.world.sign(s.AddKey, self.rosa.own, key, key=key.key, label="spare")

    def claimed(self) -> bytes:
        mine = self.rosa.session
        claim = self.world.sign(
            s.ClaimNumber, mine, key=mine.key.id, number=self.claim_number(), channel="sms"
        )
        self.world.submit(claim)
        return claim

    def claim_number(self, number: str = "+15555550119") -> str:
        point = hpke.point_of(self.world.courier_opener.public_key())
        return canonical.b64(
            hpke.seal_to(point, number.encode(), answers.claim_info(self.rosa.session.key.id))
        )

    def sealed(self, plain: bytes, info: bytes) -> str:
        return canonical.b64(hpke.seal_to(self.world.ingest_point(), plain, info))

    def stamp(self, **changed: object) -> dict[str, Any]:
        return self.world.stamp() | changed

    def make(self, kind: Kind, *signers: signed.Signer, **changed: object) -> bytes:
        """Return the kind's example, rightly signed unless `signers` are given, with members `changed`."""
        statement = kind.type(**(self.stamp() | kind.members(self) | changed))
        return signed.write(statement, *(signers or [self.keys[name] for name in kind.signers]))

    def hand_in(self, kind: Kind, envelope: bytes) -> p.Message:
        return self.world.engine.answer([kind.ask(self, envelope)])[0]

    def event(self) -> bytes:
        """Return the one call that the cast's requests are about."""
        if not self._event:
            self._event = self.world.call()
        return self._event

    def state(self) -> dict[str, list[Any]]:
        """Return all that the keyholder knows, but for time, budgets and what it refused."""
        store = self.world.engine.core.store
        tables = (
            "enrolments", "vault", "trails", "keys", "organisations", "officers", "offers", "subjects", "grants",
            "numbers", "claims", "records", "channels", "calls", "openings", "permits", "cases", "location_asks",
            "location_consents", "location_tokens", "location_looks", "location_paused", "location_keyless",
            "orders", "reviews", "deferred", "exigent", "missing",
            "location_by_key", "location_texts",
        )  # fmt: skip
        found: dict[str, list[Any]] = {name: store.many(f"SELECT * FROM {name}") for name in tables}
        found["trails"] = [row for row in found["trails"] if row[1] != "organisation"]
        return found


def _submit(_cast: Cast, envelope: bytes) -> p.Message:
    return p.Submit(statements=(envelope,))


def _disclose(_cast: Cast, envelope: bytes) -> p.Message:
    return p.Disclose(request=envelope)


def _call(cast: Cast, envelope: bytes) -> p.Message:
    return p.Disclose(request=envelope, basis=cast.event())


def _read(_cast: Cast, envelope: bytes) -> p.Message:
    return p.Read(statement=envelope)


def _attest(_cast: Cast, envelope: bytes) -> p.Message:
    return Attest(statement=envelope)


def _look_under(_cast: Cast, envelope: bytes) -> p.Message:
    return LocateUnder(request=envelope)


def _identify(_cast: Cast, envelope: bytes) -> p.Message:
    return p.Identify(statement=envelope)


@dataclass(frozen=True)
class Kind:
    """A kind of statement: who signs it, who else may (about what is theirs), how it is handed in, an example."""

    type: type[Any]
    signers: tuple[str, ...]
    members: Callable[[Cast], dict[str, Any]]
    may: tuple[str, ...] = ()
    ask: Callable[[Cast, bytes], p.Message] = _submit
    variant: str = ""
    idempotent: bool = False

    @property
    def name(self) -> str:
        tag = str(self.type.__struct_config__.tag)
        return f"{tag}-{self.variant}" if self.variant else tag

    @property
    def by_root(self) -> bool:
        return self.signers[0].startswith("overseer")


_OWN = ("rosa", "second", "other")
_SESSIONS = (*_OWN, "rosa-session", "other-session")
_ROOTS = ("overseer-1", "overseer-2")
_SHIFTS = ("kim", "pine-officer", "investigator", "reviewer", "police-supervisor", "duty", "judge")
_EVERYBODY = (*_SESSIONS, *_SHIFTS, "kim-session", "pine-session", "sponsor", "pine-sponsor", "callgate",
              "pine-callgate", "courier", "client", "court")  # fmt: skip


def _root(cast: Cast) -> dict[str, Any]:
    old = cast.world.engine.core.roots.root
    members = {name: getattr(old, name) for name in old.__struct_fields__}
    for name in ("v", "issued", "expires", "nonce"):
        members.pop(name)
    return members | {"version": 2}


def _named(org: str, sponsor: signed.Signer, client: signed.Signer) -> dict[str, Any]:
    return {
        "org": org, "name": "Cedar", "kind": "call-centre", "places": ("55079", "55089"),
        "sponsors": (enrolments.NamedKey(name="sponsor", key=sponsor.key),),
        "clients": (enrolments.NamedKey(name="callgate", key=client.key),),
    }  # fmt: skip


def _claim(cast: Cast) -> dict[str, Any]:
    return {"key": cast.rosa.session.key.id, "number": cast.claim_number(), "channel": "sms"}


def _wrap(cast: Cast) -> dict[str, Any]:
    sha256 = canonical.b64(bytes(32))
    info = answers.wrap_info(cast.rosa.handle, "emergency.medical", 2, sha256)
    return {
        "set": "set-1", "share": 1, "category": "emergency.medical", "version": 2,
        "sha256": sha256, "key": cast.sealed(bytes(32), info),
    }  # fmt: skip


def _attested(cast: Cast) -> dict[str, Any]:
    claim = hashlib.sha256(signed.read(cast.claim)[0].payload_bytes()).digest()
    number = cast.sealed(b"+15555550119", answers.NUMBER_INFO)
    return {"claim": canonical.b64(claim), "number": number, "channel": "sms"}


def _consent(cast: Cast) -> dict[str, Any]:
    return {
        "client": cast.places.client_id, "number": cast.number_id, "purpose": "CustomerCare", "precision": "exact",
        "rate": 4, "until": cast.world.clock.time + 86_400, "challenge": canonical.b64(bytes(32)), "language": "en",
    }  # fmt: skip


def _answered(cast: Cast) -> dict[str, Any]:
    name = canonical.b64(cast.asked.ask)
    number = cast.sealed(NUMBER.encode(), location.answered_info(name))
    return {"ask": name, "answer": "yes", "lasting": "day", "number": number}


def _event(cast: Cast) -> dict[str, Any]:
    caller = canonical.encode(s.Caller(number=NUMBER))
    return {
        "org": "cedar", "call": "c9", "seq": 1, "event": "answered", "position": "7", "officer": "",
        "caller": cast.sealed(caller, answers.caller_info("cedar", "c9")),
    }  # fmt: skip


def _request(cast: Cast) -> dict[str, Any]:
    basis = hashlib.sha256(signed.read(cast.event())[0].payload_bytes()).digest()
    return {
        "purpose": "emergency-response", "basis": canonical.b64(basis), "categories": EMERGENCY_CATEGORIES,
        "recipient": cast.kim.recipient,
    }  # fmt: skip


def _look(cast: Cast) -> dict[str, Any]:
    name = courts.digest(cast.ordered)
    return {
        "order": name, "number": cast.sealed(NUMBER.encode(), orders.look_info(name)), "categories": ("location.fix",),
        "recipient": cast.court.officer.recipient,
    }  # fmt: skip


def _first(cast: Cast) -> dict[str, Any]:
    nonce = str(cast.stamp()["nonce"])
    number = cast.sealed(OTHER_NUMBER.encode(), exigent.exigent_info(nonce))
    return {
        "nonce": nonce,
        "number": number,
        "digits": OTHER_NUMBER[-4:],
        "danger": "a child is out in the cold",
    }


def _second(cast: Cast) -> dict[str, Any]:
    first = cast.danger.first(OTHER_NUMBER)
    number = cast.sealed(OTHER_NUMBER.encode(), exigent.exigent_info(name_of(first)))
    return {"request": canonical.b64(first), "number": number, "reason": "I heard the call"}


def _second_case(cast: Cast) -> dict[str, Any]:
    first = cast.search.first(OTHER_NUMBER, case="26-0500")
    number = cast.sealed(OTHER_NUMBER.encode(), missing.missing_info(name_of(first)))
    return {"request": canonical.b64(first), "number": number, "reason": "I spoke with the home"}


def _point() -> str:
    return canonical.b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))


def _k(type_: type[Any], signers: tuple[str, ...], members: Callable[[Cast], dict[str, Any]], *may: str,
       **more: Any) -> Kind:  # fmt: skip
    return Kind(type_, signers, members, may=(*signers, *may), **more)


KINDS: tuple[Kind, ...] = (
    _k(enrolments.Root, _ROOTS, _root),
    _k(enrolments.EnrolOrganisation, _ROOTS, lambda _c: _named("birch", software_key(), software_key("service"))),
    _k(enrolments.EnrolCourier, _ROOTS, lambda _c: {
        "courier": "second", "sign": software_key("service").key, "seal": _point()}),
    _k(enrolments.EnrolProcessor, _ROOTS, lambda _c: {"processor": "sms-house", "name": "SMS House", "does": "sends"}),
    _k(enrolments.PolicyRelease, _ROOTS, lambda _c: {"policy": canonical.b64(bytes(32)), "widens": True}),
    _k(enrolments.EnrolOfficer, ("sponsor",), lambda c: {
        "org": "cedar", "officer": c.offered.handle, "name": "Lee", "role": "call-taker", "key": c.offered.own.key}),
    _k(enrolments.RevokeOfficer, ("sponsor",), lambda c: {"org": "cedar", "officer": c.kim.handle}),
    _k(enrolments.Roster, ("sponsor",), lambda c: {"org": "cedar", "officers": (c.kim.handle,)}),
    _k(enrolments.OfferKey, ("new",), lambda c: {"org": "cedar", "name": "Max", "key": c.new.key}),
    _k(s.EnrolSubject, ("new",), lambda c: {"key": c.new.key}),
    _k(s.Session, ("rosa",), lambda c: {"key": software_key("session").key, "until": c.world.clock.time + 900},
       *_OWN, *_SHIFTS, variant="subject"),
    _k(s.Session, ("kim",), lambda c: {
        "key": software_key("session").key, "until": c.world.clock.time + 900, "position": "7"},
       *_OWN, *_SHIFTS, variant="officer"),
    _k(s.Hello, ("rosa-session",), lambda _c: {"origin": "http://localhost:8911"},
       "kim-session", "other-session", "pine-session", ask=_identify),
    _k(s.AddKey, ("rosa", "new"), lambda c: {"key": c.new.key, "label": "tablet"}),
    _k(s.RevokeKey, ("rosa",), lambda c: {"key": c.second.key.id}, "second"),
    _k(s.Grant, ("rosa",), lambda _c: {
        "purpose": "emergency-response", "categories": ("emergency.medical",), "anywhere": True, "places": ()}, *_OWN),
    _k(s.WithdrawGrant, ("rosa-session",), lambda _c: {"purpose": "emergency-response"}, *_SESSIONS),
    _k(s.ClaimNumber, ("rosa-session",), _claim, *_SESSIONS),
    _k(s.NumberAttested, ("courier",), _attested),
    _k(s.WithdrawNumber, ("rosa-session",), lambda c: {"number": c.number_id}, "rosa", "second"),
    _k(s.Wrap, ("rosa-session",), _wrap, *_SESSIONS),
    _k(s.Keep, ("rosa-session",), lambda _c: {"categories": ("emergency.home",)}, *_SESSIONS),
    _k(s.Channels, ("rosa-session",), lambda _c: {
        "address": "AAAA", "timing": "after-call", "words": "neutral", "language": "en"}, *_SESSIONS),
    _k(s.Freeze, ("rosa-session",), lambda _c: {"leaf": ""}, *_SESSIONS),
    _k(s.Unfreeze, ("rosa",), lambda _c: {}, *_OWN),
    _k(s.Erase, ("rosa",), lambda _c: {"categories": ()}, *_OWN),
    _k(location.Consent, ("rosa",), _consent, "second"),
    _k(location.WithdrawConsent, ("rosa-session",), lambda c: {"consent": canonical.b64(c.agreed.consent)},
       "rosa", "second"),
    _k(location.PauseLocation, ("rosa-session",), lambda _c: {"paused": True}, *_SESSIONS),
    _k(location.ConsentAnswered, ("courier",), _answered, ask=_attest),
    _k(location.ConsentStopped, ("courier",), lambda c: {
        "number": c.sealed(NUMBER.encode(), location.STOP_INFO), "why": "stopped"}, ask=_attest),
    _k(enrolments.EnrolCourtLine, _ROOTS, lambda _c: {"court": courts.COURT, "line": "+16085550177"}),
    _k(orders.LodgeOrder, ("investigator",), lambda c: {"order": c.court.order().decode()}),
    _k(orders.ReviewOrder, ("reviewer",), lambda c: {"order": c.paper, **courts.READ_BACK, "result": "confirmed"}),
    _k(orders.EndOrder, ("court",), lambda c: {"order": courts.digest(c.ordered)}),
    _k(orders.LookUnder, ("investigator",), _look, ask=_look_under),
    _k(exigent.Exigent, ("investigator",), _first, idempotent=True),
    _k(exigent.SecondExigent, ("police-supervisor",), _second),
    _k(exigent.ConfirmExigent, ("duty",), lambda c: {
        "exigent": c.in_danger, "line": dangers.LINE, "digits": IN_DANGER[-4:], "result": "confirmed"}),
    _k(exigent.ReviewExigent, ("judge",), lambda c: {
        "exigent": c.in_danger, "result": "upheld", "reason": "it was so"}, "reviewer"),
    _k(location.AgreeIfMissing, ("rosa",), lambda c: {
        "org": courts.AGENCY, "number": c.number_id, "until": c.world.clock.time + 86_400, "language": "en"}, "second"),
    _k(missing.SecondMissingCase, ("police-supervisor",), _second_case),
    _k(missing.MissingFound, ("investigator",), lambda c: {"case": c.in_case}, "police-supervisor"),
    _k(s.CallEvent, ("callgate",), _event, idempotent=True),
    _k(s.Request, ("kim-session",), _request, ask=_call, idempotent=True, variant="emergency"),
    _k(s.Request, ("rosa-session",), lambda c: {
        "purpose": "self-view", "basis": "", "categories": EMERGENCY_CATEGORIES, "recipient": c.rosa.recipient},
       *_SESSIONS, ask=_disclose, idempotent=True, variant="self"),
    _k(s.ReadTrail, ("rosa-session",), lambda c: {"recipient": c.rosa.recipient}, *_SESSIONS, ask=_read),
    _k(s.ReadDesk, ("rosa-session",), lambda c: {"desk": "self", "recipient": c.rosa.recipient}, *_EVERYBODY,
       ask=_read, variant="self"),
    _k(s.ReadDesk, ("sponsor",), lambda c: {"desk": "pending-officers", "recipient": c.rosa.recipient}, "pine-sponsor",
       ask=_read, variant="officers"),
    _k(s.ReadDesk, ("sponsor",), lambda c: {"desk": "organisation-trail", "recipient": c.rosa.recipient},
       "pine-sponsor", ask=_read, variant="organisation"),
)  # fmt: skip
"""Every kind that the keyholder takes while it is open; `RestoreRelease` is taken only after a restore."""
