"""The phone itself is told what was agreed for it by a key: before anybody looks, a day later, and every month."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from breakseal.kernel.model import canonical, location
from breakseal.kernel.model.permit import Permit, read_permit
from breakseal.kernel.model.statements import Address
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.agreeing import MAX_AN_HOUR
from breakseal.keyholder.location.telling import LISTED
from breakseal.keyholder.permits import MAX_TRIES
from tests.support.locating import PURPOSE, RECIPIENT, REQUESTER, SECRET, YEAR, Locating
from tests.support.world import NUMBER, Person, World, refused
from tests.unit.keyholder.test_location_asks import rows

OTHER = "+15555550118"
HOUR, DAY = 3600, 86_400
MONTH = 30 * DAY


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()


def agree(places: Locating, person: Person, **changed: object) -> bytes:
    """Agree at the door; nobody is told yet. Returns the consent's name."""
    before = {one.id for one in places.desk(person).consents}
    places.world.submit(places.consent(person, **changed))
    return canonical.unb64(next(one.id for one in places.desk(person).consents if one.id not in before))


def told(places: Locating, days: int) -> list[tuple[int, Permit]]:
    """Have the courier come every six hours for so many days; return what was sent, with the hour."""
    sent = []
    for hour in range(0, days * 24, 6):
        sent += [(hour, one) for one in places.tell()]
        places.world.clock.time += 6 * HOUR
    return sent


def test_nobody_looks_before_the_phone_is_told(places: Locating, rosa: Person) -> None:
    name = agree(places, rosa)
    places.refused(places.taking(name, SECRET), "authorization-pending")
    (waiting,) = places.desk(rosa).consents
    assert (waiting.told, waiting.next) == (0, places.world.clock.now())
    (permit,) = places.texts()
    places.refused(places.taking(name, SECRET), "authorization-pending")
    places.world.ask(p.PermitDone(permit=permit.id, outcome="sent"), p.Done)
    places.locate(places.take(name, verifier=SECRET))
    (started,) = places.desk(rosa).consents
    now = places.world.clock.now()
    assert (started.told, started.next) == (now, now + DAY)


def test_the_phone_reads_who_what_for_and_until_when(places: Locating, rosa: Person) -> None:
    agree(places, rosa, language="es")
    (permit,) = places.texts()
    until = places.world.clock.now() + YEAR
    assert places.told_to(permit) == NUMBER
    assert (permit.kind, permit.language, permit.until, permit.more) == ("agreed", "es", until, 0)
    assert permit.agreed == (
        location.Terms(
            client=places.client_id, requester=REQUESTER, recipient=RECIPIENT, purpose=PURPOSE, precision="exact",
            rate=4, lasting="day",
        ),
    )  # fmt: skip


def test_who_chose_a_language_is_told_in_it(places: Locating, rosa: Person) -> None:
    world = places.world
    address = canonical.encode(Address(kind="mail", to="rosa@example.org"))
    world.submit(world.channels(rosa, address, language="es"))
    agree(places, rosa, language="en")
    (permit,) = places.texts()
    assert permit.language == "es"


def test_it_is_told_again_a_day_later_and_then_every_month(places: Locating, rosa: Person) -> None:
    agree(places, rosa)
    sent = told(places, 95)
    assert [hour for hour, _ in sent] == [0, 24, 720, 1440, 2160]
    assert [one.until > 0 for _, one in sent] == [True, True, False, False, False]
    assert all(one.agreed[0].recipient == RECIPIENT for _, one in sent)


@pytest.mark.parametrize("start", ["2026-10-31T12:00", "2027-03-13T12:00"])
def test_a_clock_change_makes_no_day_longer(places: Locating, rosa: Person, start: str) -> None:
    """The clocks of Oregon change in the night after; a day is 24 hours, and a month 30 of them."""
    local = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo("America/Los_Angeles"))
    places.world.clock.time = int(local.timestamp())
    places.enrol()
    places.roster()
    places.world.sign_in(rosa)
    agree(places, rosa)
    sent = told(places, 31)
    at = [places.world.clock.now() - (31 * 24 - hour) * HOUR for hour, _ in sent]
    assert [later - earlier for earlier, later in pairwise(at)] == [DAY, MONTH - DAY]
    there = [datetime.fromtimestamp(one, UTC).astimezone(local.tzinfo) for one in at[:2]]
    assert there[1].hour != there[0].hour


def test_one_text_a_month_names_three_and_counts_the_others(
    places: Locating, rosa: Person, world: World
) -> None:
    others = [Locating(world, org=f"company-{n}", recipient=f"Desk {n}") for n in range(4)]
    for company in (places, *others):
        agree(company, rosa)
        world.clock.time += 60
    assert len(places.tell()) == 5
    world.clock.time += DAY
    assert len(places.tell()) == 5
    world.clock.time += 29 * DAY
    (permit,) = places.tell()
    assert [one.recipient for one in permit.agreed] == [RECIPIENT, "Desk 0", "Desk 1"]
    assert (len(permit.agreed), permit.more, permit.until) == (LISTED, 2, 0)
    world.clock.time += MONTH
    assert len(places.tell()) == 1


def test_two_phones_get_a_text_each(places: Locating, rosa: Person, world: World) -> None:
    world.bind(rosa, OTHER)
    for held in places.desk(rosa).numbers:
        agree(places, rosa, number=held.id)
    assert sorted(places.told_to(one) for one in places.tell()) == [NUMBER, OTHER]
    world.clock.time += DAY
    places.tell()
    world.clock.time += 29 * DAY
    assert sorted(places.told_to(one) for one in places.tell()) == [NUMBER, OTHER]


