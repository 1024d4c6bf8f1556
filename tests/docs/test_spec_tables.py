"""The tables of docs/spec say what the code says, and what a running keyholder does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.kernel.errors import BreaksealError
from breakseal.kernel.model import answers, canonical, enrolments, location, orders, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.exigent import exigent_info
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Attest
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support import courts, dangers, searching, spectables
from tests.support.courts import Court
from tests.support.dangers import Danger
from tests.support.locating import Locating
from tests.support.searching import Search
from tests.support.world import NUMBER, Person, World, software_key

TYPES = spectables.statement_types()
WORLDLY = sorted(set(TYPES) - {"ingest-key", "restore-release"})


@pytest.mark.parametrize("name", list(spectables.TABLES))
def test_the_pages_hold_the_tables_that_the_code_writes(name: str) -> None:
    assert spectables.written(name) == spectables.TABLES[name][1](), "run python -m tests.support.spectables"


def test_every_statement_has_a_line() -> None:
    assert set(spectables.MAY_SIGN) == set(TYPES)
    assert set(spectables.LEAVES) <= set(TYPES)
    assert {signer for signers in spectables.MAY_SIGN.values() for signer in signers} == set(
        spectables.SIGNERS
    )


@dataclass
class Stage:
    """A town in which every kind of signer is present, and one fresh statement of each kind can be made."""

    world: World
    rosa: Person = field(init=False)
    kim: Person = field(init=False)
    places: Locating = field(init=False)
    court: Court = field(init=False)
    danger: Danger = field(init=False)

    def __post_init__(self) -> None:
        self.world.found()
        self.kim = self.world.officer()
        self.rosa = self.world.resident()
        self.places = Locating(self.world)
        self.court = Court(self.world)
        self.danger = Danger(self.world, self.court)
        self.search = Search(self.world, self.court, self.danger.supervisor)
        self.other = self.court.let_in()

    def asked(self) -> str:
        return canonical.b64(self.places.ask().ask)

    def agreed(self) -> str:
        """Return the name of a consent that the phone gave just now."""
        return canonical.b64(self.places.agree().consent)

    def signers(self, name: str) -> dict[str, tuple[signed.Signer, ...]]:
        world, stranger = self.world, Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
        named: dict[str, tuple[signed.Signer, ...]] = {
            "nobody-enrolled": (stranger,),
            "one-overseer": (world.oversight[0],),
            "keyholder": (world.keyholder,),
            "callgate": (world.callgate,),
            "courier": (world.courier,),
            "sponsor": (world.sponsor,),
            "officer-session": (self.kim.session,),
            "officer": (self.kim.own,),
            "subject-session": (self.rosa.session,),
            "subject": (self.rosa.own,),
            "overseers": tuple(world.oversight[1:]),
        }
        if name.endswith("exigent"):
            danger = self.danger
            named |= {"investigator": (danger.officer.own,), "police-supervisor": (danger.supervisor.own,)}
            named |= {"duty": (danger.duty.own,), "reviewer": (danger.legal.own,)}
            named |= {"overseer": (danger.overseer.own,)}
        if "missing-" in name:
            danger = self.danger
            named |= {"investigator": (danger.officer.own,), "police-supervisor": (danger.supervisor.own,)}
            if name != "missing-case":  # where any investigator is the first
                named |= {"another-investigator": (self.other.own,)}
        if name in ("lodge-order", "end-order", "look-under", "review-order"):
            named |= {"investigator": (self.court.officer.own,), "court": (self.court.key,)}
            named |= {"reviewer": (self.court.reviewers(1)[0].own,)}
        return named

    def point(self) -> str:
        return canonical.b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))

    def claim(self) -> tuple[str, str]:
        """Return the digest of a fresh claim and its number, sealed to the keyholder."""
        self.world.engine.core.store.run("DELETE FROM budgets")
        own = self.rosa.own
        sealed = canonical.b64(b"sealed")
        claim = self.world.sign(s.ClaimNumber, own, key=own.key.id, number=sealed, channel="sms")
        self.world.submit(claim)
        digest = canonical.digest(signed.read(claim)[0].payload_bytes())
        sealed = hpke.seal_to(self.world.ingest_point(), NUMBER.encode(), answers.NUMBER_INFO)
        return canonical.b64(digest), canonical.b64(sealed)

    def offered(self) -> Person:
        person = Person()
        self.world.submit(
            self.world.sign(enrolments.OfferKey, person.own, org="cedar", name="Al", key=person.own.key)
        )
        return person

    def number(self) -> str:
        self.world.engine.core.store.run("DELETE FROM budgets")
        self.world.bind(self.rosa, NUMBER)
        return self.world.engine.core.numbers.of(self.rosa.handle)[0].id

    def wrapped(self) -> dict[str, object]:
        """Return the members of the next version of a category."""
        old = self.world.engine.core.subjects.record(self.rosa.handle, "emergency.home")
        version = old.version + 1 if old else 1
        info = answers.wrap_info(self.rosa.handle, "emergency.home", version, canonical.b64(bytes(32)))
        sealed = hpke.seal_to(self.world.ingest_point(), bytes(32), info)
        return {
            "set": "set-1", "share": 1, "category": "emergency.home", "version": version,
            "sha256": canonical.b64(bytes(32)), "key": canonical.b64(sealed),
        }  # fmt: skip

    def statement(self, name: str, signer: str, keys: tuple[signed.Signer, ...]) -> bytes:
        """Return a statement of the kind `name` that is as good as it can be, signed by `keys`."""
        kind: type[SignedStatement] = TYPES[name]
        fields, also = self._fields(name, signer, keys)
        return signed.write(kind(**(self.world.stamp() | fields)), *keys, *also)  # type: ignore[arg-type]

    def _fields(
        self, name: str, signer: str, keys: tuple[signed.Signer, ...]
    ) -> tuple[dict[str, object], tuple[signed.Signer, ...]]:
        """Return the members of a statement, and who signs it besides."""
        if name == "add-key":
            added = software_key()
            return {"key": added.key, "label": "phone"}, (added,)
        if name == "claim-number":
            return {
                "key": keys[0].key.id if keys else "",
                "number": canonical.b64(b"sealed"),
                "channel": "sms",
            }, ()
        made = self._by_offices(signer) | self._by_subjects() | self._by_machines(signer) | self._by_courts()
        return (made | self._in_danger() | searching.examples(self.search, self.number))[name](), ()

    def _by_offices(self, signer: str) -> dict[str, Callable[[], dict[str, object]]]:
        kim, officer = self.kim.handle, canonical.b64(self.world.entropy.token(16))
        return {
            "root": lambda: _next_root(self.world),
            "enrol-organisation": lambda: {
                "org": f"new-{signer}", "name": "New", "kind": "police", "places": (),
                "sponsors": (enrolments.NamedKey(name="one", key=software_key().key),), "clients": (),
            },
            "enrol-courier": lambda: {"courier": f"c-{signer}", "sign": software_key().key, "seal": self.point()},
            "enrol-processor": lambda: {"processor": f"p-{signer}", "name": "P", "does": "carries"},
            "policy-release": lambda: {"policy": canonical.b64(bytes(32)), "widens": False},
            "offer-key": lambda: {"org": "cedar", "name": "Al", "key": software_key().key},
            "enrol-officer": lambda: {
                "org": "cedar", "officer": officer, "name": "Al", "role": "call-taker", "key": self.offered().own.key,
            },
            "revoke-officer": lambda: {"org": "cedar", "officer": kim},
            "roster": lambda: {"org": "cedar", "officers": (kim,)},
        }  # fmt: skip

    def _by_courts(self) -> dict[str, Callable[[], dict[str, object]]]:
        return {
            "lodge-order": lambda: {"order": self.court.order().decode()},
            "enrol-court-line": lambda: {"court": courts.COURT, "line": courts.LINE},
            "review-order": lambda: {
                **courts.READ_BACK, "docket": (docket := f"p-{self.world.log.size()}"), "result": "confirmed",
                "order": self.court.handed_in(docket=docket),
            },
            "end-order": lambda: {"order": self.ordered()},
            "look-under": lambda: {
                "order": (order := self.ordered()), "categories": ("location.fix",), "recipient": self.point(),
                "number": self.places.sealed(NUMBER, orders.look_info(order)),
            },
        }  # fmt: skip

    def _in_danger(self) -> dict[str, Callable[[], dict[str, object]]]:
        danger = self.danger

        def exigent() -> dict[str, object]:
            nonce = canonical.b64(self.world.entropy.token(16))
            number = danger.sealed(NUMBER, exigent_info(nonce))
            return {"nonce": nonce, "number": number, "digits": NUMBER[-4:], "danger": "a fire"}

        def second() -> dict[str, object]:
            first = danger.first()
            number = danger.sealed(NUMBER, exigent_info(dangers.name_of(first)))
            return {"request": canonical.b64(first), "number": number, "reason": "I saw it"}

        def fresh() -> str:
            return danger.ask(f"+1555555{self.world.log.size():04}")

        return {
            "exigent": exigent,
            "second-exigent": second,
            "confirm-exigent": lambda: {
                "digits": f"{self.world.log.size():04}", "exigent": fresh(), "line": dangers.LINE,
                "result": "confirmed",
            },
            "review-exigent": lambda: {"exigent": fresh(), "result": "upheld", "reason": "it was so"},
        }  # fmt: skip

    def ordered(self) -> str:
        """Return the name of an order that was lodged just now."""
        order = self.court.order()
        self.court.lodge(order)
        return courts.digest(order)

    def _by_subjects(self) -> dict[str, Callable[[], dict[str, object]]]:
        soon = self.world.clock.now() + 600
        return {
            "enrol-subject": lambda: {"key": software_key().key},
            "session": lambda: {"key": software_key("session").key, "until": soon, "position": ""},
            "hello": lambda: {"origin": "http://localhost:8911"},
            "revoke-key": lambda: {"key": self.rosa.session.key.id},
            "grant": lambda: {
                "purpose": "emergency-response", "categories": ("emergency.home",), "anywhere": True, "places": (),
            },
            "withdraw-grant": lambda: {"purpose": "emergency-response"},
            "withdraw-number": lambda: {"number": self.number()},
            "wrap": self.wrapped,
            "keep": lambda: {"categories": ("emergency.home",)},
            "channels": lambda: {
                "address": canonical.b64(b"sealed"), "timing": "at-once", "words": "neutral", "language": "en",
            },
            "freeze": lambda: {"leaf": ""},
            "unfreeze": dict,
            "erase": lambda: {"categories": ("emergency.medical",)},
            "consent": lambda: {
                "client": self.places.client_id, "number": self.number(), "purpose": "CustomerCare",
                "precision": "1km", "rate": 4, "until": soon,
                "challenge": canonical.b64(bytes(32)), "language": "en",
            },
            "withdraw-consent": lambda: {"consent": self.agreed()},
            "pause-location": lambda: {"paused": True},
            "request": lambda: {
                "purpose": "self-view", "basis": "", "categories": ("emergency.home",), "recipient": self.point(),
            },
            "read-trail": lambda: {"recipient": self.point()},
            "read-desk": lambda: {"desk": "self", "recipient": self.point()},
        }  # fmt: skip

    def _by_machines(self, signer: str) -> dict[str, Callable[[], dict[str, object]]]:
        return {
            "consent-answered": lambda: {
                "ask": (ask := self.asked()), "answer": "yes", "lasting": "day",
                "number": self.places.sealed(NUMBER, location.answered_info(ask)),
            },
            "consent-stopped": lambda: {
                "number": self.places.sealed(NUMBER, location.STOP_INFO), "why": self.agreed() and "stopped",
            },
            "number-attested": lambda: dict(zip(("claim", "number"), self.claim(), strict=True)) | {"channel": "sms"},
            "call-event": lambda: {
                "org": "cedar", "call": f"c-{signer}", "seq": 1, "event": "ended", "caller": "", "position": "7",
                "officer": "",
            },
        }  # fmt: skip

    def hand_in(self, name: str, envelope: bytes, signer: str) -> p.Message:
        """Hand a statement to the keyholder by the message that takes its kind."""
        questions: dict[str, p.Message] = {
            "Submit": p.Submit(statements=(envelope,)),
            "Identify": p.Identify(statement=envelope),
            "Read": p.Read(statement=envelope),
            "Attest": Attest(statement=envelope),
            "LocateUnder": LocateUnder(request=envelope),
        }
        if name == "missing-case":
            return self.world.engine.answer([self.search.seconding(envelope)])[0]
        by = spectables.handed_in(name, TYPES[name])
        if by != "Disclose":
            return self.world.engine.answer([questions[by]])[0]
        if signer.startswith("officer"):
            return self._disclose_for_officer(signer)
        return self.world.engine.answer([p.Disclose(request=envelope)])[0]

    def _disclose_for_officer(self, signer: str) -> p.Message:
        event = self.world.call(call=f"call-{signer}", officer=self.kim.handle)
        digest = canonical.digest(signed.read(event)[0].payload_bytes())
        request = self.world.sign(
            s.Request, self.kim.own if signer == "officer" else self.kim.session, purpose="emergency-response",
            basis=canonical.b64(digest), categories=("emergency.home",), recipient=self.kim.recipient,
        )  # fmt: skip
        return self.world.engine.answer([p.Disclose(request=request, basis=event)])[0]


def _next_root(world: World) -> dict[str, object]:
    _, root = signed.read(world.engine.core.roots.envelope)
    assert isinstance(root, enrolments.Root)
    members = {name: getattr(root, name) for name in root.__struct_fields__ if name not in spectables.STAMP}
    return members | {"version": root.version + 1}


def _leaves(world: World, start: int) -> tuple[str, ...]:
    return tuple(str(read_leaf(leaf).type) for leaf in world.log.entries(start, world.log.size()))


@pytest.mark.parametrize("name", WORLDLY)
def test_who_may_sign_and_which_leaf_follows(name: str, tmp_path: Path) -> None:
    stage = Stage(World(tmp_path / "world"))
    if name in ("offer-key", "enrol-subject"):
        return _check_self_signed(stage, name)
    taken = []
    for signer, keys in stage.signers(name).items():
        envelope = stage.statement(name, signer, keys)
        start = stage.world.log.size()
        answer = stage.hand_in(name, envelope, signer)
        made = tuple(one for one in _leaves(stage.world, start) if one != "refuse")
        if isinstance(answer, p.Problem):
            assert made == (), f"{signer} was refused ({answer.reason}) and left an entry"
            continue
        taken.append(signer)
        assert made == spectables.LEAVES.get(name, ()), f"the leaves after {signer} signed"
    assert sorted(taken) == sorted(spectables.MAY_SIGN[name])
    return None


def _check_self_signed(stage: Stage, name: str) -> None:
    """Only the key that the statement shows may sign it."""
    kind: type[SignedStatement] = TYPES[name]
    shown = software_key()
    fields, _ = stage._fields(name, "new-key", ())
    members = {**stage.world.stamp(), **fields, "key": shown.key}
    with pytest.raises(BreaksealError):
        stage.world.submit(signed.write(kind(**members), software_key()))  # type: ignore[arg-type]
    start = stage.world.log.size()
    stage.world.submit(signed.write(kind(**members), shown))  # type: ignore[arg-type]
    assert _leaves(stage.world, start) == spectables.LEAVES.get(name, ())


@pytest.mark.parametrize("name", sorted(TYPES))
def test_no_statement_outlives_its_longest_life(name: str, tmp_path: Path) -> None:
    longest = spectables.life(name, TYPES[name])
    if longest is None or name in ("restore-release", "request"):
        return
    stage = Stage(World(tmp_path / "world"))
    signer = "subject" if "subject" in spectables.MAY_SIGN[name] else spectables.MAY_SIGN[name][0]
    shown = software_key()
    fields, also = stage._fields(name, signer, () if signer == "new-key" else stage.signers(name)[signer])
    stamp = stage.world.stamp(longest + 1)
    if signer == "new-key":
        fields, keys = fields | {"key": shown.key}, (shown,)
    else:
        keys = stage.signers(name)[signer]  # type: ignore[assignment] # a longer tuple
    envelope = signed.write(TYPES[name](**(stamp | fields)), *keys, *also)
    answer = stage.hand_in(name, envelope, signer)
    assert isinstance(answer, p.Problem)
    assert answer.reason == "lifetime"


def test_msgspec_writes_what_the_tables_call_members() -> None:
    stamp = {"issued": 1, "expires": 2, "nonce": "AA"}
    data = msgspec.json.decode(canonical.encode(s.Unfreeze(**stamp)))  # type: ignore[arg-type]
    assert set(data) == {*spectables.STAMP, "type"}
