"""The operator tries to widen what is possible, without the root keys' word or before its time."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import BreaksealError, ConfigError, RefusedError, VerificationError
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.words import EMERGENCY_CATEGORIES
from breakseal.kernel.policy import load
from breakseal.keyholder import protocol as p
from breakseal.keyholder.assembly import open_engine
from breakseal.keyholder.store import Store
from breakseal.log.local import LocalLog
from breakseal.policydesk import shipped
from breakseal.rootkeys.file import FileRootBackend
from tests.support.cast import KINDS, Cast
from tests.support.passkeys import Passkey
from tests.support.world import NUMBER, Person, World, software_key

H72, D14 = 72 * 3600, 14 * 86_400


def test_run_a_policy_that_was_not_released(tmp_path: Path) -> None:
    """The operator edits one number in the policy's text: no opening at all, of nobody's record, not even one's own."""
    world = World(tmp_path / "kh")
    world.found()
    rosa, kim = world.resident(), world.officer("7")
    world.close()
    text = shipped.text().replace(b"minutes_since_end <= 45", b"minutes_since_end <= 44")
    assert text != shipped.text()
    wider = load(text, shipped.schema(), entropy=SystemEntropy(), cases_per_load=50)
    log = LocalLog(world.folder / "log.db", world.log_signer, world.clock, admit=lambda _leaf: None, period=0)
    world.log = log
    world.engine = open_engine(
        Store(world.folder / "keyholder.db"), FileRootBackend(world.folder / "epochs", world.entropy), log,
        root=world.root, signer=world.keyholder, policy=wider, clock=world.clock, entropy=world.entropy,
    )  # fmt: skip
    for ask in (lambda: world.disclose(kim, world.call()), lambda: world.disclose(rosa)):
        with pytest.raises(RefusedError, match="not released"):
            ask()
    digest = canonical.b64(wider.digest)
    for signers in ((world.oversight[0],), (world.keyholder, world.sponsor)):
        with pytest.raises((RefusedError, VerificationError)):
            world.submit(world.sign(enrolments.PolicyRelease, *signers, policy=digest, widens=False))
    world.clock.time += 1
    world.submit(world.sign(enrolments.PolicyRelease, *world.oversight[1:], policy=digest, widens=False))
    assert world.disclose(kim, world.call(call="c2")).handle == rosa.handle


def test_a_new_release_takes_the_old_policy_out_of_force(world: World) -> None:
    rosa = world.resident()
    world.clock.time += 1
    other = canonical.b64(bytes(32))
    world.submit(world.sign(enrolments.PolicyRelease, *world.oversight[:2], policy=other, widens=False))
    with pytest.raises(RefusedError, match="not released"):
        world.disclose(rosa)


@pytest.mark.parametrize("signers", [(0, 1), (0,), (3, 4), (0, 3, 4), (0, 1, 3)])
def test_a_next_root_needs_both_thresholds(world: World, signers: tuple[int, ...]) -> None:
    """Two of the old three and two of the new three: anything less changes nothing."""
    kind = next(one for one in KINDS if one.type is enrolments.Root)
    cast = Cast.__new__(Cast)
    cast.world = world
    new = [software_key("service") for _ in range(3)]
    everybody = [*world.oversight, *new]
    members = kind.members(cast) | {"oversight": tuple(key.key for key in new)}
    statement = enrolments.Root(**(world.stamp() | members))
    with pytest.raises(VerificationError, match="too few"):
        world.submit(signed.write(statement, *(everybody[n] for n in signers)))
    world.submit(signed.write(statement, *(everybody[n] for n in (1, 2, 4, 5))))
    assert world.engine.core.roots.root.version == 2
    with pytest.raises(VerificationError):
        world.organisation("later")


