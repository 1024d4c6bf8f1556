"""A client asks a person by text: what it may ask, what the question says, and what comes of each answer."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from breakseal.kernel.model import canonical, location
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.kernel.model.permit import read_permit
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from breakseal.keyholder.location.asks import ASK_LIFE, ASKS_AN_HOUR
from breakseal.keyholder.location.consents import DAY_LIFE, ONCE_LIFE
from breakseal.keyholder.location.tokens import TOKEN_LIFE
from tests.support.locating import ORG, PURPOSE, RECIPIENT, REQUESTER, Locating, wire_hash
from tests.support.world import NUMBER, Person, World

STRANGER = "+15555550199"


def entries(world: World, person: Person) -> list[Body]:
    return list(verify_trail(world.trail(person), world.keyholder.key))


def rows(world: World, table: str) -> int:
    (count,) = world.engine.core.store.one(f"SELECT count(*) FROM {table}") or (0,)
    return int(count)


def test_the_question_says_what_stands_in_the_register_and_what_was_asked(places: Locating) -> None:
    asked = places.ask(precision="10km", lasting="once", rate=7)
    permit = read_permit(asked.permit, places.world.keyholder.key)
    assert permit.kind == "consent"
    assert permit.about == canonical.b64(asked.ask)
    assert permit.expires == asked.expires == places.world.clock.now() + ASK_LIFE
    assert permit.terms == location.Terms(
        client=places.client_id, requester=REQUESTER, recipient=RECIPIENT, purpose=PURPOSE, precision="10km",
        rate=7, lasting="once",
    )  # fmt: skip


def test_the_question_goes_to_the_number_as_it_was_sealed(places: Locating) -> None:
    question = places.asking()
    asked = places.world.ask(question, m.ConsentAsked)
    assert read_permit(asked.permit, places.world.keyholder.key).to == question.number


@pytest.mark.parametrize("precision", ["yes-or-no", "region", "10km", "1km"])
@pytest.mark.parametrize("purpose", location.CONSENT_PURPOSES)
def test_what_may_be_asked_is_asked(places: Locating, precision: str, purpose: str) -> None:
    assert len(places.ask(precision=precision, purpose=purpose).ask) == 16


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"precision": "exact"}, "precision"),
        ({"purpose": "DirectMarketing"}, "purpose"),
        ({"purpose": ""}, "purpose"),
        ({"rate": 0}, "rate"),
        ({"rate": -4}, "rate"),
        ({"rate": 61}, "rate"),
    ],
)
def test_what_nobody_may_be_asked_is_refused(places: Locating, changed: dict[str, Any], reason: str) -> None:
    places.refused(places.asking(**changed), reason)
    assert rows(places.world, "location_asks") == 0


def test_a_number_in_clear_is_no_sealed_number(places: Locating) -> None:
    places.refused(msgspec.structs.replace(places.asking(), number=NUMBER), "bad-format")
    places.refused(msgspec.structs.replace(places.asking(), number=canonical.b64(bytes(129))), "too-large")


def test_a_client_asks_six_hundred_times_an_hour_and_not_once_more(places: Locating) -> None:
    core, hour = places.world.engine.core, places.world.clock.now() // 3600
    core.store.run("INSERT INTO budgets VALUES (?, 'asks', ?, ?)", places.client_id, hour, ASKS_AN_HOUR - 1)
    places.ask()
    places.refused(places.asking(), "too-many")
    Locating(places.world, org="pine-towing").ask()
    places.world.clock.time += 3600
    places.ask()


def test_before_an_answer_the_token_waits_and_after_the_lapse_it_is_over(places: Locating) -> None:
    asked = places.ask()
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "authorization-pending")
    places.world.clock.time = asked.expires - 1
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "authorization-pending")
    places.world.clock.time += 1
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "expired-token")
    places.world.engine.sweep()
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "expired-token")
    assert rows(places.world, "location_asks") == 0


def test_a_no_gives_nothing_and_leaves_no_record_of_a_stranger(places: Locating) -> None:
    before = rows(places.world, "subjects")
    asked = places.ask(STRANGER)
    places.attest(places.answered(asked.ask, STRANGER, answer="no"))
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")
    assert rows(places.world, "subjects") == before
    assert rows(places.world, "location_consents") == 0


@pytest.mark.parametrize(
    ("offered", "chosen", "life", "marks"),
    [
        ("day", "day", DAY_LIFE, ("by-sms",)),
        ("day", "once", ONCE_LIFE, ("by-sms", "once")),
        ("once", "once", ONCE_LIFE, ("by-sms", "once")),
        ("once", "day", ONCE_LIFE, ("by-sms", "once")),
    ],
)
def test_a_yes_lasts_as_chosen_and_never_longer_than_asked(
    places: Locating, offered: str, chosen: str, life: int, marks: tuple[str, ...]
) -> None:
    rosa = places.world.resident()
    given = places.agree(lasting=chosen) if offered == "day" else _once(places, chosen)
    body = entries(places.world, rosa)[-1]
    assert (body.type, body.result, body.purpose) == ("basis", "consent-given", "location-consented")
    assert body.until == places.world.clock.now() + life
    assert body.marks == marks
    assert (body.party.org, body.party.org_name, body.party.name) == (ORG, REQUESTER, RECIPIENT)
    assert (body.party.role, body.party.key) == ("service", places.client_id)
    assert (body.reason, body.precision, body.categories) == (PURPOSE, "1km", ("location.fix",))
    assert given.expires == places.world.clock.now() + TOKEN_LIFE
    assert (given.purpose, given.precision, len(given.token), len(given.consent)) == (PURPOSE, "1km", 32, 16)


def _once(places: Locating, chosen: str) -> m.TokenGiven:
    asked = places.ask(lasting="once")
    places.attest(places.answered(asked.ask, lasting=chosen))
    return places.take(asked.ask)


def test_the_same_answer_again_changes_nothing_and_another_is_refused(places: Locating) -> None:
    """The courier hands its answer in until it is taken; it may not know that it was."""
    asked = places.ask()
    places.attest(places.answered(asked.ask))
    consents = rows(places.world, "location_consents")
    places.attest(places.answered(asked.ask))
    assert rows(places.world, "location_consents") == consents == 1
    places.refused(m.Attest(statement=places.answered(asked.ask, answer="no")), "ask-over")
    other = places.ask()
    places.attest(places.answered(other.ask, answer="no"))
    places.attest(places.answered(other.ask, answer="no"))
    places.refused(m.Attest(statement=places.answered(other.ask)), "ask-over")


def test_a_number_that_is_nobodys_gets_a_list_of_its_own(places: Locating) -> None:
    store = places.world.engine.core.store
    given = places.agree(STRANGER)
    handle = places.locate(given).handle
    assert store.one("SELECT count(*) FROM keys WHERE holder = ?", handle) == (0,)
    trail = store.one("SELECT trail FROM subjects WHERE handle = ?", handle)
    assert trail is not None
    assert places.world.engine.core.trails.length(trail[0]) == 2
    again = places.agree(STRANGER)
    assert places.locate(again).handle == handle


def test_a_number_that_is_somebodys_goes_into_their_list(places: Locating) -> None:
    rosa = places.world.resident()
    assert places.locate(places.agree()).handle == rosa.handle


def test_the_newest_word_for_the_same_phone_client_and_purpose_counts(places: Locating) -> None:
    first = places.agree()
    second = places.agree(precision="region")
    assert rows(places.world, "location_consents") == 1
    places.refused(places.looking(first), "no-token")
    assert places.permit(places.locate(second)).precision == "region"
    places.agree(purpose="CustomerCare")
    assert rows(places.world, "location_consents") == 2


def test_while_the_consent_lasts_the_client_takes_tokens(places: Locating) -> None:
    asked = places.ask()
    places.attest(places.answered(asked.ask))
    start = places.world.clock.now()
    first = places.take(asked.ask)
    places.world.clock.time = start + DAY_LIFE - 100
    last = places.take(asked.ask)
    assert last.expires == start + DAY_LIFE
    assert first.token != last.token
    places.refused(places.looking(first), "no-token")
    places.locate(last)
    places.world.clock.time = start + DAY_LIFE
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")
    places.refused(places.looking(last), "no-token")
    places.world.engine.sweep()
    assert [rows(places.world, f"location_{name}") for name in ("asks", "consents", "tokens", "looks")] == [
        0
    ] * 4


def test_a_client_reads_and_drops_its_own_tokens(places: Locating) -> None:
    world, given = places.world, places.agree()
    digest = wire_hash(given.token)
    state = world.ask(m.AskToken(token=digest, assertion=places.assertion()), m.TokenState)
    assert (state.active, state.client, state.purpose) == (True, places.client_id, PURPOSE)
    assert state.expires == given.expires
    other = Locating(world, org="pine-towing")
    silent = m.TokenState(active=False)
    assert world.ask(m.AskToken(token=digest, assertion=other.assertion()), m.TokenState) == silent
    assert world.ask(m.AskToken(token=bytes(32), assertion=places.assertion()), m.TokenState) == silent
    world.ask(m.DropToken(token=digest, assertion=other.assertion()), p.Done)
    places.locate(given)
    world.ask(m.DropToken(token=digest, assertion=places.assertion()), p.Done)
    world.ask(m.DropToken(token=digest, assertion=places.assertion()), p.Done)
    assert world.ask(m.AskToken(token=digest, assertion=places.assertion()), m.TokenState) == silent
    places.refused(places.looking(given), "no-token")


def test_a_client_proves_itself_to_read_what_its_token_is_for(places: Locating) -> None:
    world, given = places.world, places.agree()
    path = "/consent-info/v0.2/retrieve"

    def asks(token: bytes, proof: bytes) -> m.AskStatus:
        return m.AskStatus(token=wire_hash(token), proof=proof, path=path)

    state = world.ask(asks(given.token, places.proof(given.token, path)), m.TokenState)
    assert (state.active, state.precision) == (True, "1km")
    assert state.until == world.clock.now() + DAY_LIFE
    places.refused(asks(bytes(32), places.proof(bytes(32), path)), "no-token")
    places.refused(asks(given.token, places.proof(given.token)), "no-token")
    places.stop()
    places.refused(asks(given.token, places.proof(given.token, path)), "no-token")


def test_the_ask_does_not_keep_the_number(places: Locating) -> None:
    question = places.asking()
    places.world.ask(question, m.ConsentAsked)
    places.world.engine.sweep()
    sealed = canonical.unb64(question.number)
    for path in places.world.folder.iterdir():
        if path.is_file():
            data = path.read_bytes()
            assert sealed not in data
            assert question.number.encode() not in data
            assert NUMBER.encode() not in data