def test_a_crowd_of_notices_holds_up_no_text(places: Locating, rosa: Person, world: World) -> None:
    address = canonical.encode(Address(kind="mail", to="rosa@example.org"))
    world.submit(world.channels(rosa, address, timing="at-once"))
    for purpose in ("CustomerCare", "DeliveryOfGoods", PURPOSE):
        places.agree(purpose=purpose)
    agree(places, rosa)
    taken = world.ask(p.TakePermits(limit=2), p.Permits).permits
    kinds = [read_permit(one, world.keyholder.key).kind for one in taken]
    assert kinds == ["notice", "notice", "agreed"]


def test_a_consent_by_text_is_told_of_by_nobody_else(places: Locating) -> None:
    given = places.agree()
    assert places.texts() == []
    places.locate(given)


def test_a_text_that_is_never_sent_starts_nothing(places: Locating, rosa: Person, world: World) -> None:
    name = agree(places, rosa)
    offered = 0
    for _ in range(MAX_TRIES + 2):
        offered += len(places.tell("failed"))
        world.clock.time += HOUR
    assert offered == MAX_TRIES
    (never,) = places.desk(rosa).consents
    assert (never.told, never.next) == (0, 0)
    places.refused(places.taking(name, SECRET), "authorization-pending")
    assert rows(world, "location_texts") == 0


def test_a_failed_text_is_offered_again_and_later_each_time(
    places: Locating, rosa: Person, world: World
) -> None:
    agree(places, rosa)
    waits = []
    for _ in range(9):
        waited = 0
        while not places.tell("failed"):
            world.clock.time += 30
            waited += 30
        waits.append(waited)
    assert waits == [0, 30, 60, 120, 240, 480, 960, 1920, 3600]
    world.clock.time += HOUR
    (permit,) = places.tell()
    (started,) = places.desk(rosa).consents
    assert started.told == world.clock.now()
    assert places.told_to(permit) == NUMBER


def test_a_month_s_text_that_is_never_sent_does_not_end_the_reminders(
    places: Locating, rosa: Person, world: World
) -> None:
    agree(places, rosa)
    places.tell()
    world.clock.time += DAY
    places.tell()
    world.clock.time += 29 * DAY
    for _ in range(MAX_TRIES + 1):
        places.tell("failed")
        world.clock.time += HOUR
    assert places.texts() == []
    world.clock.time += MONTH
    assert len(places.tell()) == 1


@pytest.mark.parametrize("how", ["stop", "withdraw", "number"])
def test_what_ended_is_told_of_no_more(places: Locating, rosa: Person, world: World, how: str) -> None:
    name = agree(places, rosa)
    (permit,) = places.texts()
    if how == "stop":
        places.stop()
    elif how == "withdraw":
        world.submit(world.sign(location.WithdrawConsent, rosa.own, consent=canonical.b64(name)))
    else:
        other = world.resident("")
        world.bind(other, NUMBER)
    world.ask(p.PermitDone(permit=permit.id, outcome="sent"), p.Done)
    assert [rows(world, f"location_{one}") for one in ("by_key", "texts")] == [0, 0]
    world.clock.time += MONTH
    assert places.texts() == []
    places.refused(places.taking(name, SECRET), "access-denied")


def test_the_last_but_one_that_ends_leaves_the_reminder(places: Locating, rosa: Person, world: World) -> None:
    first = agree(places, rosa)
    agree(places, rosa, purpose="CustomerCare")
    places.tell()
    world.submit(world.sign(location.WithdrawConsent, rosa.own, consent=canonical.b64(first)))
    world.clock.time += MONTH
    assert [one.until > 0 for one in places.tell()] == [True, False]


def test_a_consent_is_taken_with_its_secret_only(places: Locating, rosa: Person) -> None:
    name = agree(places, rosa)
    places.tell()
    for wrong in (b"", b"another", SECRET + b"x"):
        places.refused(places.taking(name, wrong), "wrong-verifier")
    given = places.take(name, verifier=SECRET)
    assert given.handle == rosa.handle


@pytest.mark.parametrize("challenge", ["", "AAAA", canonical.b64(bytes(31)), "=" * 43])
def test_a_consent_without_a_secret_is_refused(places: Locating, rosa: Person, challenge: str) -> None:
    with pytest.raises(Exception, match="not"):
        places.world.submit(places.consent(rosa, challenge=challenge))
    assert rows(places.world, "location_consents") == 0


def test_nobody_floods_a_phone_by_agreeing(places: Locating, rosa: Person, world: World) -> None:
    for _ in range(MAX_AN_HOUR):
        world.submit(places.consent(rosa))
    refused("too-many", lambda: world.submit(places.consent(rosa)))
    assert len(places.tell()) == 1, "each took the place of the last"
    world.clock.time += HOUR
    world.submit(places.consent(rosa))


def test_without_a_courier_nobody_agrees_by_key(places: Locating, rosa: Person, world: World) -> None:
    envelope = places.consent(rosa)
    world.engine.core.store.run("DELETE FROM enrolments WHERE kind = 'courier'")
    refused("courier-missing", lambda: world.submit(envelope))
    assert rows(world, "location_consents") == 0


def test_the_courier_alone_says_what_was_sent() -> None:
    assert p.PermitDone not in p.SOCKETS["web"]
    assert p.PermitDone in p.SOCKETS["courier"]
