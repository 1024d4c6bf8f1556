"""What two corrupt officers and a hostile web tier try with a danger to life that there is not: who signs, and what."""

from __future__ import annotations

import pytest

from breakseal.kernel.model import signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.exigent import (
    ConfirmExigent,
    Exigent,
    ReviewExigent,
)
from breakseal.kernel.model.leaf import read_leaf
from breakseal.keyholder import protocol as p
from tests.support import dangers
from tests.support.courts import AGENCY, DAY
from tests.support.dangers import HOUR, MINUTE, OTHER, WATCH, Danger, listed, name_of
from tests.support.world import NUMBER, Person, World, software_key

# -- the way that is meant ---------------------------------------------------------------------------


def test_two_officers_get_one_rough_answer_and_exact_ones_once_they_were_called_back(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    rough = danger.look(name)
    assert (rough.kind, rough.precision, rough.ground, rough.area) == ("locate", "1km", "exigent", None)
    assert danger.court.number_in(rough) == NUMBER
    danger.refused(danger.looking(name), "exigent-used-up")
    danger.confirm(name)
    assert danger.look(name).precision == "exact"
    danger.review(name)
    asked, seconded, first, confirmed, second, review = listed(world, rosa)[-6:]
    assert [one.result for one in (asked, seconded, first, confirmed, second, review)] == [
        "exigent-asked", "exigent-seconded", "located-in-danger", "exigent-confirmed", "located-in-danger",
        "exigent-upheld",
    ]  # fmt: skip
    assert {one.basis for one in (asked, seconded, first, confirmed, second, review)} == {name}
    assert (asked.party.role, seconded.party.role, asked.party.org) == (
        "investigator", "police-supervisor", AGENCY,
    )  # fmt: skip
    assert (asked.reason, asked.policy, review.reason) == (
        dangers.TEXT, ("exigent-alone",), "the child was found there",
    )  # fmt: skip
    assert (first.policy, second.policy) == (("exigent-alone",), ("exigent-confirmed",))
    assert (first.until - first.at, second.until - second.at) == (15 * MINUTE, 60 * MINUTE)
    assert (confirmed.party.org, confirmed.marks) == (WATCH, ("agency-called-back",))


def test_every_step_is_a_public_leaf_and_the_person_is_told_at_once(
    world: World, danger: Danger, rosa: Person
) -> None:
    before = world.log.size()
    name = danger.ask()
    danger.look(name)
    danger.confirm(name)
    danger.review(name)
    leaves = [read_leaf(one) for one in world.log.entries(before, world.log.size())]
    assert [(one.type, one.org) for one in leaves] == [
        ("basis", AGENCY), ("basis", AGENCY), ("basis", AGENCY), ("disclose", AGENCY),
        ("basis", WATCH), ("basis", WATCH), ("basis", WATCH), ("basis", WATCH),
    ]  # fmt: skip
    assert {(one.purpose, one.basis) for one in leaves} == {("exigent-disclosure", "exigent")}
    assert [one.notice for one in leaves].count("at-once") == 5
    assert "deferred" not in {one.notice for one in leaves}


# -- who signs -----------------------------------------------------------------------------------------


def test_one_officer_alone_is_refused_with_both_signatures(danger: Danger, rosa: Person) -> None:
    """The same person signs twice: as investigator, and as supervisor."""
    danger.refused(danger.seconding(danger.first(), who=danger.officer.own), "not-supervisor")
    danger.refused(danger.seconding(danger.first(who=danger.supervisor.own)), "not-permitted")


def test_one_officers_request_alone_waits_and_opens_nothing(danger: Danger) -> None:
    alone = danger.first()
    assert danger.world.ask(p.Submit(statements=(alone,)), p.Submitted).leaves == ()
    danger.refused(danger.looking(name_of(alone)), "order-unknown")


def test_two_keys_of_one_officer_are_one_officer(world: World, danger: Danger, rosa: Person) -> None:
    """A shift's session key signs beside the officer's own."""
    world.shift(danger.officer, "")
    world.shift(danger.supervisor, "")
    danger.refused(danger.seconding(danger.first(), who=danger.officer.session), "not-supervisor")
    danger.refused(danger.seconding(danger.first(who=danger.officer.session)), "forbidden")
    danger.refused(danger.seconding(danger.first(), who=danger.supervisor.session), "not-supervisor")


def test_both_signatures_on_one_paper_are_not_two_statements(danger: Danger) -> None:
    both = signed.write(
        signed.read(danger.first())[1],
        danger.officer.own,
        danger.supervisor.own,
    )
    answer = danger.world.engine.answer([danger.seconding(both)])[0]
    assert isinstance(answer, p.Problem)


def test_two_investigators_without_a_supervisor_are_refused(danger: Danger) -> None:
    other = danger.court.let_in()
    danger.refused(danger.seconding(danger.first(), who=other.own), "not-supervisor")


@pytest.mark.parametrize("role", ["supervising-officer", "call-supervisor", "duty-reviewer", "oversight"])
def test_no_other_role_stands_in_for_the_supervisor(danger: Danger, role: str) -> None:
    other = danger.court.let_in(role=role)
    danger.refused(danger.seconding(danger.first(), who=other.own), "not-supervisor")


def test_a_supervisor_of_another_agency_is_refused(danger: Danger) -> None:
    _, stranger = danger.another_agency()
    danger.refused(danger.seconding(danger.first(), who=stranger.own), "not-supervisor")


def test_nobody_but_officers_signs(world: World, danger: Danger, rosa: Person) -> None:
    court = danger.court
    for signer in (rosa.own, court.key, court.client, court.sponsors[AGENCY], world.courier):
        danger.refused(danger.seconding(danger.first(), who=signer), "not-supervisor")
        danger.refused(danger.seconding(danger.first(who=signer)), "not-officer")


@pytest.mark.parametrize("kind", ["call-centre", "company", "supervision", "research", "court"])
def test_an_agency_of_another_class_asks_for_nothing(danger: Danger, kind: str) -> None:
    officer, boss = danger.another_agency("others", kind)
    danger.refused(danger.seconding(danger.first(who=officer.own), who=boss.own), "not-permitted")


def test_a_stale_roster_stops_requests(world: World, danger: Danger) -> None:
    world.clock.time += 7 * DAY
    danger.refused(danger.asking(), "forbidden")
    danger.court.renew()
    danger.ask()


def test_an_agency_that_nobody_can_call_back_asks_for_nothing(danger: Danger) -> None:
    danger.court.enrol("new-police", "police", software_key("service"))
    officer, boss = danger.court.let_in("new-police"), danger.court.let_in("new-police", "police-supervisor")
    danger.refused(danger.seconding(danger.first(who=officer.own), who=boss.own), "no-line")


# -- what they sign ------------------------------------------------------------------------------------


def test_a_number_that_was_swapped_on_one_officers_page_is_refused(danger: Danger, rosa: Person) -> None:
    danger.refused(danger.seconding(danger.first(NUMBER), OTHER), "exigent-number")
    danger.refused(danger.seconding(danger.first(OTHER), NUMBER), "exigent-number")


def test_a_number_that_was_swapped_on_both_pages_is_not_the_one_that_the_door_showed(danger: Danger) -> None:
    danger.refused(danger.seconding(danger.first(OTHER, digits="0117"), OTHER), "exigent-number")


@pytest.mark.parametrize(
    "number", ["+1555555", "5555550117", "+15555550117;+15555550118", "*0117", "\xff0117"]
)
def test_what_is_no_single_number_is_refused(danger: Danger, number: str) -> None:
    answer = danger.world.engine.answer([danger.seconding(danger.first(number, digits="0117"), number)])[0]
    assert isinstance(answer, p.Problem)


def test_the_sealed_number_of_one_request_does_not_serve_another(danger: Danger) -> None:
    """The web tier moves what one officer sealed into a request that it puts before another."""
    seen = signed.read(danger.first())[1]
    assert isinstance(seen, Exigent)
    danger.refused_here(danger.seconding(danger.first(number=seen.number)))
    mine = danger.first()
    copied = signed.read(mine)[1]
    assert isinstance(copied, Exigent)
    danger.refused_here(danger.seconding(mine, number=copied.number))


def test_a_forged_web_tier_changes_nothing_of_what_was_signed(danger: Danger, rosa: Person) -> None:
    """One word of either statement, another's signature, or another statement inside."""
    first = danger.first()
    for changed in (
        first.replace(b'"sig":"', b'"sig":"A'),
        danger.first(who=software_key()),
        signed.write(s.Freeze(**danger.world.stamp(), leaf=""), danger.officer.own),  # type: ignore[arg-type]
    ):
        danger.refused_here(danger.seconding(changed))
    danger.refused_here(danger.seconding(first, who=software_key()))
    for kind, fields in (
        (ConfirmExigent, {"line": dangers.LINE, "digits": "0117", "result": "confirmed"}),
        (ReviewExigent, {"result": "upheld", "reason": "fine"}),
    ):
        envelope = danger.world.sign(kind, software_key(), exigent=name_of(first), **fields)
        danger.refused_here(p.Submit(statements=(envelope,)))


def test_a_request_that_was_used_makes_no_second_one(danger: Danger) -> None:
    first = danger.first()
    danger.world.ask(danger.seconding(first), p.Submitted)
    danger.refused(danger.seconding(first), "replayed")


def test_a_request_that_is_old_is_not_seconded(world: World, danger: Danger) -> None:
    first = danger.first()
    world.clock.time += 17 * MINUTE
    danger.refused(danger.seconding(first), "expired")


def test_the_same_phone_again_gives_no_second_rough_answer(
    world: World, danger: Danger, rosa: Person
) -> None:
    """Two corrupt officers sign again and again to follow somebody."""
    name = danger.ask()
    danger.look(name)
    danger.refused(danger.asking(), "exigent-known")
    world.ask(danger.confirming(name, result="denied"), p.Submitted)
    danger.refused(danger.asking(), "exigent-known")
    world.clock.time += 4 * HOUR - 1
    danger.refused(danger.asking(), "exigent-known")
    world.clock.time += 1
    danger.ask()


def test_an_agency_cannot_flood_the_register(danger: Danger) -> None:
    for n in range(20):
        danger.ask(f"+155555502{n:02}")
    danger.refused(danger.asking(), "too-many")