@pytest.mark.parametrize(
    "lie",
    [{"threshold": 1}, {"threshold": 0}, {"threshold": 4}, {"oversight": ()}, {"version": 3}, {"version": 1}],
)
def test_a_root_that_asks_for_too_little(world: World, lie: dict[str, object]) -> None:
    kind = next(one for one in KINDS if one.type is enrolments.Root)
    cast = Cast.__new__(Cast)
    cast.world = world
    statement = enrolments.Root(**(world.stamp() | kind.members(cast) | lie))
    with pytest.raises(BreaksealError):
        world.submit(signed.write(statement, *world.oversight))
    assert world.engine.core.roots.root.version == 1


def test_a_root_that_counts_one_person_twice(world: World) -> None:
    """One key under two names is one key."""
    kind = next(one for one in KINDS if one.type is enrolments.Root)
    cast = Cast.__new__(Cast)
    cast.world = world
    passkey = Passkey()
    twice = (
        passkey.key,
        enrolments.PublicKey(alg="p256", use="passkey", id=canonical.b64(bytes(32)), spki=passkey.key.spki),
    )
    statement = enrolments.Root(**(world.stamp() | kind.members(cast) | {"oversight": twice}))
    with pytest.raises(BreaksealError):
        world.submit(signed.write(statement, *world.oversight))


def test_start_under_another_root(world: World) -> None:
    """The operator writes a root of their own and starts the keyholder's store with it."""
    world.close()
    world.root = World.__dict__["_root"](world, True)
    with pytest.raises(ConfigError, match="another root"):
        world.open()


# -- outside the demo --------------------------------------------------------------------------------


@pytest.fixture
def earnest(tmp_path: Path) -> World:
    """A keyholder whose root does not say demo: delays run, and demo keys are refused."""
    world = World(tmp_path / "earnest", demo=False)
    world.passkey = Passkey()  # type: ignore[attr-defined]
    world.sponsor.key = world.passkey.key  # type: ignore[attr-defined]
    world.found()
    return world


def by_passkey(world: World, signer: Passkey, /, what: type[s.SignedStatement], **fields: object) -> bytes:
    return signer.envelope(what(**world.stamp(), **fields))  # type: ignore[arg-type]


def resident(world: World) -> tuple[Passkey, Person]:
    key, person = Passkey(), Person()
    sign_up = by_passkey(world, key, s.EnrolSubject, key=key.key, session=person.session.key)
    person.handle = world.submit(sign_up).handle
    return key, person


def officer(world: World, position: str = "7") -> Person:
    key, person = Passkey(), Person(handle=canonical.b64(world.entropy.token(16)))
    fields = {"org": "cedar", "name": "Kim Doe", "key": key.key}
    world.submit(by_passkey(world, key, enrolments.OfferKey, **fields))
    sponsor: Passkey = world.passkey  # type: ignore[attr-defined]
    world.submit(
        by_passkey(
            world, sponsor, enrolments.EnrolOfficer, officer=person.handle, role="call-taker", **fields
        )
    )
    until = world.clock.time + 8 * 3600
    world.submit(by_passkey(world, key, s.Session, key=person.session.key, until=until, position=position))
    return person


def test_demo_keys_work_in_the_demo_only(earnest: World) -> None:
    key = software_key("demo")
    with pytest.raises(RefusedError, match="demo"):
        earnest.submit(earnest.sign(s.EnrolSubject, key, key=key.key))
    with pytest.raises(RefusedError, match="demo"):
        earnest.submit(earnest.sign(enrolments.OfferKey, key, org="cedar", name="x", key=key.key))
    own, _person = resident(earnest)
    statement = s.AddKey(**earnest.stamp(), key=key.key, label="x")  # type: ignore[arg-type]
    payload = canonical.encode(statement)
    false = signed.Signature(
        key=key.key.id, sig=canonical.b64(key.sign(b"breakseal/statement/v1\n" + payload))
    )
    envelope = signed.Signed(payload=canonical.b64(payload), signatures=(own.signature(payload), false))
    with pytest.raises(RefusedError, match="demo"):
        earnest.submit(canonical.encode(envelope))


