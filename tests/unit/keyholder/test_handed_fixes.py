"""A fix of the person's own phone goes to the courier for one logged look at the same person, and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.kernel.errors import RefusedError, VerificationError
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.fixes import CATEGORY, fix_info, handed_info, open_fix, seal_fix
from breakseal.kernel.model.location import Fix
from breakseal.kernel.model.permit import Permit, sign_permit
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.seal import aead
from breakseal.kernel.seal.fixkeys import derive_pair
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import looking
from breakseal.keyholder.location import messages as m
from tests.support.locating import Locating
from tests.support.searching import Search
from tests.support.world import NUMBER, Person, World

OTHER = "+15555550188"


@dataclass
class Told:
    """A person whose phone reports, and the pair that their record's key makes."""

    person: Person
    pair: ec.EllipticCurvePrivateKey
    fix: Fix

    def sealed(self, device: str = "phone", handle: str = "") -> bytes:
        return seal_fix(self.pair.public_key(), self.fix, fix_info(handle or self.person.handle, device))


def reporting(world: World, number: str = NUMBER) -> Told:
    """Sign somebody up and write the key of their phone's fixes."""
    person, key = world.resident(number), world.entropy.token(32)
    context = aead.record_context(person.handle, CATEGORY, 1)
    ciphertext = aead.seal(key, b'{"fields":{}}', context, world.entropy)
    world.submit(world.wrap_statement(person, CATEGORY, 1, ciphertext, key))
    return Told(
        person, derive_pair(key), Fix(lat=44_056_412, lon=-123_095_127, radius=12, at=world.clock.now() - 5)
    )


def handing(places: Locating, told: Told, person: Person | None = None) -> m.OpenFix:
    """Return the question for a fresh look at a person who agreed by their own key."""
    located = places.locate(places.agree_by_key(person or told.person))
    return m.OpenFix(permit=located.permit, device="phone", fix=told.sealed())


def name_of(question: m.OpenFix) -> str:
    return canonical.decode(question.permit, Permit).id


def test_the_courier_gets_the_fix_for_this_permit(places: Locating) -> None:
    told = reporting(places.world)
    question = handing(places, told)
    sealed = places.world.ask(question, m.FixForCourier).sealed
    opener = places.world.courier_opener
    assert open_fix(opener, sealed, handed_info(name_of(question))) == told.fix
    with pytest.raises(VerificationError):
        open_fix(opener, sealed, handed_info(canonical.b64(bytes(16))))


def test_a_permit_takes_one_fix(places: Locating) -> None:
    question = handing(places, reporting(places.world))
    places.world.ask(question, m.FixForCourier)
    places.refused(question, "replayed")


def test_a_refused_fix_uses_nothing_up(places: Locating) -> None:
    told = reporting(places.world)
    question = handing(places, told)
    false = m.OpenFix(permit=question.permit, device="tablet", fix=question.fix)
    with pytest.raises(VerificationError):
        places.world.ask(false, m.FixForCourier)
    places.world.ask(question, m.FixForCourier)


@pytest.mark.parametrize("what", ["device", "handle", "person", "bytes"])
def test_a_fix_of_another_place_is_refused(places: Locating, what: str) -> None:
    rosa, ana = reporting(places.world), reporting(places.world, OTHER)
    question = handing(places, rosa)
    sealed = {
        "device": rosa.sealed("tablet"), "handle": rosa.sealed(handle=ana.person.handle), "person": ana.sealed(),
        "bytes": question.fix[:-1] + bytes([question.fix[-1] ^ 1]),
    }[what]  # fmt: skip
    with pytest.raises(VerificationError):
        places.world.ask(m.OpenFix(permit=question.permit, device="phone", fix=sealed), m.FixForCourier)


def test_a_look_at_somebody_else_opens_ones_fix_for_nobody(places: Locating) -> None:
    """The record is the consent's: a permit about Ana opens nothing of Rosa's."""
    rosa = reporting(places.world)
    ana = reporting(places.world, OTHER)
    with pytest.raises(VerificationError):
        places.world.ask(handing(places, rosa, ana.person), m.FixForCourier)


def test_a_yes_by_text_opens_no_phones_word(places: Locating) -> None:
    """It says that somebody holds one phone of the record, and not that the phone that reports is the same."""
    told = reporting(places.world)
    located = places.locate(places.agree())
    assert located.handle == told.person.handle
    places.refused(m.OpenFix(permit=located.permit, device="phone", fix=told.sealed()), "no-look")


def test_an_old_look_opens_nothing(places: Locating) -> None:
    question = handing(places, reporting(places.world))
    places.world.clock.time += looking.PERMIT_LIFE
    places.refused(question, "no-look")


def test_a_look_that_the_courier_finished_opens_nothing(places: Locating) -> None:
    question = handing(places, reporting(places.world))
    places.world.ask(p.PermitDone(permit=name_of(question), outcome="failed"), p.Done)
    places.refused(question, "no-look")


@pytest.mark.parametrize("how", ["stop", "pause", "freeze"])
def test_what_ends_looks_ends_this_too(places: Locating, how: str) -> None:
    told = reporting(places.world)
    question, world = handing(places, told), places.world
    if how == "stop":
        places.stop(NUMBER)
    elif how == "pause":
        world.submit(world.sign(location.PauseLocation, told.person.session, paused=True))
    else:
        world.submit(world.sign(s.Freeze, told.person.session, leaf=""))
    places.refused(question, "no-look")


def test_an_erased_key_opens_nothing(places: Locating) -> None:
    told = reporting(places.world)
    question = handing(places, told)
    places.world.submit(places.world.sign(s.Erase, told.person.own, categories=(CATEGORY,)))
    places.refused(question, "no-fix-key")


def test_somebody_without_a_reporting_phone_is_no_error_of_ours(places: Locating) -> None:
    world = places.world
    person = world.resident(NUMBER)
    stranger = reporting(world, OTHER)
    places.refused(handing(places, stranger, person), "no-fix-key")


def test_only_this_keyholders_own_permit_counts(places: Locating) -> None:
    question = handing(places, reporting(places.world))
    permit = canonical.decode(question.permit, Permit)
    forged = sign_permit(permit, Ed25519Signer(places.world.courier._private))
    with pytest.raises(VerificationError):
        places.world.ask(m.OpenFix(permit=forged, device="phone", fix=question.fix), m.FixForCourier)


def test_a_permit_for_another_errand_opens_nothing(places: Locating) -> None:
    told = reporting(places.world)
    asked = places.ask()
    with pytest.raises(RefusedError) as caught:
        places.world.ask(m.OpenFix(permit=asked.permit, device="phone", fix=told.sealed()), m.FixForCourier)
    assert caught.value.reason == "no-look"


def test_what_the_phone_itself_told_may_answer_for_a_missing_person_who_agreed(world: World) -> None:
    told, search = reporting(world), Search(world)
    search.agree(told.person)
    located = search.located(search.open())
    assert located.handle == told.person.handle
    question = m.OpenFix(permit=located.permit, device="phone", fix=told.sealed())
    sealed = world.ask(question, m.FixForCourier).sealed
    assert open_fix(world.courier_opener, sealed, handed_info(name_of(question))) == told.fix
