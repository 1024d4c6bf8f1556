"""What corrupt officers and a hostile web tier try with a missing person that nobody misses: who signs, and what."""

from __future__ import annotations

import pytest

from breakseal.kernel.model import canonical, enrolments, location, signed
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.missing import MissingCase
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from tests.support import searching
from tests.support.courts import AGENCY, DAY
from tests.support.dangers import HOUR, MINUTE, OTHER, Danger, listed, name_of
from tests.support.locating import Locating
from tests.support.searching import Search
from tests.support.world import NUMBER, Person, World, software_key

ROCK = "rock-police"


def another_agency(search: Search, kind: str = "police") -> tuple[Person, Person]:
    """Enrol another organisation and return two officers of it."""
    search.court.enrol(ROCK, kind, software_key("service"))
    return search.court.let_in(ROCK), search.court.let_in(ROCK, "police-supervisor")


# -- the way that is meant ---------------------------------------------------------------------------


def test_two_officers_get_the_one_fix_that_the_person_agreed_to(
    world: World, search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    name = search.open()
    permit = search.look(name)
    assert (permit.kind, permit.precision, permit.ground, permit.area) == ("locate", "exact", "missing", None)
    assert search.court.number_in(permit) == NUMBER
    search.done(permit)
    search.refused(search.looking(name), "missing-used-up")
    search.end(name)
    agreed, opened, seconded, looked, found = listed(world, rosa)[-5:]
    assert [one.result for one in (agreed, opened, seconded, looked, found)] == [
        "if-missing-given", "missing-opened", "missing-seconded", "located-missing", "missing-found",
    ]  # fmt: skip
    assert {one.basis for one in (opened, seconded, looked, found)} == {name}
    assert {one.purpose for one in (agreed, opened, seconded, looked, found)} == {"search-and-rescue"}
    assert (agreed.party.org, agreed.party.org_name, agreed.party.role) == (AGENCY, AGENCY.title(), "")
    assert (opened.party.role, seconded.party.role, opened.party.org) == (
        "investigator", "police-supervisor", AGENCY,
    )  # fmt: skip
    assert (opened.reason, opened.until - opened.at) == (searching.TEXT, 72 * HOUR)
    assert (looked.policy, looked.until - looked.at) == (("missing-person-located",), 60 * MINUTE)


def test_every_step_is_a_public_leaf_and_the_person_is_told_at_once(
    world: World, search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    before = world.log.size()
    name = search.open()
    search.look(name)
    search.end(name)
    leaves = [read_leaf(one) for one in world.log.entries(before, world.log.size())]
    assert [(one.type, one.org) for one in leaves] == [
        *[("basis", AGENCY)] * 3, ("disclose", AGENCY), *[("basis", AGENCY)] * 2,
    ]  # fmt: skip
    assert {(one.purpose, one.basis) for one in leaves} == {("search-and-rescue", "missing-case")}
    assert [one.notice for one in leaves].count("at-once") == 4


# -- who signs -----------------------------------------------------------------------------------------


def test_one_officer_alone_opens_nothing(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    alone = search.first()
    search.refused(p.Submit(statements=(alone,)), "wrong-door")
    search.refused(search.looking(name_of(alone)), "order-unknown")


def test_the_same_officer_twice_is_one_officer(world: World, search: Search, rosa: Person) -> None:
    """By their own key twice, and by a shift's session key beside it."""
    search.agree(rosa)
    search.refused(search.seconding(search.first(), who=search.officer.own), "not-second")
    world.shift(search.officer, "")
    world.shift(search.second, "")
    search.refused(search.seconding(search.first(), who=search.officer.session), "not-second")
    search.refused(search.seconding(search.first(), who=search.second.session), "not-second")
    search.refused(search.seconding(search.first(who=search.officer.session)), "forbidden")


def test_both_signatures_on_one_paper_are_not_two_statements(search: Search) -> None:
    both = signed.write(signed.read(search.first())[1], search.officer.own, search.second.own)
    assert isinstance(search.world.engine.answer([search.seconding(both)])[0], p.Problem)


def test_an_officer_of_another_organisation_does_not_confirm(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    _, stranger = another_agency(search)
    search.refused(search.seconding(search.first(), who=stranger.own), "not-second")


@pytest.mark.parametrize("role", ["supervising-officer", "call-supervisor", "duty-reviewer", "oversight"])
def test_no_other_role_confirms(search: Search, role: str) -> None:
    search.refused(search.seconding(search.first(), who=search.court.let_in(role=role).own), "not-second")


def test_a_second_investigator_confirms(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    other, first = search.court.let_in(), search.first()
    search.world.ask(search.seconding(first, who=other.own), p.Submitted)
    search.look(name_of(first))


@pytest.mark.parametrize("kind", ["call-centre", "company", "supervision", "research", "court"])
def test_an_organisation_of_another_class_opens_no_case(search: Search, rosa: Person, kind: str) -> None:
    officer, boss = another_agency(search, kind)
    reason = "forbidden" if kind in ("company", "supervision", "research") else "not-permitted"
    search.refused(search.seconding(search.first(who=officer.own), who=boss.own), reason)
    search.refused(search.agreeing(rosa, org=ROCK), "not-police")


def test_nobody_but_officers_signs(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    for signer in (rosa.own, search.court.client, search.court.sponsors[AGENCY], world.courier):
        search.refused(search.seconding(search.first(), who=signer), "not-second")
        search.refused(search.seconding(search.first(who=signer)), "not-officer")


def test_a_stale_roster_stops_cases_and_looks(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    world.clock.time += 6 * DAY + 23 * HOUR
    name = search.open()
    world.clock.time += 2 * HOUR
    search.refused(search.looking(name), "forbidden")
    search.refused(search.opening(), "forbidden")


# -- what they sign ------------------------------------------------------------------------------------


def test_a_number_that_was_swapped_on_one_officers_page_is_refused(search: Search, rosa: Person) -> None:
    search.refused(search.seconding(search.first(NUMBER), OTHER), "missing-case-number")
    search.refused(search.seconding(search.first(OTHER, digits="0117"), OTHER), "missing-case-number")


def test_the_sealed_number_of_one_case_does_not_serve_another(search: Search) -> None:
    first, other = search.first(), search.first()
    seen = signed.read(first)[1]
    assert isinstance(seen, MissingCase)
    for question in (
        search.seconding(search.first(number=seen.number)), search.seconding(other, number=seen.number),
    ):  # fmt: skip
        assert isinstance(search.world.engine.answer([question])[0], p.Problem)


def test_what_was_signed_for_a_danger_to_life_is_no_case_and_the_reverse(
    search: Search, rosa: Person
) -> None:
    danger = Danger(search.world, search.court)
    question = search.seconding(danger.first())
    assert isinstance(search.world.engine.answer([question])[0], p.Problem)
    question = danger.seconding(search.first())
    assert isinstance(search.world.engine.answer([question])[0], p.Problem)


def test_a_case_that_was_used_or_is_old_is_not_confirmed(world: World, search: Search) -> None:
    first, late = search.first(), search.first(case="26-0418")
    world.ask(search.seconding(first), p.Submitted)
    search.refused(search.seconding(first), "replayed")
    world.clock.time += 17 * MINUTE
    search.refused(search.seconding(late), "expired")


def test_an_agency_cannot_flood_the_register(search: Search) -> None:
    for n in range(20):
        search.open(f"+155555502{n:02}", f"26-{n:04}")
    search.refused(search.opening(), "too-many")


# -- what the person agreed to -------------------------------------------------------------------------


def test_without_earlier_consent_nothing_is_told(search: Search, rosa: Person) -> None:
    name = search.open()
    search.nothing(name)
    search.nothing(name)
    assert [one.result for one in listed(search.world, rosa)[-2:]] == ["missing-unavailable"] * 2


def test_a_case_signed_before_the_consent_gets_nothing(search: Search, rosa: Person) -> None:
    """Who signs first and has the person sign then was not agreed to beforehand."""
    name = search.open()
    search.agree(rosa)
    search.nothing(name)
    search.look(search.open())  # signed anew by two, after the person did


def test_a_consent_of_which_the_phone_was_not_told_opens_nothing(
    world: World, search: Search, rosa: Person
) -> None:
    """A phone in another's hand for a minute is enough to agree for its owner."""
    world.ask(search.agreeing(rosa), p.Submitted)
    world.clock.time += MINUTE
    search.nothing(search.open())


def test_after_withdrawal_nothing_is_told(world: World, search: Search, rosa: Person) -> None:
    agreed = search.agree(rosa)
    name = search.open()
    world.submit(world.sign(location.WithdrawConsent, rosa.session, consent=agreed))
    search.nothing(name)


def test_after_stop_nothing_is_told(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    search.places.stop()
    search.nothing(name)
    search.nothing(search.open())


def test_a_withdrawal_between_decision_and_answer_leaves_no_permit(
    world: World, search: Search, rosa: Person
) -> None:
    agreed = search.agree(rosa)
    name = search.open()
    end = p.Submit(statements=(world.sign(location.WithdrawConsent, rosa.own, consent=agreed),))
    located, _ = world.engine.answer([search.looking(name), end])
    assert isinstance(located, Located)
    assert (located.permit, located.handle) == (b"", "")


def test_what_one_agency_may_another_may_not(search: Search, rosa: Person) -> None:
    """Agreed to agency A, used by B: by a case of its own, or under A's."""
    search.agree(rosa)
    name = search.open()
    officer, boss = another_agency(search)
    search.refused(search.looking(name, who=officer.own), "order-unknown")
    first = search.first(who=officer.own)
    search.world.ask(search.seconding(first, who=boss.own), p.Submitted)
    looking = search.looking(name_of(first), who=officer.own)
    assert search.world.ask(looking, Located).permit == b""


def test_a_consent_to_a_company_is_none_for_a_missing_person(
    world: World, search: Search, rosa: Person
) -> None:
    places = Locating(world)
    places.agree_by_key(rosa)
    places.agree(NUMBER)
    world.clock.time += MINUTE
    search.nothing(search.open())


def test_no_company_gets_a_token_for_it_or_can_ask_for_it(world: World, search: Search, rosa: Person) -> None:
    agreed = search.agree(rosa)
    places = Locating(world)
    places.refused(places.taking(canonical.unb64(agreed)), "expired-token")
    places.refused(places.asking(purpose="search-and-rescue"), "purpose")
    places.refused(p.Submit(statements=(places.consent(rosa, purpose="search-and-rescue"),)), "purpose")


def renamed(search: Search, org: str, name: str) -> None:
    """Have the root keys enrol an agency by another name."""
    world, sponsor = search.world, search.court.sponsors[org].key
    world.submit(
        world.sign(
            enrolments.EnrolOrganisation, *world.oversight[:2], org=org, name=name, kind="police", places=(),
            sponsors=(enrolments.NamedKey(name="sponsor", key=sponsor),), clients=(),
        )
    )  # fmt: skip


def test_an_agency_that_is_enrolled_by_another_name_is_not_the_one_agreed_to(
    search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    renamed(search, AGENCY, "Another Force")
    search.nothing(search.open())


def test_another_agency_of_the_same_name_is_not_the_one_agreed_to(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    officer, boss = another_agency(search)
    renamed(search, ROCK, AGENCY.title())
    first = search.first(who=officer.own)
    search.world.ask(search.seconding(first, who=boss.own), p.Submitted)
    looking = search.looking(name_of(first), who=officer.own)
    assert search.world.ask(looking, Located).permit == b""
