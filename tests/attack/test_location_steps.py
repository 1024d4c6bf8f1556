"""Somebody leaves out a step of a consent, answers for another, comes too late, or goes on after the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.permit import read_permit
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from tests.attack.test_stolen_copy import absent
from tests.support.locating import VERIFY, Locating, wire_hash
from tests.support.world import NUMBER, software_key

OTHER = "+15555550118"


def consents(places: Locating) -> int:
    (count,) = places.world.engine.core.store.one("SELECT count(*) FROM location_consents") or (0,)
    return int(count)


def test_a_token_is_taken_before_the_yes(places: Locating) -> None:
    asked = places.ask()
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "authorization-pending")
    places.attest(places.answered(asked.ask, answer="no"))
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")


def test_a_token_is_taken_without_an_ask(places: Locating) -> None:
    for ask in (b"", bytes(16), b"x" * 64, canonical.digest(b"guess")[:16]):
        places.refused(m.TakeToken(ask=ask, assertion=places.assertion()), "expired-token")


def test_an_ask_or_a_consent_is_used_as_a_token(places: Locating) -> None:
    asked = places.ask()
    places.attest(places.answered(asked.ask))
    given = places.take(asked.ask)
    for false in (asked.ask, given.consent, asked.permit):
        forged = m.TokenGiven(
            token=false, expires=0, purpose="", precision="1km", consent=bytes(16), handle=""
        )
        places.refused(places.looking(forged), "no-token")


def test_somebody_else_than_the_courier_attests(places: Locating) -> None:
    world, asked = places.world, places.ask()
    rosa, kim = world.resident(), world.officer()
    signers = (
        rosa.own,
        rosa.session,
        kim.own,
        kim.session,
        world.sponsor,
        world.callgate,
        places.client,
        places.sponsor,
    )
    for signer in signers:
        for envelope in (places.answered(asked.ask, signer=signer), places.stopped(signer=signer)):
            places.refused(m.Attest(statement=envelope), "not-courier")
    for signer in (world.keyholder, world.oversight[0], software_key("service")):
        places.refused(m.Attest(statement=places.answered(asked.ask, signer=signer)), "unknown-key")
    assert consents(places) == 0


def test_the_web_hands_in_a_true_attestation_as_a_statement(places: Locating) -> None:
    """What the courier attests comes over the courier's own socket, and the web's socket takes no `Attest`."""
    envelope = places.answered(places.ask().ask)
    places.refused(p.Submit(statements=(envelope,)), "wrong-door")
    assert m.Attest not in p.SOCKETS["web"]
    assert not {m.AskConsent, m.TakeToken, m.Locate} & set(p.SOCKETS["courier"])
    assert consents(places) == 0


def test_another_statement_of_the_courier_is_handed_in_as_an_attestation(places: Locating) -> None:
    world = places.world
    rosa = world.resident(number="")
    claim = world.sign(s.ClaimNumber, rosa.session, key=rosa.session.key.id, number="AAAA", channel="sms")
    world.submit(claim)
    places.refused(m.Attest(statement=world.attest(claim, NUMBER)), "wrong-door")


def test_an_answer_is_replayed(places: Locating) -> None:
    """After a STOP the yes of before must not come back."""
    asked = places.ask()
    yes = places.answered(asked.ask)
    places.attest(yes)
    places.stop()
    places.refused(m.Attest(statement=yes), "replayed")
    places.attest(
        places.answered(asked.ask)
    )  # the courier says it once more, in good faith: nothing comes of it
    assert consents(places) == 0
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")


def test_an_answer_is_used_for_another_ask(places: Locating) -> None:
    """The number that answered is sealed to this one ask."""
    first, second = places.ask(), places.ask(purpose="CustomerCare")
    sealed = places.sealed(NUMBER, location.answered_info(canonical.b64(first.ask)))
    name = canonical.b64(second.ask)
    envelope = places.world.sign(
        location.ConsentAnswered, places.world.courier, ask=name, answer="yes", lasting="day", number=sealed
    )
    places.refused(m.Attest(statement=envelope), "ingest-key")
    stop = places.sealed(NUMBER, location.STOP_INFO)
    envelope = places.world.sign(
        location.ConsentAnswered, places.world.courier, ask=name, answer="yes", lasting="day", number=stop
    )
    places.refused(m.Attest(statement=envelope), "ingest-key")
    assert consents(places) == 0


@pytest.mark.parametrize("ask", [bytes(16), canonical.digest(b"guess")[:16]])
def test_an_answer_to_no_ask_is_attested(places: Locating, ask: bytes) -> None:
    places.refused(m.Attest(statement=places.answered(ask)), "ask-over")


def test_a_yes_comes_after_the_ask_lapsed(places: Locating) -> None:
    asked = places.ask()
    places.world.clock.time = asked.expires
    places.refused(m.Attest(statement=places.answered(asked.ask)), "ask-over")
    assert consents(places) == 0
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "expired-token")


def test_a_yes_that_was_attested_in_time_is_handed_in_after_its_life(places: Locating) -> None:
    asked = places.ask()
    yes = places.answered(asked.ask)
    places.world.clock.time += 361
    places.refused(m.Attest(statement=yes), "expired")


@pytest.mark.parametrize("number", ["5555550117", "+0", "+1555555011712345", "x", "", "+1 555 555 0117"])
def test_a_yes_of_what_is_no_number_is_attested(places: Locating, number: str) -> None:
    asked = places.ask()
    places.refused(m.Attest(statement=places.answered(asked.ask, number)), "bad-number")
    assert consents(places) == 0


def test_a_live_token_is_used_at_the_moment_of_the_stop(places: Locating) -> None:
    """In one batch with the STOP: whatever was asked before, no permit leaves the keyholder after it."""
    day, once = places.agree(), places.agree(purpose="CustomerCare", lasting="once")
    stop = m.Attest(statement=places.stopped())
    answers = places.world.engine.answer(
        [places.looking(day), places.looking(once), stop, places.looking(day), places.looking(day, VERIFY)]
    )
    assert isinstance(answers[2], p.Done)
    for answer in (*answers[:2], *answers[3:]):
        assert isinstance(answer, p.Problem)
        assert answer.reason == "no-token"


def test_a_pause_comes_in_one_batch_with_a_look(places: Locating) -> None:
    world, rosa = places.world, places.world.resident()
    given = places.agree()
    pause = p.Submit(statements=(world.sign(location.PauseLocation, rosa.session, paused=True),))
    look, paused = world.engine.answer([places.looking(given), pause])
    assert isinstance(look, m.Located)
    assert isinstance(paused, p.Submitted)
    assert look.permit == b""


def test_tokens_live_on_after_a_stop(places: Locating) -> None:
    asked = places.ask()
    places.attest(places.answered(asked.ask))
    tokens = [places.take(asked.ask) for _ in range(5)]
    places.stop()
    for given in tokens:
        places.refused(places.looking(given), "no-token")
        question = m.AskToken(token=wire_hash(given.token), assertion=places.assertion())
        assert places.world.ask(question, m.TokenState) == m.TokenState(active=False)
    places.refused(m.TakeToken(ask=asked.ask, assertion=places.assertion()), "access-denied")


def test_a_failed_look_brings_an_ended_consent_back(places: Locating) -> None:
    given = places.agree(lasting="once")
    located = places.locate(given)
    places.stop()
    places.done(located, "failed")
    places.refused(places.looking(given), "no-token")
    assert consents(places) == 0


def test_a_consent_outlives_the_move_of_the_number(places: Locating) -> None:
    """To whoever proves the number next; and neither they nor the one before is located by the old consent."""
    world, rosa = places.world, places.world.resident()
    given = places.agree()
    other = world.resident(OTHER)
    world.bind(other, NUMBER)
    places.refused(places.looking(given), "no-token")
    world.bind(rosa, NUMBER)
    places.refused(places.looking(given), "no-token")
    assert consents(places) == 0


def test_a_web_session_gives_a_consent(places: Locating) -> None:
    """Pages can close doors, not open them: a consent is signed at the door, with the person's own key."""
    world, rosa = places.world, places.world.resident()
    envelope = places.consent(rosa, rosa.session, precision="1km", until=world.clock.now() + 60)
    places.refused(p.Submit(statements=(envelope,)), "needs-own-key")


