"""What could go wrong through the desks of a danger to life: who reads what there, and what a waiting request does."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.desk import ExigentDesk, HeldExigent
from breakseal.kernel.model.exigent import Exigent, exigent_info
from breakseal.keyholder import protocol as p
from tests.support import dangers
from tests.support.courts import AGENCY, DAY
from tests.support.dangers import HOUR, MINUTE, OTHER, WATCH, Danger, listed, name_of
from tests.support.world import NUMBER, Person, World


def hand_in(danger: Danger, number: str = NUMBER, **changed: Any) -> bytes:
    """Have the investigator's statement wait, and return it."""
    first = danger.first(number, **changed)
    danger.world.ask(p.Submit(statements=(first,)), p.Submitted)
    return first


def desk(danger: Danger, who: Person) -> ExigentDesk:
    """Read the desk as somebody with a session does."""
    danger.world.shift(who, "")
    answer = danger.world.desk(who, "exigent", who.session)
    assert isinstance(answer, ExigentDesk)
    return answer


def one(danger: Danger, who: Person) -> HeldExigent:
    (held,) = desk(danger, who).requests
    return held


# -- what waits ----------------------------------------------------------------------------------------


def test_what_waits_opens_nothing_tells_nobody_and_leaves_no_entry(
    world: World, danger: Danger, rosa: Person
) -> None:
    before, told = world.log.size(), len(listed(world, rosa))
    first = hand_in(danger)
    danger.refused(danger.looking(name_of(first)), "order-unknown")
    assert len(listed(world, rosa)) == told
    # The refused look is the only entry: in the agency's own trail.
    assert world.log.size() == before + 1
    assert desk(danger, danger.supervisor).waiting == (canonical.b64(first),)
    assert desk(danger, danger.officer).waiting == (canonical.b64(first),)


def test_what_waits_is_used_up_by_the_supervisors_word_and_then_waits_no_more(danger: Danger) -> None:
    first = hand_in(danger)
    danger.world.ask(danger.seconding(first), p.Submitted)
    assert desk(danger, danger.supervisor).waiting == ()
    danger.refused(danger.seconding(first), "replayed")
    danger.refused(p.Submit(statements=(first,)), "exigent-known")


def test_what_waits_ends_with_its_quarter_of_an_hour(world: World, danger: Danger) -> None:
    first = hand_in(danger)
    world.clock.time += 17 * MINUTE
    assert desk(danger, danger.supervisor).waiting == ()
    danger.refused(danger.seconding(first), "expired")
    danger.refused(p.Submit(statements=(first,)), "expired")


def test_an_officer_floods_no_desk_only_the_last_request_waits(danger: Danger) -> None:
    hand_in(danger)
    last = hand_in(danger, OTHER)
    assert desk(danger, danger.supervisor).waiting == (canonical.b64(last),)


def test_who_may_not_ask_lets_nothing_wait_either(world: World, danger: Danger, rosa: Person) -> None:
    for signer, reason in (
        (danger.supervisor.own, "not-permitted"), (danger.duty.own, "not-permitted"), (rosa.own, "not-officer"),
    ):  # fmt: skip
        danger.refused(p.Submit(statements=(danger.first(who=signer),)), reason)
    world.shift(danger.officer, "")
    danger.refused(p.Submit(statements=(danger.first(who=danger.officer.session),)), "forbidden")
    danger.refused(p.Submit(statements=(danger.first(digits="9999"),)), "exigent-number")
    assert desk(danger, danger.supervisor).waiting == ()


def test_the_web_tier_cannot_change_the_number_that_waits(danger: Danger) -> None:
    """It puts its own sealed number, or other digits, into what the investigator signed."""
    statement = signed.read(hand_in(danger))[1]
    assert isinstance(statement, Exigent)
    theirs = danger.sealed(OTHER, exigent_info(statement.nonce))
    envelope = signed.read(danger.first())[0]
    for changed in ({"number": theirs, "digits": OTHER[-4:]}, {"number": theirs}, {"digits": OTHER[-4:]}):
        payload = canonical.encode(replace(statement, **changed))
        forged = canonical.encode(replace(envelope, payload=canonical.b64(payload)))
        danger.refused_here(p.Submit(statements=(forged,)))
        danger.refused_here(danger.seconding(forged, OTHER))


def test_an_agency_that_owes_a_judgement_is_told_before_the_supervisor_signs(
    world: World, danger: Danger
) -> None:
    danger.ask()
    world.clock.time += 2 * DAY
    danger.court.renew()
    danger.refused(p.Submit(statements=(danger.first(OTHER),)), "exigent-unreviewed")


