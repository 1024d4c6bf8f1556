"""An intruder with the web process's memory and socket tries to make a key of their own count as somebody else's."""

from __future__ import annotations

import pytest

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import enrolments
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.shortcode import short_code
from tests.support.cast import Cast
from tests.support.world import Person, World, software_key


def test_add_a_key_of_the_intruder_to_a_subject(cast: Cast) -> None:
    """Every mixture of signatures that lacks one of the subject's own keys."""
    world, mine = cast.world, cast.stranger
    for signers in ((mine,), (mine, cast.rosa.session), (mine, cast.other.own, cast.rosa.session)):
        with pytest.raises((RefusedError, VerificationError)):
            world.submit(world.sign(s.AddKey, *signers, key=mine.key, label="x"))
    world.submit(world.sign(s.AddKey, mine, cast.other.own, key=mine.key, label="x"))
    with pytest.raises(RefusedError):
        world.submit(world.sign(s.AddKey, cast.rosa.own, mine, key=mine.key, label="x"))
    assert mine.key.id not in {one.id for one in world.desk(cast.rosa).keys}  # type: ignore[attr-defined]


def test_add_a_key_that_its_holder_never_agreed_to(cast: Cast) -> None:
    world = cast.world
    with pytest.raises(RefusedError, match="must sign"):
        world.submit(world.sign(s.AddKey, cast.rosa.own, key=cast.new.key, label="x"))


def test_add_a_passkey_under_the_name_of_one_that_is_enrolled(cast: Cast) -> None:
    """A passkey names itself; it may not take a name that somebody has."""
    world = cast.world
    stolen = enrolments.PublicKey(
        alg="p256", use="passkey", id=cast.rosa.own.key.id, spki=cast.stranger.key.spki
    )
    for signers in ((cast.stranger,), (cast.other.own, cast.stranger)):
        with pytest.raises((RefusedError, VerificationError, FormatError)):
            world.submit(world.sign(s.AddKey, *signers, key=stolen, label="x"))
    with pytest.raises((RefusedError, VerificationError, FormatError)):
        world.submit(world.sign(s.EnrolSubject, cast.stranger, key=stolen))


@pytest.mark.parametrize("use", ["session", "service"])
def test_add_a_key_of_a_kind_that_is_no_persons(cast: Cast, use: str) -> None:
    key = software_key(use)
    with pytest.raises(RefusedError):
        cast.world.submit(cast.world.sign(s.AddKey, cast.rosa.own, key, key=key.key, label="x"))


# -- officers' invitations ---------------------------------------------------------------------------


def test_accept_an_officers_invitation_without_the_sponsor(cast: Cast) -> None:
    """An offer grants nothing, however it is handed in; only the sponsor's signature on the key does."""
    world, mallory = cast.world, Person()
    offer = world.sign(enrolments.OfferKey, mallory.own, org="cedar", name="Kim Doe", key=mallory.own.key)
    world.submit(offer)
    with pytest.raises((RefusedError, VerificationError)):
        world.shift(mallory, "7")
    fields = {"org": "cedar", "officer": cast.offered.handle, "name": "Kim", "role": "call-taker"}
    for signer in (mallory.own, cast.kim.own, cast.pine_sponsor, world.callgate, world.oversight[0]):
        with pytest.raises((RefusedError, VerificationError)):
            world.submit(world.sign(enrolments.EnrolOfficer, signer, key=mallory.own.key, **fields))


def test_put_the_intruders_key_behind_an_invitation(cast: Cast) -> None:
    """A key that was not offered to this sponsor is refused; the intruder's own offer shows another code."""
    world, mallory = cast.world, Person()
    fields = {"org": "cedar", "officer": cast.offered.handle, "name": "Lee", "role": "call-taker"}
    with pytest.raises(RefusedError, match="offered"):
        world.submit(world.sign(enrolments.EnrolOfficer, world.sponsor, key=mallory.own.key, **fields))
    world.submit(world.sign(enrolments.OfferKey, mallory.own, org="cedar", name="Lee", key=mallory.own.key))
    desk = world.desk(cast.rosa, "pending-officers", world.sponsor)
    codes = [short_code(one.key) for one in desk.offered]  # type: ignore[attr-defined]
    assert len(codes) == len(set(codes)) == 2


def test_take_over_an_officers_id(cast: Cast) -> None:
    """A sponsor (or who stole their key) cannot give a second key to an officer who is enrolled, here or elsewhere."""
    world, mallory = cast.world, Person()
    world.submit(world.sign(enrolments.OfferKey, mallory.own, org="pine", name="Kim", key=mallory.own.key))
    with pytest.raises(RefusedError, match="before"):
        world.submit(
            world.sign(
                enrolments.EnrolOfficer,
                cast.pine_sponsor,
                org="pine",
                officer=cast.kim.handle,
                name="Kim",
                role="call-taker",
                key=mallory.own.key,
            )
        )


def test_end_the_officers_of_another_organisation(cast: Cast) -> None:
    world = cast.world
    for org in ("pine", "cedar"):
        with pytest.raises(RefusedError):
            world.submit(
                world.sign(enrolments.RevokeOfficer, cast.pine_sponsor, org=org, officer=cast.kim.handle)
            )
    world.disclose(cast.kim, cast.event())


def test_the_intruder_outlives_a_shift(world: World) -> None:
    """A stolen shift ends by itself after thirteen hours at the latest, and with the officer at once."""
    world.resident()
    kim = world.officer("7")
    world.submit(
        world.sign(s.Session, kim.own, key=(new := Person()).session.key, until=1 << 50, position="7")
    )
    world.clock.time += 13 * 3600 + 1
    with pytest.raises(VerificationError):
        world.disclose(new, world.call())
    world.shift(kim, "7")
    world.disclose(kim, world.call(call="c2"))
    world.submit(world.sign(enrolments.RevokeOfficer, world.sponsor, org="cedar", officer=kim.handle))
    with pytest.raises(VerificationError):
        world.disclose(kim, world.call(call="c3"))
