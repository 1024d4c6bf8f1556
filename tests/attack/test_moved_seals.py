"""The web tier sees every sealed thing on its way. It moves them: to another record, call, claim or question."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.kernel.errors import RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import answers, canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.attested import attest, verify_attested
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.keyholder import protocol as p
from breakseal.keyholder.statements.root import policy_released
from tests.support.world import Person, World, shipped_policy, software_key

MEDICAL = "emergency.medical"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path / "kh")
    world.found()
    return world


def signed_up(world: World) -> Person:
    mallory = Person()
    envelope = world.sign(s.EnrolSubject, mallory.own, key=mallory.own.key, session=mallory.session.key)
    mallory.handle = world.submit(envelope).handle
    return mallory


def test_a_data_key_seen_on_its_way_cannot_be_handed_in_as_ones_own(world: World) -> None:
    """Else the web tier would sign up, write the victim's key into its own record, and view that."""
    rosa, mallory = world.resident(), signed_up(world)
    stolen = signed.read(world.write(rosa, MEDICAL, b"secret", version=2))[1]
    assert isinstance(stolen, s.Wrap)
    for version in (1, 2):
        with pytest.raises((VerificationError, RefusedError)):
            world.submit(
                world.sign(
                    s.Wrap, mallory.session, set="set-1", share=1, category=MEDICAL, version=version,
                    sha256=stolen.sha256, key=stolen.key,
                )
            )  # fmt: skip
    assert world.engine.core.subjects.records(mallory.handle) == []


def test_a_caller_seen_on_its_way_cannot_be_moved_to_another_call(world: World) -> None:
    """Neither to another call of the same centre nor to one of another centre's."""
    event = signed.read(world.call("+15555559999"))[1]
    assert isinstance(event, s.CallEvent)
    kim = world.officer("7")
    gate = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
    other = world.sign(
        s.CallEvent, world.callgate, org="cedar", call="c2", seq=1, event="answered", caller=event.caller,
        position="7", officer="",
    )  # fmt: skip
    with pytest.raises(VerificationError):
        world.disclose(kim, other)
    world.sponsor = software_key()
    world.organisation("pine", client=gate.key)
    thief = world.officer("1", org="pine")
    moved = world.sign(
        s.CallEvent, gate, org="pine", call="c1", seq=1, event="answered", caller=event.caller, position="1",
        officer="",
    )  # fmt: skip
    with pytest.raises(VerificationError):
        world.disclose(thief, moved)


def test_a_claim_names_the_key_that_signed_it(world: World) -> None:
    rosa, mallory = world.resident(""), signed_up(world)
    with pytest.raises(RefusedError, match="another key"):
        world.submit(
            world.sign(s.ClaimNumber, mallory.session, key=rosa.session.key.id, number="AAAA", channel="sms")
        )


def test_an_answer_says_who_made_it_and_for_which_request(world: World) -> None:
    rosa = world.resident()
    request = world.request(rosa)
    answer = world.ask(p.Disclose(request=request), p.Disclosed)
    opened = world.opened(rosa, answer)
    verify_attested(opened, answers.ANSWER_DOMAIN, world.keyholder.key)
    assert opened.request == canonical.b64(canonical.digest(signed.read(request)[0].payload_bytes()))
    forged = attest(opened, answers.ANSWER_DOMAIN, Ed25519Signer(ed25519.Ed25519PrivateKey.generate()))
    for false in (forged, msgspec.structs.replace(opened, until=opened.until + 1)):
        with pytest.raises(VerificationError):
            verify_attested(false, answers.ANSWER_DOMAIN, world.keyholder.key)


def test_a_desk_and_a_head_answer_one_question(world: World) -> None:
    rosa = world.resident()
    desk = world.desk(rosa)
    verify_attested(desk, answers.ANSWER_DOMAIN, world.keyholder.key)  # type: ignore[arg-type]
    one, two = world.trail(rosa).head, world.trail(rosa).head
    assert one.request != two.request
    assert len(canonical.unb64(one.request)) == 32


def test_a_widening_that_was_taken_back_never_comes_into_force(tmp_path: Path) -> None:
    world = World(tmp_path / "kh", demo=False)
    world.found()
    wide, narrow = canonical.b64(bytes(32)), canonical.b64(shipped_policy().digest)
    for digest, widens in ((wide, True), (narrow, False)):
        world.clock.time += 3600
        world.submit(world.sign(enrolments.PolicyRelease, *world.oversight[:2], policy=digest, widens=widens))
    assert policy_released(world.engine.core, world.clock.time)
    assert policy_released(world.engine.core, world.clock.time + 30 * 86_400)


def test_a_backup_to_a_bad_place_stops_nothing(world: World, tmp_path: Path) -> None:
    rosa = world.resident()
    with pytest.raises(UnavailableError):
        world.engine.backup(tmp_path / "nowhere" / "at-all")
    assert world.disclose(rosa).handle == rosa.handle


def test_old_requests_do_not_use_up_the_officers_refusals(world: World) -> None:
    """Replaying one old envelope must not hide the officer's later, real attempts."""
    world.resident()
    lee = world.officer("8")
    event = world.call()
    old = world.request(lee, event)
    refused = world.engine.answer([p.Disclose(request=old, basis=event)] * 30)
    assert all(isinstance(one, p.Problem) for one in refused)
    trail = world.engine.core.trails.of("organisation", "cedar")
    before = len(world.engine.core.trails.rows(trail))
    world.engine.answer([p.Disclose(request=world.request(lee, event), basis=event)])
    assert len(world.engine.core.trails.rows(trail)) == before + 1
