"""Strangers fill what everybody shares: the sponsor's list of offered keys, the overseers' desk."""

from __future__ import annotations

import pytest

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from breakseal.kernel.model.desk import CasesDesk, ComplainedOf, OfficersDesk
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.model.shortcode import short_code
from breakseal.kernel.model.signers import P256Signer
from breakseal.keyholder import reading
from breakseal.keyholder.protocol import MAX_FRAME
from breakseal.keyholder.statements import officers, subject
from breakseal.keyholder.trails import SECOND_LOOK
from tests.support.passkeys import Passkey
from tests.support.world import Person, World, software_key


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lists be full after a few entries."""
    monkeypatch.setattr(officers, "MAX_OFFERS", 5)
    monkeypatch.setattr(subject, "CASES_A_DAY", 3)


def _offer(world: World, key: P256Signer, shown: PublicKey | None = None) -> None:
    world.clock.time += 1
    world.submit(world.sign(enrolments.OfferKey, key, org="cedar", name="Kim Doe", key=shown or key.key))


def _flood(world: World, count: int = 6) -> None:
    for _ in range(count):
        _offer(world, software_key())


def _waiting(world: World) -> OfficersDesk:
    desk = world.desk(Person(), "pending-officers", world.sponsor)
    assert isinstance(desk, OfficersDesk)
    return desk


def _let_in(world: World, key: PublicKey) -> None:
    handle = canonical.b64(world.entropy.token(16))
    fields = {"org": "cedar", "officer": handle, "name": "Kim Doe", "role": "call-taker", "key": key}
    world.submit(world.sign(enrolments.EnrolOfficer, world.sponsor, **fields))


# -- offered keys --------------------------------------------------------------------------------------


def test_a_full_list_keeps_no_newcomer_out(world: World) -> None:
    _flood(world)
    kim = software_key()
    _offer(world, kim)
    offered = _waiting(world).offered
    assert len(offered) == 5
    assert offered[0].key == kim.key
    assert [one.key for one in offered if short_code(one.key) == short_code(kim.key)] == [kim.key]
    _let_in(world, kim.key)


def test_a_newcomer_whom_a_flood_dropped_offers_again(world: World) -> None:
    kim = software_key()
    _offer(world, kim)
    _flood(world)
    assert kim.key not in [one.key for one in _waiting(world).offered]
    _offer(world, kim)
    _flood(world, 4)
    _offer(world, kim)
    assert _waiting(world).offered[0].key == kim.key
    _let_in(world, kim.key)


def test_a_flood_after_the_sponsor_read_the_list_drops_nobody_on_it(world: World) -> None:
    kim = software_key()
    _offer(world, kim)
    _waiting(world)
    _flood(world)
    _let_in(world, kim.key)


def test_what_the_sponsor_read_lapses_too(world: World) -> None:
    kim = software_key()
    _offer(world, kim)
    _waiting(world)
    world.clock.time += officers.OFFER_LIFE + 1
    with pytest.raises(RefusedError, match="within the hour"):
        _let_in(world, kim.key)
    assert _waiting(world).offered == ()


def test_an_offer_works_once(world: World) -> None:
    kim = software_key()
    _offer(world, kim)
    _waiting(world)
    _let_in(world, kim.key)
    with pytest.raises(RefusedError, match="offered"):
        _let_in(world, kim.key)


def test_an_offer_under_anothers_key_id_does_not_take_its_place(world: World) -> None:
    """A passkey names itself, so whoever learns its id can offer another key under it, first."""
    kim, mallory = Passkey(b"one id"), Passkey(b"one id")
    for key in (mallory, kim):
        offer = enrolments.OfferKey(**world.stamp(), org="cedar", name="Kim Doe", key=key.key)  # type: ignore[arg-type]
        world.submit(key.envelope(offer))
    assert {one.key for one in _waiting(world).offered} == {kim.key, mallory.key}
    _let_in(world, kim.key)


def test_an_id_taken_in_advance_opens_nothing(world: World) -> None:
    """What docs/security/threat-model.md says remains: the true key is refused, and a new one is made."""
    mallory, rosa, again = Passkey(b"one id"), Passkey(b"one id"), Passkey()
    for key in (mallory, again):
        world.submit(key.envelope(s.EnrolSubject(**world.stamp(), key=key.key)))  # type: ignore[arg-type]
    with pytest.raises(RefusedError) as refused:
        world.submit(rosa.envelope(s.EnrolSubject(**world.stamp(), key=rosa.key)))  # type: ignore[arg-type]
    assert refused.value.reason == "key-known"
    with pytest.raises(VerificationError):
        world.submit(rosa.envelope(s.Unfreeze(**world.stamp())))  # type: ignore[arg-type]


def test_a_key_is_offered_to_two_organisations(world: World) -> None:
    pine_sponsor, kim = software_key(), software_key()
    world.organisation("pine", sponsor=pine_sponsor.key, client=software_key("service").key)
    world.submit(world.sign(enrolments.OfferKey, kim, org="pine", name="Kim Doe", key=kim.key))
    _offer(world, kim)
    _let_in(world, kim.key)


# -- complaints ----------------------------------------------------------------------------------------


def _overseer(world: World) -> Person:
    sponsor, person = software_key(), Person(handle=canonical.b64(world.entropy.token(16)))
    client = software_key("service").key
    world.organisation("watch", (), "oversight-body", sponsor=sponsor.key, client=client)
    fields = {"org": "watch", "name": "Lu", "key": person.own.key}
    world.submit(world.sign(enrolments.OfferKey, person.own, **fields))
    named = {"officer": person.handle, "role": "oversight"}
    world.submit(world.sign(enrolments.EnrolOfficer, sponsor, **fields, **named))
    return person


def _cases(world: World, overseer: Person) -> CasesDesk:
    desk = world.desk(overseer, "oversight-cases")
    assert isinstance(desk, CasesDesk)
    return desk


def _entries(world: World, person: Person) -> list[str]:
    return [
        canonical.b64(canonical.digest(canonical.unb64(entry.leaf))) for entry in world.trail(person).entries
    ]


def _complain(world: World, person: Person, leaf: str) -> None:
    world.submit(world.sign(s.Unfreeze, person.own))
    world.submit(world.sign(s.Freeze, person.session, leaf=leaf))
    assert world.engine.core.subjects.get(person.handle).frozen


def test_one_entry_makes_one_case_and_every_freeze_works(world: World) -> None:
    rosa, overseer = world.resident(), _overseer(world)
    leaf = _entries(world, rosa)[0]
    for _ in range(4):
        _complain(world, rosa, leaf)
    assert len(_cases(world, overseer).cases) == 1


def test_a_subject_opens_so_many_cases_a_day(world: World) -> None:
    rosa, other, overseer = world.resident(), world.resident("+15555550118"), _overseer(world)
    for _ in range(3):
        _complain(world, rosa, _entries(world, rosa)[-1])
    leaf = _entries(world, rosa)[-1]
    _complain(world, rosa, leaf)
    assert len(_cases(world, overseer).cases) == 3
    _complain(world, other, _entries(world, other)[0])
    assert len(_cases(world, overseer).cases) == 4
    world.clock.time += 86_401
    world.submit(
        world.sign(
            s.Session, rosa.own, key=(fresh := software_key("session")).key, until=world.clock.time + 3000
        )
    )
    rosa.session = fresh
    _complain(world, rosa, leaf)
    assert len(_cases(world, overseer).cases) == 5


def test_a_complaint_of_anothers_entry_freezes_and_makes_no_case(world: World) -> None:
    rosa, other, overseer = world.resident(), world.resident("+15555550118"), _overseer(world)
    for leaf in (_entries(world, other)[0], canonical.b64(bytes(32))):
        _complain(world, rosa, leaf)
    assert _cases(world, overseer).cases == ()


def test_a_case_whose_list_is_gone_hides_no_other(world: World) -> None:
    rosa, other, overseer = world.resident(), world.resident("+15555550118"), _overseer(world)
    for person in (rosa, other):
        _complain(world, person, _entries(world, person)[0])
    core = world.engine.core
    with core.store.transaction():
        core.trails.let_die(core.subjects.get(rosa.handle).trail, world.clock.time)
    for _ in range(2):
        world.engine.sweep()
        world.clock.time += SECOND_LOOK
    for _ in range(2):
        by_missing = {one.missing: one for one in _cases(world, overseer).cases}
        assert set(by_missing) == {"", "erased"}
        assert by_missing["erased"].body == "" != by_missing[""].body
    assert len(_readings(world, other)) == 1


def _readings(world: World, person: Person) -> list[str]:
    """Return the readings of cases that stand in the person's own list."""
    bodies = verify_trail(world.trail(person, person.own), world.keyholder.key)
    return [body.result for body in bodies if body.result == "case-read"]


def test_the_longest_statements_do_not_make_a_list_too_long_to_send() -> None:
    body = b"x" * (signed.MAX_ENVELOPE * 4 // 3 + 4096)
    case = ComplainedOf(id="x" * 22, opened=1, leaf="x" * 43, body=canonical.b64(body))
    assert reading.NEWEST * len(canonical.encode(case)) < MAX_FRAME