def test_a_consent_is_handed_in_twice(places: Locating) -> None:
    """Withdrawn and handed in again, as a page that kept it could."""
    world, rosa = places.world, places.world.resident()
    envelope = places.consent(rosa)
    world.submit(envelope)
    places.stop()
    places.refused(p.Submit(statements=(envelope,)), "replayed")


@pytest.mark.parametrize(
    "change",
    [
        lambda permit: {"to": permit.to[:-2] + "AA"},
        lambda _permit: {"precision": "exact"},
        lambda _permit: {"recipient": canonical.b64(bytes(65))},
        lambda permit: {"expires": permit.expires + 1},
        lambda _permit: {"max_age": 0},
        lambda _permit: {"area": location.Area(lat=0, lon=0, radius=5000)},
        lambda _permit: {"kind": "notice"},
    ],
)
def test_a_permit_is_changed_on_its_way(places: Locating, change: Callable[[Any], dict[str, Any]]) -> None:
    permit = places.permit(places.locate(places.agree()))
    changed = canonical.encode(msgspec.structs.replace(permit, **change(permit)))
    with pytest.raises(VerificationError):
        read_permit(changed, places.world.keyholder.key)


def test_a_copy_of_the_database_tells_no_number(places: Locating) -> None:
    """Of those with a record and those without, asked, agreed, looked at and stopped."""
    world = places.world
    world.resident()
    numbers = (NUMBER, OTHER, "+15555550190", "+15555550191")
    for number in numbers[:3]:
        places.locate(places.agree(number))
    places.ask(numbers[3])
    places.stop(OTHER)
    for number in numbers:
        absent(world.folder, "a number", number.encode())
        absent(world.folder, "a number's digits", number[1:].encode())


