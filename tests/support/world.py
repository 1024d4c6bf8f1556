"""A whole keyholder in a temporary folder, with people and machines that sign for themselves.

Everything is the real thing: engine, store, vault, log and policy; only the clock and the entropy are handed in.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import answers, canonical, desk, enrolments, signed
from breakseal.kernel.model import body as bodies
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.signers import Ed25519Signer, P256Signer
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.policy import load
from breakseal.kernel.policy.policy import Policy
from breakseal.kernel.seal import aead, hpke
from breakseal.kernel.tlog.signature import Ed25519Signer as NoteSigner
from breakseal.keyholder import protocol as p
from breakseal.keyholder.assembly import open_engine, policy_digest
from breakseal.keyholder.engine import Engine
from breakseal.keyholder.store import Store
from breakseal.log.local import LocalLog
from breakseal.log.store import LogStore
from breakseal.policydesk import shipped
from breakseal.rootkeys.file import FileRootBackend

START = 1_790_000_000
ORIGIN = "log.example/test"
NUMBER = "+15555550117"
M = TypeVar("M", bound=p.Message)

_POLICY: list[Policy] = []


class TestClock:
    """A clock that goes only where it is told."""

    __test__ = False

    def __init__(self, now: int = START) -> None:
        self.time = now

    def now(self) -> int:
        return self.time


def shipped_policy() -> Policy:
    """Return the county's default policy, loaded once."""
    if not _POLICY:
        _POLICY.append(load(shipped.text(), shipped.schema(), entropy=SystemEntropy(), cases_per_load=50))
    return _POLICY[0]


def software_key(use: str = "demo") -> P256Signer:
    """Return a fresh P-256 signer."""
    return P256Signer(ec.generate_private_key(ec.SECP256R1()), use)  # type: ignore[arg-type]


@dataclass
class Person:
    """Somebody with a key of their own, a session key, and a key that things are sealed to."""

    own: P256Signer = field(default_factory=software_key)
    session: P256Signer = field(default_factory=lambda: software_key("session"))
    opener: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    handle: str = ""
    written: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)

    @property
    def recipient(self) -> str:
        return canonical.b64(hpke.point_of(self.opener.public_key()))


