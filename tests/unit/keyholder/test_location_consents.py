"""What a person agrees to at the door, ends and pauses; and all that ends consents by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.desk import HeldConsent, SelfDesk
from breakseal.keyholder.location.agreeing import MAX_CONSENTS
from tests.support.locating import ORG, PURPOSE, RECIPIENT, REQUESTER, SECRET, YEAR, Locating
from tests.support.world import NUMBER, Person, World, refused
from tests.unit.keyholder.test_location_asks import entries, rows

OTHER = "+15555550118"
NOTHING = ("asks", "consents", "tokens", "looks", "by_key", "texts")


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()


def desk(world: World, person: Person) -> SelfDesk:
    found = world.desk(person)
    assert isinstance(found, SelfDesk)
    return found


def test_a_consent_by_ones_own_key_is_as_precise_and_as_long_as_it_says(
    places: Locating, rosa: Person
) -> None:
    world = places.world
    given = places.agree_by_key(rosa)
    permit = places.permit(places.locate(given))
    assert (permit.precision, places.number_in(permit)) == ("exact", NUMBER)
    body = entries(world, rosa)[-2]
    assert (body.result, body.marks, body.until) == ("consent-given", ("by-key",), world.clock.now() + YEAR)
    assert entries(world, rosa)[-1].policy == ("client-locates-by-key",)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"until": 0}, "until"),
        ({"until": 1_790_000_000 + YEAR + 1}, "until"),
        ({"rate": 0}, "rate"),
        ({"rate": 61}, "rate"),
        ({"purpose": "DirectMarketing"}, "purpose"),
        ({"number": "nobody's"}, "not-yours"),
        ({"client": canonical.b64(bytes(32))}, "unknown-key"),
    ],
)
def test_a_consent_that_cannot_be_given_is_refused(
    places: Locating, rosa: Person, changed: dict[str, Any], reason: str
) -> None:
    refused(reason, lambda: places.world.submit(places.consent(rosa, **changed)))
    assert rows(places.world, "location_consents") == 0


def test_a_consent_needs_ones_own_key(places: Locating, rosa: Person) -> None:
    refused("needs-own-key", lambda: places.world.submit(places.consent(rosa, rosa.session)))


def test_nobody_agrees_to_what_is_no_client_of_a_company(places: Locating, rosa: Person) -> None:
    world = places.world
    for client, reason in ((world.sponsor.key.id, "not-client"), (world.callgate.key.id, "not-permitted")):
        refused(reason, lambda client=client: world.submit(places.consent(rosa, client=client)))


def test_another_persons_phone_is_not_agreed_for(places: Locating, rosa: Person) -> None:
    other = places.world.resident(OTHER)
    theirs = desk(places.world, other).numbers[0].id
    refused("not-yours", lambda: places.world.submit(places.consent(rosa, number=theirs)))


def test_there_is_an_end_to_how_many(places: Locating, rosa: Person) -> None:
    places.world.submit(places.consent(rosa))
    store = places.world.engine.core.store
    row = store.one("SELECT * FROM location_consents") or ()
    for n in range(MAX_CONSENTS - 1):
        marks = ", ".join("?" * len(row))
        store.run(f"INSERT INTO location_consents VALUES ({marks})", f"c{n}", *row[1:])  # type: ignore[arg-type]
    refused("too-many", lambda: places.world.submit(places.consent(rosa)))


def test_the_person_reads_who_may_look(places: Locating, rosa: Person) -> None:
    world = places.world
    places.agree(lasting="once", rate=9)
    places.world.clock.time += 1
    places.agree_by_key(rosa, purpose="CustomerCare", precision="10km")
    found = desk(world, rosa)
    number, now = found.numbers[0].id, world.clock.now()
    ids = [one.id for one in found.consents]
    shared = {"client": places.client_id, "requester": REQUESTER, "recipient": RECIPIENT, "number": number}
    assert found.consents == (
        HeldConsent(
            id=ids[0], purpose=PURPOSE, precision="1km", rate=9, given=now - 1, until=now + 3599, once=True,
            by="sms", **shared,
        ),
        HeldConsent(
            id=ids[1], purpose="CustomerCare", precision="10km", rate=4, given=now, until=now + YEAR, once=False,
            by="key", told=now, next=now + 86_400, **shared,
        ),
    )  # fmt: skip
    assert not found.paused
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    assert desk(world, rosa).paused
    assert entries(world, rosa)[-1].result == "location-paused"


def test_one_consent_is_ended_and_the_other_stays(places: Locating, rosa: Person) -> None:
    world = places.world
    first = places.agree()
    second = places.agree(purpose="CustomerCare")
    ended = canonical.b64(first.consent)
    world.submit(world.sign(location.WithdrawConsent, rosa.session, consent=ended))
    places.refused(places.looking(first), "no-token")
    places.locate(second)
    body = entries(world, rosa)[-2]
    assert (body.type, body.result, body.party.name, body.reason) == (
        "withdraw",
        "consent-ended",
        RECIPIENT,
        PURPOSE,
    )
    assert body.party.org == ORG
    again = world.sign(location.WithdrawConsent, rosa.session, consent=ended)
    refused("not-yours", lambda: world.submit(again))


def test_nobody_ends_the_consent_of_another(places: Locating, rosa: Person) -> None:
    world, other = places.world, places.world.resident(OTHER)
    given = places.agree()
    envelope = world.sign(location.WithdrawConsent, other.own, consent=canonical.b64(given.consent))
    refused("not-yours", lambda: world.submit(envelope))
    assert places.locate(given).handle == rosa.handle


def test_stop_ends_all_of_this_phone_and_nothing_of_another(places: Locating, rosa: Person) -> None:
    world = places.world
    by_text, by_key = places.agree(), places.agree_by_key(rosa)
    other = places.agree(OTHER)
    places.stop()
    for given in (by_text, by_key):
        places.refused(places.looking(given), "no-token")
    places.locate(other)
    assert [b.result for b in entries(world, rosa)[-2:]] == ["consent-stopped", "consent-stopped"]
    before = len(entries(world, rosa))
    places.stop()  # nothing is left to end
    assert len(entries(world, rosa)) == before
    places.stop("+15555550190")  # nobody's number


def test_another_sim_ends_all(places: Locating, rosa: Person) -> None:
    given = places.agree()
    places.stop(why="moved")
    places.refused(places.looking(given), "no-token")
    assert entries(places.world, rosa)[-1].result == "consent-phone-moved"


def test_a_phone_that_is_taken_off_the_record_takes_its_consents_along(
    places: Locating, rosa: Person
) -> None:
    world, given = places.world, places.agree()
    number = desk(world, rosa).numbers[0].id
    world.submit(world.sign(s.WithdrawNumber, rosa.session, number=number))
    places.refused(places.looking(given), "no-token")
    assert [b.result for b in entries(world, rosa)[-2:]] == ["consent-ended", "phone-removed"]


def test_a_phone_that_is_proved_again_by_the_same_person_keeps_its_consents(
    places: Locating, rosa: Person
) -> None:
    given = places.agree()
    places.world.bind(rosa, NUMBER)
    places.locate(given)


def test_who_signs_up_takes_the_phone_over_from_its_keyless_list(places: Locating) -> None:
    world, given = places.world, places.agree(OTHER)
    handle = places.locate(given).handle
    ana = world.resident(OTHER)
    assert ana.handle != handle
    places.refused(places.looking(given), "no-token")
    trail = world.engine.core.subjects.get(handle).trail
    assert world.engine.core.trails.length(trail) == 4  # given, looked at, ended, moved away
    assert places.locate(places.agree(OTHER)).handle == ana.handle


def test_erasing_everything_ends_consents_and_erasing_a_part_does_not(places: Locating, rosa: Person) -> None:
    world, given = places.world, places.agree()
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    world.submit(world.sign(s.Erase, rosa.own, categories=("emergency.home",)))
    assert places.locate(given).permit == b""
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    places.refused(places.looking(given), "no-token")
    assert rows(world, "location_consents") == rows(world, "location_paused") == 0


def test_a_phone_that_is_gone_from_the_record_is_not_located_whatever_else_is_kept(
    places: Locating, rosa: Person
) -> None:
    given = places.agree()
    places.world.engine.core.store.run("DELETE FROM numbers WHERE handle = ?", rosa.handle)
    places.refused(places.looking(given), "no-token")


def test_a_store_from_before_there_was_location_gets_its_index_key(places: Locating) -> None:
    world = places.world
    with world.engine.core.store.transaction():
        world.engine.core.vault.destroy("index/location")
    world.close()
    world.engine = world.open()
    places.locate(places.agree())


def test_the_index_of_location_is_not_that_of_the_emergency_programme(places: Locating, rosa: Person) -> None:
    places.agree()
    store = places.world.engine.core.store
    (idx,) = store.one("SELECT idx FROM location_consents") or (b"",)
    assert len(idx) == 32
    assert store.one("SELECT 1 FROM numbers WHERE idx = ?", idx) is None
    assert places.world.engine.core.numbers.index(NUMBER) != idx
    with pytest.raises(RefusedError):
        places.world.engine.core.vault.get("index/nowhere")


def test_when_a_consent_by_key_is_over_nothing_of_it_is_kept(places: Locating, rosa: Person) -> None:
    world = places.world
    given = places.agree_by_key(rosa)
    places.locate(given)
    world.submit(world.sign(location.WithdrawConsent, rosa.session, consent=canonical.b64(given.consent)))
    places.refused(places.taking(given.consent, SECRET), "access-denied")
    world.engine.sweep()
    assert [rows(world, f"location_{name}") for name in NOTHING] == [0] * len(NOTHING)
    places.refused(places.taking(given.consent, SECRET), "expired-token")


def test_a_record_without_a_key_is_erased_a_month_after_its_last_yes(places: Locating, rosa: Person) -> None:
    """Nobody could ask for it: nobody has a key to it."""
    world = places.world
    store = world.engine.core.store
    places.agree()
    handle = places.locate(places.agree(OTHER)).handle
    world.clock.time += 20 * 86_400
    world.engine.sweep()
    places.roster()
    again = places.agree(OTHER)
    assert places.locate(again).handle == handle
    world.clock.time += 30 * 86_400
    world.engine.sweep()
    assert not world.engine.core.subjects.get(handle).erased
    for wait in (1, 3600):
        assert not world.engine.core.subjects.get(handle).erased
        world.clock.time += wait
        world.engine.sweep()
    assert world.engine.core.subjects.get(handle).erased
    assert world.engine.core.numbers.holder(OTHER) is None
    assert not world.engine.core.vault.has(f"subject/{handle}")
    assert rows(world, "location_keyless") == 0
    assert not world.engine.core.subjects.get(rosa.handle).erased
    (trail,) = store.one("SELECT trail FROM subjects WHERE handle = ?", handle) or (0,)
    for _ in range(2):
        world.clock.time += 3601
        world.engine.sweep()
    assert not world.engine.core.vault.has(f"trail/{trail}")
    assert store.one("SELECT count(*) FROM entries WHERE idx IS NULL") == (0,)
    places.roster()
    assert places.locate(places.agree(OTHER)).handle != handle


def test_a_record_without_a_key_stays_while_a_consent_lives(places: Locating) -> None:
    world, handle = places.world, places.locate(places.agree(OTHER)).handle
    core = world.engine.core
    core.store.run("UPDATE location_keyless SET since = 0")
    for _ in range(2):
        world.clock.time += 3600
        world.engine.sweep()
    assert not core.subjects.get(handle).erased
    places.stop(OTHER)
    for _ in range(2):
        world.clock.time += 3600
        world.engine.sweep()
    assert core.subjects.get(handle).erased


def test_where_the_policy_lets_no_consent_by_key_open_it_opens_nothing(
    places: Locating, rosa: Person
) -> None:
    world = places.world
    by_key, by_text = places.agree_by_key(rosa), places.agree(purpose="CustomerCare")
    core = world.engine.core
    rules = tuple(rule for rule in core.policy.rules if rule.id != "client-locates-by-key")
    world.engine.core = replace(core, policy=replace(core.policy, rules=rules))
    places.refused(places.looking(by_key), "no-token")
    places.locate(by_text)