def test_a_copy_of_the_database_joins_consents_with_no_other_index(places: Locating) -> None:
    """Each programme hashes numbers with a key of its own: equal numbers have unequal hashes."""
    world = places.world
    world.resident()
    places.agree()
    store = world.engine.core.store
    emergency = {bytes(row[0]) for row in store.many("SELECT idx FROM numbers")}
    mine = {bytes(row[0]) for row in store.many("SELECT idx FROM location_consents")}
    assert emergency
    assert mine
    assert not emergency & mine


def test_a_copy_of_the_database_holds_no_token(places: Locating) -> None:
    given = places.agree()
    absent(places.world.folder, "a token", given.token)
    absent(places.world.folder, "a token on the wire", canonical.b64(given.token).encode())


def test_after_the_end_the_files_tell_nothing_of_the_consent(places: Locating) -> None:
    """Client and names stand in the sealed list of the person only, once consent, ask and tokens are over."""
    given = places.agree()
    token = wire_hash(given.token)
    places.stop()
    places.world.clock.time += 3600
    places.world.engine.sweep()
    for path in places.world.folder.iterdir():
        if path.is_file():
            data = path.read_bytes()
            assert token not in data, path.name
            assert given.consent not in data
            assert canonical.b64(given.consent).encode() not in data


def test_leaves_tell_no_name_number_or_purpose_of_a_look(places: Locating) -> None:
    places.locate(places.agree())
    places.stop()
    found = places.world.engine.core.store.many("SELECT leaf FROM entries")
    leaves = [leaf for (leaf,) in found if b'"public":""' in leaf]  # an enrolment is public whole
    assert len(leaves) == 3
    assert len({len(leaf) for leaf in leaves}) == 1
    for needle in (NUMBER, "RequestedServiceProvision", places.recipient, places.client_id):
        assert not any(needle.encode() in leaf for leaf in leaves)
