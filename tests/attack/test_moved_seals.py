"""The web tier sees every sealed thing on its way. It moves them: to another record, call, claim or question."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.courier.app import Courier
from breakseal.kernel.errors import RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import answers, canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.attested import attest, verify_attested
from breakseal.kernel.model.permit import read_permit
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.keyholder import protocol as p
from breakseal.keyholder.statements.root import policy_released
from tests.support.courier import Setting, make_setting, play
from tests.support.world import Person, World, shipped_policy, software_key

MEDICAL = "emergency.medical"


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


ROSAS, MALLORYS = "+12025550143", "+12025550144"


class Told:
    """A keyholder whose people chose where they are told, and the courier that it enrolled."""

    def __init__(self, folder: Path) -> None:
        self.setting: Setting = make_setting(folder / "courier")
        self.world = World(folder / "kh")
        self.world.courier_opener = self.setting.keys.seal
        self.world.found()
        self.setting.keyholder.signer = self.world.keyholder
        self.kim = self.world.officer("7")
        self.rosa, self.mallory = self.world.resident(ROSAS), self.world.resident(MALLORYS)

    def chosen(self, person: Person, to: str) -> bytes:
        return self.world.channels(person, canonical.encode(s.Address(kind="sms", to=to)))

    def notices(self, number: str, call: str) -> tuple[bytes, ...]:
        """Play a call from `number` to its end, and return the permits that are due then."""
        self.world.disclose(self.kim, self.world.call(number, call=call))
        self.world.submit(self.world.call(number, call=call, seq=2, event="ended"))
        self.world.clock.time += 1
        return self.world.ask(p.TakePermits(), p.Permits).permits

    def delivered(self, *permits: bytes) -> list[str]:
        """Hand permits to the courier, and return the numbers to which it sent something."""
        self.setting.keyholder.due = list(permits)
        self.setting.clock.time = self.world.clock.now()

        async def scene(courier: Courier) -> None:
            await courier.poll()
            await courier.delivery.deliver_due()
            await courier.intake.tell()

        play(self.setting, scene)
        return [one.to for one in self.setting.shown()]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def test_an_address_seen_on_its_way_is_not_told_of_another_record(told: Told) -> None:
    """Else the web tier would have the victim told of a stranger's calls, or see by messages where the victim is."""
    seen = signed.read(told.chosen(told.rosa, ROSAS))[1]
    assert isinstance(seen, s.Channels)
    for nonce in (seen.nonce, canonical.b64(bytes(16))):
        moved = s.Channels(**{**msgspec.structs.asdict(seen), "nonce": nonce})
        told.world.submit(signed.write(moved, told.mallory.session))
        permits = told.notices(MALLORYS, f"c-{nonce}")
        assert len(permits) == 1
        assert told.delivered(*permits) == []
        assert told.setting.keyholder.told[-1] == (
            read_permit(permits[0], told.world.keyholder.key).id,
            "failed",
        )


def test_an_address_goes_with_the_choice_that_it_was_sealed_for(told: Told) -> None:
    """The attacker's address cannot be put into the victim's choice either, nor an older one into a newer choice."""
    old = signed.read(told.chosen(told.rosa, ROSAS))[1]
    assert isinstance(old, s.Channels)
    for address in (old.address, signed.read(told.chosen(told.mallory, MALLORYS))[1].address):  # type: ignore[union-attr]
        stamp = told.world.stamp()
        fields = {"timing": "at-once", "words": "neutral", "language": "en", "address": address}
        told.world.submit(signed.write(s.Channels(**stamp, **fields), told.rosa.session))  # type: ignore[arg-type]
        assert told.delivered(*told.notices(ROSAS, address[:20])) == []
    told.world.submit(told.chosen(told.rosa, ROSAS))
    assert told.delivered(*told.notices(ROSAS, "c3")) == [ROSAS]


def test_a_refused_address_does_not_fall_back_to_the_one_before(told: Told) -> None:
    """The person may have left the phone that was told before."""
    told.world.submit(told.chosen(told.rosa, ROSAS))
    first = told.notices(ROSAS, "c1")
    told.setting.folder.joinpath("sms").write_text("")  # nothing can be sent there now
    assert told.delivered(*first) == []
    told.setting.folder.joinpath("sms").unlink()
    stolen = signed.read(told.chosen(told.mallory, MALLORYS))[1]
    told.world.submit(signed.write(stolen, told.rosa.session))
    told.world.clock.time += 60
    again = told.world.ask(p.TakePermits(), p.Permits).permits
    assert len(again) == 1
    assert told.delivered(*again) == []


def test_the_courier_learns_no_more_of_a_person_than_the_address(told: Told) -> None:
    """What ties an address is another for each choice, and holds neither the record's name nor the key's."""
    bounds = set()
    for call in ("c1", "c2"):
        told.world.submit(told.chosen(told.rosa, ROSAS))
        (permit,) = told.notices(ROSAS, call)
        read = read_permit(permit, told.world.keyholder.key)
        bounds.add(read.bound)
        for name in (told.rosa.handle, told.rosa.session.key.id, told.rosa.own.key.id):
            assert name.encode() not in permit
        told.world.ask(p.PermitDone(permit=read.id, outcome="sent"), p.Done)
    assert len(bounds) == 2


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
    before = len(world.engine.core.trails.rows(trail, 1, 1000))
    world.engine.answer([p.Disclose(request=world.request(lee, event), basis=event)])
    assert len(world.engine.core.trails.rows(trail, 1, 1000)) == before + 1