class World:
    """One keyholder and everybody around it."""

    def __init__(self, folder: Path, *, demo: bool = True, clock: TestClock | None = None) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True, parents=True)
        self.clock = clock or TestClock()
        self.entropy = SystemEntropy()
        self.keyholder = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        self.log_signer = NoteSigner(ORIGIN, ed25519.Ed25519PrivateKey.generate())
        self.oversight = [Ed25519Signer(ed25519.Ed25519PrivateKey.generate()) for _ in range(3)]
        self.courier = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        self.courier_opener = ec.generate_private_key(ec.SECP256R1())
        self.callgate = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        self.sponsor = software_key()
        self.root = self._root(demo)
        self.engine: Engine = self.open()

    def open(self, folder: Path | None = None) -> Engine:
        """Open (or open again) the keyholder over the files in its folder."""
        at = folder or self.folder
        if not (at / "log.db").exists():
            LogStore.create(at / "log.db", self.log_signer.key).close()
        log = LocalLog(at / "log.db", self.log_signer, self.clock, admit=lambda _leaf: None, period=0)
        self.log = log
        return open_engine(
            Store(at / "keyholder.db"),
            FileRootBackend(at / "epochs", self.entropy),
            log,
            root=self.root,
            signer=self.keyholder,
            policy=shipped_policy(),
            clock=self.clock,
            entropy=self.entropy,
        )

    def close(self) -> None:
        self.engine.core.store.close()
        self.log.close()

    def _root(self, demo: bool) -> bytes:
        root = enrolments.Root(
            **self.stamp(86_400),  # type: ignore[arg-type]
            version=1,
            origin=ORIGIN,
            witnesses=f"log {self.log_signer.key.encode()}\nquorum none\n",
            set="set-1",
            needed=1,
            keyholders=(enrolments.KeyholderKeys(id="kh-1", share=1, sign=self.keyholder.key),),
            door=enrolments.Door(
                origin="http://localhost:8912", rp_id="localhost", web_origin="http://localhost:8911"
            ),
            oversight=tuple(signer.key for signer in self.oversight),
            threshold=2,
            demo=demo,
        )
        return signed.write(root, *self.oversight[:2])

    # -- statements ------------------------------------------------------------------------------

    def stamp(self, life: int = 300) -> dict[str, object]:
        now = self.clock.now()
        return {"issued": now, "expires": now + life, "nonce": canonical.b64(self.entropy.token(16))}

    def sign(self, what: type[SignedStatement], /, *signers: signed.Signer, **fields: object) -> bytes:
        return signed.write(what(**self.stamp(), **fields), *signers)  # type: ignore[arg-type]

    def ask(self, question: p.Message, answer: type[M]) -> M:
        """Ask the engine as a neighbour does, one question alone."""
        return p.expect(self.engine.answer([question])[0], answer)

    def submit(self, *envelopes: bytes) -> p.Submitted:
        return self.ask(p.Submit(statements=envelopes), p.Submitted)

    # -- setting up ------------------------------------------------------------------------------

    def found(self, org: str = "cedar", places: tuple[str, ...] = ("55079",)) -> None:
        """Release the policy, and enrol courier, call centre and sponsor."""
        digest = policy_digest(shipped_policy())
        root = self.oversight[:2]
        self.submit(self.sign(enrolments.PolicyRelease, *root, policy=digest, widens=False))
        self.submit(
            self.sign(
                enrolments.EnrolCourier,
                *root,
                courier="courier",
                sign=self.courier.key,
                seal=canonical.b64(hpke.point_of(self.courier_opener.public_key())),
            )
        )
        self.organisation(org, places)

    def organisation(
        self, org: str, places: tuple[str, ...] = ("55079",), kind: str = "call-centre", **keys: PublicKey
    ) -> None:
        self.submit(
            self.sign(
                enrolments.EnrolOrganisation,
                *self.oversight[:2],
                org=org,
                name=org.title(),
                kind=kind,
                places=places,
                sponsors=(enrolments.NamedKey(name="sponsor", key=keys.get("sponsor", self.sponsor.key)),),
                clients=(enrolments.NamedKey(name="callgate", key=keys.get("client", self.callgate.key)),),
            )
        )

    def officer(self, position: str = "7", role: str = "call-taker", org: str = "cedar") -> Person:
        """Let an officer in and begin their shift."""
        person = Person(handle=canonical.b64(self.entropy.token(16)))
        self.submit(self.sign(enrolments.OfferKey, person.own, org=org, name="Kim Doe", key=person.own.key))
        self.submit(
            self.sign(
                enrolments.EnrolOfficer,
                self.sponsor,
                org=org,
                officer=person.handle,
                name="Kim Doe",
                role=role,
                key=person.own.key,
            )
        )
        self.shift(person, position)
        return person

    def shift(self, person: Person, position: str) -> None:
        person.session = software_key("session")
        until = self.clock.now() + 8 * 3600
        self.submit(self.sign(s.Session, person.own, key=person.session.key, until=until, position=position))

    def sign_in(self, person: Person) -> None:
        """Begin a new session of a resident, for an hour."""
        person.session = software_key("session")
        until = self.clock.now() + 3600
        self.submit(self.sign(s.Session, person.own, key=person.session.key, until=until))

    def resident(self, number: str = NUMBER, *, granted: bool = True) -> Person:
        """Sign somebody up, bind their phone, write two categories and turn the record on."""
        person = Person()
        envelope = self.sign(s.EnrolSubject, person.own, key=person.own.key, session=person.session.key)
        person.handle = self.submit(envelope).handle
        if number:
            self.bind(person, number)
        self.write(person, "emergency.medical", b'{"fields":{"allergies":"penicillin"}}')
        self.write(person, "emergency.home", b'{"fields":{"entry":"side door"}}')
        if granted:
            self.turn_on(person)
        return person

    def bind(self, person: Person, number: str) -> None:
        sealed = hpke.seal_to(
            hpke.point_of(self.courier_opener.public_key()),
            number.encode(),
            answers.claim_info(person.session.key.id),
        )
        mine = person.session.key.id
        claim = self.sign(
            s.ClaimNumber, person.session, key=mine, number=canonical.b64(sealed), channel="sms"
        )
        assert self.submit(claim).permit
        self.submit(self.attest(claim, number))

    def channels(self, person: Person, address: bytes, **fields: str) -> bytes:
        """Return the signed choice of `address` (canonical `Address`), by default after the call in neutral words."""
        stamp = self.stamp()
        info = answers.address_info(answers.address_bound(person.session.key.id, str(stamp["nonce"])))
        sealed = hpke.seal_to(hpke.point_of(self.courier_opener.public_key()), address, info)
        chosen = {"timing": "after-call", "words": "neutral", "language": "en", **fields}
        statement = s.Channels(**stamp, address=canonical.b64(sealed), **chosen)  # type: ignore[arg-type]
        return signed.write(statement, person.session)

    def attest(self, claim: bytes, number: str, signer: signed.Signer | None = None) -> bytes:
        digest = hashlib.sha256(signed.read(claim)[0].payload_bytes()).digest()
        sealed = hpke.seal_to(self.ingest_point(), number.encode(), answers.NUMBER_INFO)
        return self.sign(
            s.NumberAttested,
            signer or self.courier,
            claim=canonical.b64(digest),
            number=canonical.b64(sealed),
            channel="sms",
        )

    def ingest_point(self) -> bytes:
        facts = self.ask(p.AskFacts(), p.Facts)
        _, statement = signed.read(facts.ingest)
        assert isinstance(statement, enrolments.IngestKey)
        return canonical.unb64(statement.key)

    def write(self, person: Person, category: str, plain: bytes, version: int | None = None) -> bytes:
        """Seal and write one category; return the wrap statement."""
        number = (
            version or int(person.written[category][0]) + 1 if category in person.written else version or 1
        )
        key = self.entropy.token(32)
        context = aead.record_context(person.handle, category, number)
        ciphertext = aead.seal(key, plain, context, self.entropy)
        envelope = self.wrap_statement(person, category, number, ciphertext, key)
        self.submit(envelope)
        person.written[category] = (str(number).encode(), ciphertext)
        return envelope

    def wrap_statement(
        self, person: Person, category: str, version: int, ciphertext: bytes, key: bytes
    ) -> bytes:
        sha256 = canonical.b64(hashlib.sha256(ciphertext).digest())
        info = answers.wrap_info(person.handle, category, version, sha256)
        return self.sign(
            s.Wrap,
            person.session,
            set="set-1",
            share=1,
            category=category,
            version=version,
            sha256=sha256,
            key=canonical.b64(hpke.seal_to(self.ingest_point(), key, info)),
        )

    def turn_on(self, person: Person, *, anywhere: bool = True, places: tuple[str, ...] = ()) -> None:
        self.submit(
            self.sign(
                s.Grant,
                person.own,
                purpose="emergency-response",
                categories=EMERGENCY_CATEGORIES,
                anywhere=anywhere,
                places=places,
            )
        )

    # -- a call ----------------------------------------------------------------------------------

    def call(
        self,
        number: str = NUMBER,
        *,
        call: str = "c1",
        seq: int = 1,
        event: str = "answered",
        position: str = "7",
        officer: str = "",
        org: str = "cedar",
        signer: signed.Signer | None = None,
    ) -> bytes:
        caller = canonical.encode(s.Caller(number=number))
        return self.sign(
            s.CallEvent,
            signer or self.callgate,
            org=org,
            call=call,
            seq=seq,
            event=event,
            caller=canonical.b64(hpke.seal_to(self.ingest_point(), caller, answers.caller_info(org, call))),
            position=position,
            officer=officer,
        )

    def request(self, person: Person, event: bytes = b"", **fields: object) -> bytes:
        digest = hashlib.sha256(signed.read(event)[0].payload_bytes()).digest() if event else b""
        known: dict[str, object] = {
            "purpose": "emergency-response" if event else "self-view",
            "basis": canonical.b64(digest),
            "categories": EMERGENCY_CATEGORIES,
            "recipient": person.recipient,
        }
        return self.sign(s.Request, person.session, **(known | fields))

    def disclose(self, person: Person, event: bytes = b"", **fields: object) -> p.Disclosed:
        return self.ask(p.Disclose(request=self.request(person, event, **fields), basis=event), p.Disclosed)

    def opened(self, person: Person, answer: p.Disclosed) -> answers.Opened:
        plain = hpke.open_from(person.opener, answer.sealed, answers.OPENED_INFO)
        return canonical.decode(plain, answers.Opened)

    def read_record(self, opened: answers.Opened, category: str, ciphertext: bytes) -> bytes:
        """Do what the browser does with an opened key."""
        key = next(one for one in opened.keys if one.category == category)
        assert canonical.b64(hashlib.sha256(ciphertext).digest()) == key.sha256
        context = aead.record_context(opened.subject, category, key.version)
        return aead.open_sealed(canonical.unb64(key.key), ciphertext, context)

    # -- lists -----------------------------------------------------------------------------------

    def trail(self, person: Person, signer: signed.Signer | None = None) -> bodies.Trail:
        envelope = self.sign(s.ReadTrail, signer or person.session, recipient=person.recipient)
        return bodies.join_pages(lambda first: self.page(person, envelope, first))

    def page(self, person: Person, envelope: bytes, first: int = 1) -> bodies.Trail:
        """Ask for one page of the list that a signed `ReadTrail` asks for."""
        sealed = self.ask(p.Read(statement=envelope, first=first), p.Sealed).sealed
        plain = hpke.open_from(person.opener, sealed, answers.TRAIL_INFO)
        return canonical.decode(plain, bodies.Trail, limit=1 << 24)

    def desk(self, person: Person, name: str = "self", signer: signed.Signer | None = None) -> object:
        envelope = self.sign(s.ReadDesk, signer or person.own, desk=name, recipient=person.recipient)
        sealed = self.ask(p.Read(statement=envelope), p.Sealed).sealed
        plain = hpke.open_from(person.opener, sealed, answers.DESK_INFO)
        known = (
            desk.SelfDesk | desk.OfficersDesk | desk.CasesDesk | desk.OrganisationDesk | desk.OrdersDesk
            | desk.ExigentDesk
        )  # fmt: skip
        return canonical.decode(plain, known, limit=1 << 24)  # type: ignore[arg-type]


def refused(reason: str, act: Callable[[], object]) -> None:
    """Check that `act` is refused with this machine reason."""
    with pytest.raises(BreaksealError) as error:
        act()
    assert error.value.reason == reason