# -- who reads what ------------------------------------------------------------------------------------


def test_a_desk_shows_no_digit_of_a_number_to_anybody(danger: Danger) -> None:
    name = danger.ask()
    for who in (danger.officer, danger.supervisor, danger.duty, danger.legal, danger.overseer):
        answer = desk(danger, who)
        assert NUMBER[-4:] not in canonical.encode(answer).decode().replace(dangers.LINE, "")
        held = answer.requests[0]
        assert (held.name, held.agency, held.state, held.result, held.used) == (name, AGENCY, "alone", "", 0)
        assert held.wrote == (dangers.TEXT, "I heard the call myself")
        assert held.line is not None
        assert held.line.line == dangers.LINE


def test_a_desk_follows_what_happens(danger: Danger) -> None:
    name = danger.ask()
    danger.look(name)
    danger.confirm(name)
    danger.look(name)
    held = one(danger, danger.officer)
    assert (held.used, held.state, held.spoke) == (2, "confirmed", danger.duty.handle)
    danger.review(name)
    assert one(danger, danger.officer).result == "upheld"


def test_a_reviewer_of_the_agency_itself_reads_and_confirms_nothing(danger: Danger) -> None:
    """A sponsor lets in a duty reviewer at the police: the role alone makes no reviewer."""
    name = danger.ask()
    own = danger.court.let_in(role="duty-reviewer")
    danger.world.shift(own, "")
    danger.refused(reading(danger, own), "not-reviewer")
    danger.refused(danger.confirming(name, own.own), "not-reviewer")


def test_another_agency_and_strangers_read_nothing(danger: Danger, rosa: Person) -> None:
    hand_in(danger)
    danger.ask(OTHER)
    officer, boss = danger.another_agency()
    for who in (officer, boss):
        answer = desk(danger, who)
        assert (answer.waiting, answer.requests) == ((), ())
    danger.refused(reading(danger, rosa), "not-reviewer")
    clerk = danger.court.let_in(role="supervising-officer")
    danger.world.shift(clerk, "")
    danger.refused(reading(danger, clerk), "not-reviewer")


def test_a_stale_roster_closes_the_desk(world: World, danger: Danger) -> None:
    danger.ask()
    world.clock.time += 8 * DAY
    danger.world.shift(danger.duty, "")
    danger.refused(reading(danger, danger.duty), "not-reviewer")


def test_what_is_owed_stays_on_the_desk_and_what_is_done_leaves_it(world: World, danger: Danger) -> None:
    danger.ask()
    upheld = danger.ask(OTHER)
    danger.review(upheld)
    world.clock.time += 3 * DAY
    assert [each.result for each in desk(danger, danger.legal).requests] == [""]


# -- what the desk cannot do -----------------------------------------------------------------------------


def test_a_desk_makes_no_second_rough_look(world: World, danger: Danger) -> None:
    """The same question again, a new one, one of the supervisor's, one after the quarter of an hour."""
    name = danger.ask()
    danger.look(name)
    again = danger.looking(name)
    danger.refused(again, "exigent-used-up")
    danger.refused(danger.looking(name, who=danger.supervisor.own), "order-unknown")
    danger.refused(p.Submit(statements=(danger.first(),)), "exigent-known")
    world.clock.time += 16 * MINUTE
    danger.refused(danger.looking(name), "exigent-unconfirmed")


def test_a_denial_needs_no_digits_and_a_confirmation_does(danger: Danger) -> None:
    name = danger.ask()
    danger.refused(danger.confirming(name, digits=""), "readback")
    danger.confirm(name, digits="", result="denied")
    danger.refused(danger.looking(name), "exigent-over")
    assert one(danger, danger.officer).state == "denied"


@pytest.mark.parametrize("after", [4 * HOUR, 3 * DAY])
def test_a_desk_after_the_end_opens_nothing(world: World, danger: Danger, after: int) -> None:
    name = danger.ask()
    danger.confirm(name)
    world.clock.time += after
    danger.court.renew()
    danger.refused(danger.looking(name), "exigent-over")
    assert WATCH not in {each.agency for each in desk(danger, danger.officer).requests}


def reading(danger: Danger, who: Person) -> p.Read:
    """Return the question for the desk, signed by somebody's session."""
    envelope = danger.world.sign(s.ReadDesk, who.session, desk="exigent", recipient=who.recipient)
    return p.Read(statement=envelope)
