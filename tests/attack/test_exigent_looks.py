"""What an agency tries with an exigent request that was taken: the call back, and looks beyond what it allows."""

from __future__ import annotations

import pytest

from breakseal.kernel.model import statements as s
from breakseal.kernel.model.words import CATEGORIES
from breakseal.keyholder import deferred
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from tests.support.courts import AGENCY
from tests.support.dangers import HOUR, MINUTE, OTHER, WATCH, Danger, listed
from tests.support.world import Person, World, software_key

# -- the call back -------------------------------------------------------------------------------------


def test_a_reviewer_of_the_same_agency_confirms_nothing(danger: Danger) -> None:
    name = danger.ask()
    danger.refused(danger.confirming(name, danger.court.let_in(role="duty-reviewer").own), "not-reviewer")


def test_an_agency_that_is_also_a_court_does_not_call_itself_back(world: World, danger: Danger) -> None:
    """Its class was changed after it asked: it is outside of nothing that it asked for."""
    mine, legal = danger.court.let_in(role="duty-reviewer"), danger.court.let_in(role="legal-reviewer")
    name = danger.ask()
    danger.court.enrol(AGENCY, "oversight-body", danger.court.client)
    danger.refused(danger.confirming(name, mine.own), "exigent-unknown")
    danger.refused(danger.reviewing(name, legal.own), "exigent-unknown")


@pytest.mark.parametrize("kind", ["police", "company", "call-centre", "supervision", "research"])
def test_reviewers_of_another_class_confirm_nothing(danger: Danger, kind: str) -> None:
    name = danger.ask()
    danger.court.enrol("others", kind, software_key("service"))
    danger.refused(
        danger.confirming(name, danger.court.let_in("others", "duty-reviewer").own), "not-reviewer"
    )


def test_nobody_but_a_duty_reviewer_with_their_own_key_confirms(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    world.shift(danger.duty, "")
    for signer in (
        danger.duty.session, danger.legal.own, danger.overseer.own, danger.officer.own, danger.supervisor.own,
        rosa.own, danger.court.key, danger.court.sponsors[WATCH],
    ):  # fmt: skip
        danger.refused(danger.confirming(name, signer), "not-reviewer")


def test_a_number_from_the_request_instead_of_the_register_is_refused(danger: Danger, rosa: Person) -> None:
    """The forger's own phone answers as the agency."""
    name = danger.ask()
    danger.refused(danger.confirming(name, line="+16085550666"), "line")
    danger.look(name)
    danger.refused(danger.looking(name), "exigent-used-up")


def test_what_the_agency_read_back_must_be_the_phone(danger: Danger) -> None:
    danger.refused(danger.confirming(danger.ask(), digits="0118"), "readback")


def test_an_agency_that_knows_of_no_such_request_ends_it(world: World, danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    world.ask(danger.confirming(name, result="denied"), p.Submitted)
    danger.refused(danger.looking(name), "exigent-over")
    assert listed(world, rosa)[-1].result == "exigent-denied"


def test_the_same_reviewer_does_not_say_the_opposite(danger: Danger) -> None:
    name = danger.ask()
    danger.world.ask(danger.confirming(name, result="denied"), p.Submitted)
    danger.refused(danger.confirming(name), "reviewed")


def test_a_denial_in_the_same_moment_gives_no_permit(world: World, danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    looked, denied = world.engine.answer([danger.looking(name), danger.confirming(name, result="denied")])
    assert isinstance(denied, p.Submitted)
    assert isinstance(looked, p.Problem)
    assert looked.reason == "order-over"


# -- looks ---------------------------------------------------------------------------------------------


def test_a_second_look_before_the_confirmation_is_refused(danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    answers = danger.world.engine.answer([danger.looking(name) for _ in range(4)])
    assert [isinstance(one, Located) for one in answers] == [True, False, False, False]


def test_after_fifteen_minutes_alone_nothing_is_answered(world: World, danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    world.clock.time += 15 * MINUTE - 1
    late = danger.looking(name)
    world.clock.time += 1
    danger.refused(late, "exigent-unconfirmed")
    danger.confirm(name)
    assert danger.look(name).precision == "exact"


def test_the_first_answer_comes_within_the_fifteen_minutes(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    world.clock.time += 15 * MINUTE - 1
    assert danger.look(name).precision == "1km"


def test_after_four_hours_nothing_is_answered_or_confirmed(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    danger.confirm(name)
    world.clock.time += 4 * HOUR - 1
    danger.look(name)
    world.clock.time += 1
    danger.refused(danger.looking(name), "exigent-over")
    other = danger.court.let_in(WATCH, "duty-reviewer")
    danger.refused(danger.confirming(name, other.own), "exigent-over")


def test_a_confirmed_request_has_a_bounded_number_of_looks(danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    danger.look(name)
    danger.confirm(name)
    for _ in range(11):
        danger.look(name)
    danger.refused(danger.looking(name), "exigent-used-up")
    other = danger.court.let_in(WATCH, "duty-reviewer")
    danger.confirm(name, who=other.own)
    danger.refused(danger.looking(name), "exigent-used-up")


def test_a_look_works_once(danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    danger.confirm(name)
    question = danger.looking(name)
    danger.world.ask(question, Located)
    danger.refused(question, "replayed")


def test_another_phone_is_not_in_the_request(danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    danger.refused(danger.looking(name, OTHER), "order-scope")
    assert danger.look(name).precision == "1km"


def test_nobody_looks_but_the_officer_who_asked(danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    stranger, _ = danger.another_agency()
    for other in (danger.supervisor, danger.court.let_in(), stranger, danger.duty):
        danger.refused(danger.looking(name, who=other.own), "order-unknown")


def test_an_officer_who_was_ended_looks_no_more(danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    danger.court.end("investigator", danger.legal)
    danger.refused_here(danger.looking(name))


def test_an_overdue_notice_of_the_agency_stops_its_requests(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    danger.court.lodge(danger.court.order(OTHER, defer_until=world.clock.now() + HOUR))
    world.clock.time += HOUR + deferred.JOINED_WITHIN  # and no sweep has run
    danger.confirm(name)
    danger.refused(danger.looking(name), "forbidden")
    danger.refused(danger.asking(OTHER), "forbidden")


@pytest.mark.parametrize("category", [one for one in CATEGORIES if one != "location.fix"])
def test_the_emergency_profile_stays_shut_in_a_danger(
    world: World, danger: Danger, rosa: Person, category: str
) -> None:
    name = danger.ask()
    danger.confirm(name)
    danger.refused(danger.looking(name, categories=(category,)), "order-scope")
    danger.refused(danger.looking(name, categories=("location.fix", category)), "order-scope")
    for purpose in ("exigent-disclosure", "emergency-response"):
        request = world.sign(
            s.Request, danger.officer.own, purpose=purpose, basis=name, categories=(category,),
            recipient=danger.officer.recipient,
        )  # fmt: skip
        for basis in (danger.first(), b"", world.call()):
            danger.refused_here(p.Disclose(request=request, basis=basis))
