"""Somebody has another's phone in hand for a minute, proves its number as theirs, and agrees for its owner.

In a keyholder for real people: no demo key, every delay in force.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.desk import SelfDesk
from breakseal.keyholder import protocol as p
from tests.support.locating import SECRET, YEAR, Locating
from tests.support.passkeys import Passkey
from tests.support.world import NUMBER, Person, World, software_key

DAY = 86_400
H72 = 72 * 3600


@pytest.fixture
def earnest(tmp_path: Path) -> World:
    world = World(tmp_path / "earnest", demo=False)
    world.sponsor.key = Passkey().key  # type: ignore[misc] # a passkey: the root is no demo's
    world.found()
    return world


@pytest.fixture
def stalked(earnest: World) -> Locating:
    """A company that looks, once its enrolment works."""
    places = Locating(earnest, enrol=False)
    places.sponsor.key = Passkey().key  # type: ignore[misc] # likewise
    places.enrol()
    earnest.clock.time += H72
    return places


class Thief:
    """Has the phone for a minute: reads one code, and gives it back."""

    def __init__(self, places: Locating) -> None:
        world = places.world
        self.places = places
        self.key, self.person = Passkey(), Person()
        signed = s.EnrolSubject(**world.stamp(), key=self.key.key, session=self.person.session.key)  # type: ignore[arg-type]
        self.person.handle = world.submit(self.key.envelope(signed)).handle
        world.bind(self.person, NUMBER)

    def desk(self) -> SelfDesk:
        world = self.places.world
        self.person.session = software_key("session")
        session = s.Session(**world.stamp(), key=self.person.session.key, until=world.clock.now() + 3600)  # type: ignore[arg-type]
        world.submit(self.key.envelope(session))
        found = world.desk(self.person, signer=self.person.session)
        assert isinstance(found, SelfDesk)
        return found

    def agree(self, **changed: object) -> bytes:
        """Agree to everything there is, by the thief's own passkey."""
        world = self.places.world
        known = {
            "client": self.places.client_id, "number": self.desk().numbers[0].id, "precision": "exact", "rate": 60,
            "purpose": "RequestedServiceProvision", "until": world.clock.now() + YEAR - 1, "language": "en",
            "challenge": canonical.b64(canonical.digest(SECRET)),
        } | changed  # fmt: skip
        world.submit(self.key.envelope(location.Consent(**world.stamp(), **known)))  # type: ignore[arg-type]
        return canonical.unb64(self.desk().consents[-1].id)


def test_the_phone_in_hand_for_a_minute_is_told_at_once_a_day_later_and_monthly_and_stop_ends_it(
    stalked: Locating,
) -> None:
    world, thief = stalked.world, Thief(stalked)
    name = thief.agree()
    stalked.refused(stalked.taking(name, SECRET), "authorization-pending")

    (first,) = stalked.tell()
    assert stalked.told_to(first) == NUMBER, "the phone itself, not an address that the thief chose"
    assert (first.agreed[0].requester, first.agreed[0].precision) == ("Cedar-Roadside", "exact")
    given = stalked.take(name, verifier=SECRET)
    assert stalked.locate(given).permit != b""

    world.clock.time += DAY
    (again,) = stalked.tell()
    assert stalked.told_to(again) == NUMBER
    assert again.until == first.until > 0
    for _ in range(3):
        world.clock.time += 30 * DAY
        (monthly,) = stalked.tell()
        assert stalked.told_to(monthly) == NUMBER
        assert monthly.agreed[0].requester == "Cedar-Roadside"

    stalked.stop()
    stalked.refused(stalked.taking(name, SECRET), "access-denied")
    world.clock.time += 60 * DAY
    assert stalked.texts() == []


def test_a_text_that_the_thief_keeps_from_the_phone_starts_nothing(stalked: Locating) -> None:
    """No code, no clock and no other message makes it begin; only the courier's word that the text went out."""
    world, thief = stalked.world, Thief(stalked)
    name = thief.agree()
    for days in (0, 1, 3, 5):
        world.clock.time += days * DAY
        stalked.tell("failed")
        stalked.refused(stalked.taking(name, SECRET), "authorization-pending")
    (permit,) = stalked.texts() or [None]
    forged = p.PermitDone(permit="another", outcome="sent")
    world.ask(forged, p.Done)
    stalked.refused(stalked.taking(name, SECRET), "authorization-pending")
    assert permit is None or stalked.told_to(permit) == NUMBER


def test_agreeing_again_and_again_to_put_off_the_second_text_tells_the_phone_each_time(
    stalked: Locating,
) -> None:
    world, thief = stalked.world, Thief(stalked)
    for _ in range(3):
        name = thief.agree()
        assert [stalked.told_to(one) for one in stalked.tell()] == [NUMBER]
        stalked.locate(stalked.take(name, verifier=SECRET))
        world.clock.time += DAY - 60
        assert stalked.texts() == []


def test_taking_the_number_back_ends_it(stalked: Locating) -> None:
    """Whoever has the phone proves it again, and what the thief agreed to is over."""
    thief = Thief(stalked)
    name = thief.agree()
    stalked.tell()
    given = stalked.take(name, verifier=SECRET)
    Thief(stalked)  # the owner, by the same means
    stalked.refused(stalked.looking(given), "no-token")
    assert stalked.texts() == []


def test_the_web_tier_does_not_say_that_a_text_went_out() -> None:
    assert p.PermitDone not in p.SOCKETS["web"]
    assert p.TakePermits not in p.SOCKETS["web"]