def test_nothing_of_a_new_organisation_works_before_it_was_public_for_72_hours(earnest: World) -> None:
    with pytest.raises(VerificationError):
        officer(earnest)
    with pytest.raises(VerificationError):
        earnest.submit(earnest.call(event="ended"))
    earnest.clock.time += H72 - 1
    with pytest.raises(VerificationError):
        officer(earnest)
    earnest.clock.time += 1
    officer(earnest)
    earnest.submit(earnest.call(event="ended"))


def test_places_widen_only_after_72_hours(earnest: World) -> None:
    earnest.clock.time += H72
    own, rosa = resident(earnest)
    earnest.bind(rosa, NUMBER)
    earnest.write(rosa, "emergency.medical", b"{}")
    grant = by_passkey(
        earnest, own, s.Grant, purpose="emergency-response", categories=EMERGENCY_CATEGORIES, anywhere=False,
        places=("55089",),
    )  # fmt: skip
    earnest.submit(grant)
    earnest.organisation("cedar", ("55079", "55089"))
    widened = earnest.clock.time

    def look(name: str) -> str:
        earnest.engine.sweep()
        return earnest.disclose(officer(earnest), earnest.call(call=name)).handle

    assert look("a") == ""
    earnest.clock.time = widened + H72 - 1
    assert look("b") == ""
    earnest.clock.time = widened + H72
    assert look("c") == rosa.handle


def test_a_wider_policy_works_only_after_14_days(earnest: World) -> None:
    _own, rosa = resident(earnest)
    other = canonical.b64(bytes(32))
    earnest.clock.time += 1
    released = earnest.clock.time
    earnest.submit(earnest.sign(enrolments.PolicyRelease, *earnest.oversight[:2], policy=other, widens=True))
    earnest.disclose(rosa)
    earnest.clock.time = released + D14 - 1
    _own, rosa = resident(earnest)
    earnest.disclose(rosa)
    earnest.clock.time = released + D14
    with pytest.raises(RefusedError, match="not released"):
        earnest.disclose(rosa)


def test_a_key_left_out_of_a_new_enrolment_ends_at_once(earnest: World) -> None:
    earnest.clock.time += H72
    earnest.submit(earnest.call(event="ended"))
    earnest.organisation("cedar", client=software_key("service").key)
    with pytest.raises(VerificationError):
        earnest.submit(earnest.call(event="ended", call="c2"))


@pytest.mark.parametrize(
    "lie",
    [
        {"origin": "http://localhost:8911"}, {"rp_id": "evil.example"}, {"flags": 1}, {"flags": 4},
        {"kind": "webauthn.create"}, {"cross": True}, {"challenge": bytes(32)},
    ],
    ids=lambda lie: next(iter(lie)),
)  # fmt: skip
def test_a_passkey_asked_by_a_page_of_the_web_tier(earnest: World, lie: dict[str, object]) -> None:
    """Another origin or relying party, no person verified, another ceremony or statement: no signature of ours."""
    key = Passkey()
    statement = s.EnrolSubject(**earnest.stamp(), key=key.key)  # type: ignore[arg-type]
    with pytest.raises(VerificationError):
        earnest.submit(key.envelope(statement, **lie))
    assert earnest.ask(p.Administer(task="state"), p.Done).detail == "open"


def test_a_passkeys_key_signs_nothing_directly(earnest: World) -> None:
    """The same key without an assertion, or a session key with one."""
    own, rosa = resident(earnest)
    statement = s.Unfreeze(**earnest.stamp())  # type: ignore[arg-type]
    payload = canonical.encode(statement)
    raw = signed.Signature(
        key=own.key.id, sig=canonical.b64(rosa.session.sign(b"breakseal/statement/v1\n" + payload))
    )
    dressed = signed.Signature(
        key=rosa.session.key.id, sig=raw.sig, auth=canonical.b64(bytes(37)), client=canonical.b64(b"{}")
    )
    for false in (raw, dressed):
        with pytest.raises((VerificationError, BreaksealError)):
            earnest.submit(
                canonical.encode(signed.Signed(payload=canonical.b64(payload), signatures=(false,)))
            )
