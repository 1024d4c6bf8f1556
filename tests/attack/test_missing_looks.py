"""What an agency tries with a case that was taken: looks beyond the one fix, and what it could learn beside it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.missing import MissingCase, MissingFound, SecondMissingCase
from breakseal.kernel.model.words import CATEGORIES
from breakseal.keyholder import protocol as p
from tests.support.courts import AGENCY, DAY
from tests.support.dangers import HOUR, MINUTE, OTHER, bodies_of, listed
from tests.support.searching import Search
from tests.support.world import NUMBER, Person, World

# -- the one fix ---------------------------------------------------------------------------------------


def test_a_second_fix_is_refused(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    permit = search.look(name)
    search.refused(search.looking(name), "missing-used-up")  # while the courier asks, too
    search.done(permit)
    search.refused(search.looking(name), "missing-used-up")
    search.refused(search.looking(name, who=search.second.own), "not-permitted")


def test_a_renewal_gives_time_and_no_second_fix(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    search.done(search.look(search.open()))
    again = search.open()
    search.refused(search.looking(again), "missing-used-up")
    world.clock.time += 72 * HOUR - 1
    search.refused(search.looking(again), "missing-used-up")


def test_another_case_about_the_same_phone_gives_no_second_fix(
    world: World, search: Search, rosa: Person
) -> None:
    """Two corrupt officers open one case after another to follow somebody, and say "found" between."""
    search.agree(rosa)
    name = search.open()
    search.done(search.look(name))
    search.refused(search.opening(case="26-0418"), "missing-known")
    search.end(name)
    for seconds in (0, 2 * HOUR, 70 * HOUR - 1):
        world.clock.time += seconds
        world.engine.sweep()
        search.refused(search.opening(case="26-0418"), "missing-known")
    world.clock.time += 1
    search.look(search.open(case="26-0418"))


def test_the_name_of_a_case_serves_no_other_phone_and_never_again(
    world: World, search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    search.done(search.look(search.open()))
    search.refused(search.opening(OTHER), "missing-known")
    world.clock.time += 72 * HOUR
    world.engine.sweep()
    world.clock.time += HOUR
    world.engine.sweep()
    search.refused(search.opening(), "missing-known")
    search.refused(search.opening(OTHER), "missing-known")


def test_a_look_of_which_nothing_came_is_given_back_a_few_times_an_hour(
    world: World, search: Search, rosa: Person
) -> None:
    """Her phone was off: the one fix is not lost by that."""
    search.agree(rosa)
    name = search.open()
    for _ in range(3):
        search.done(search.look(name), "failed")
    last = search.look(name)
    search.done(last, "failed")
    search.refused(search.looking(name), "too-many")
    search.done(last, "failed")
    world.clock.time += HOUR
    search.done(search.look(name))
    search.refused(search.looking(name), "missing-used-up")
    search.done(last, "failed")  # what the courier says late of another look gives nothing back
    search.refused(search.looking(name), "missing-used-up")


def test_what_was_sent_is_not_given_back_by_a_second_word(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    permit = search.look(name)
    search.done(permit)
    search.done(permit, "failed")
    search.refused(search.looking(name), "missing-used-up")


def test_what_was_paused_or_not_agreed_to_counts_as_none(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    search.nothing(name)
    assert listed(world, rosa)[-1].result == "missing-unavailable"
    world.submit(world.sign(location.PauseLocation, rosa.own, paused=False))
    search.done(search.look(name))


# -- its time ------------------------------------------------------------------------------------------


def test_after_72_hours_the_case_is_over(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    world.clock.time += 72 * HOUR
    search.refused(search.looking(name), "missing-over")
    search.look(search.open())  # renewed by two within the hour after it


def test_in_its_last_second_it_is_not_over(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    world.clock.time += 72 * HOUR - 1
    search.look(name)


@pytest.mark.parametrize("who", ["officer", "second"])
def test_after_found_nothing_is_told(world: World, search: Search, rosa: Person, who: str) -> None:
    search.agree(rosa)
    name = search.open()
    search.end(name, getattr(search, who).own)
    search.refused(search.looking(name), "missing-over")
    search.refused(search.ending(name), "missing-unknown")


def test_found_between_decision_and_answer_leaves_no_permit(
    world: World, search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    name = search.open()
    answer, _ = world.engine.answer([search.looking(name), search.ending(name)])
    assert isinstance(answer, p.Problem)
    assert answer.reason == "order-over"


def test_lost_again_the_two_open_the_same_case_again_and_its_fix_stays_one(
    world: World, search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    search.end(search.open())
    world.clock.time += HOUR
    again = search.open()
    search.done(search.look(again))
    search.end(again)
    search.refused(search.looking(search.open()), "missing-used-up")


def test_nobody_else_ends_a_case_or_looks_under_it(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    other = search.court.let_in()
    for signer in (other.own, rosa.own, search.court.client, world.courier):
        search.refused(search.ending(name, signer), "missing-unknown")
    search.refused(search.looking(name, who=other.own), "order-unknown")
    search.refused(search.looking(name, who=search.second.own), "not-permitted")


def test_an_officer_who_was_ended_looks_no_more(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    search.court.end("investigator", search.officer)
    answer = world.engine.answer([search.looking(name)])[0]
    assert isinstance(answer, p.Problem)


def test_the_agreements_own_end_ends_it(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa, until=world.clock.time + DAY)
    name = search.open()
    world.clock.time += DAY
    search.nothing(name)


@pytest.mark.parametrize("until", [0, 366 * DAY])
def test_an_agreement_has_an_end_within_a_year(
    world: World, search: Search, rosa: Person, until: int
) -> None:
    answer = world.engine.answer([search.agreeing(rosa, until=world.clock.time + until)])[0]
    assert isinstance(answer, p.Problem)
    assert answer.reason == "until"


def test_only_the_persons_own_key_agrees_for_a_phone_of_theirs(
    world: World, search: Search, rosa: Person
) -> None:
    other = world.resident(OTHER)
    search.refused(search.agreeing(rosa, rosa.session), "needs-own-key")
    search.refused(search.agreeing(rosa, search.officer.own), "not-yours")
    search.refused(search.agreeing(rosa, other.own), "not-yours")


# -- what is asked -------------------------------------------------------------------------------------


def test_another_phone_or_category_is_out_of_scope(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    search.refused(search.looking(name, OTHER), "order-scope")
    for category in CATEGORIES:
        if category != "location.fix":
            search.refused(search.looking(name, categories=(category,)), "order-scope")
    search.refused(search.looking(name, categories=("location.fix", "emergency.photo")), "order-scope")
    search.look(name)


@pytest.mark.parametrize("number", ["+1555555", "5555550117", "\xff0117", ""])
def test_what_is_no_number_is_refused(search: Search, number: str) -> None:
    answer = search.world.engine.answer([search.looking(search.open(), number)])[0]
    assert isinstance(answer, p.Problem)
    assert answer.reason in ("bad-number", "order-scope")


def test_a_case_opens_no_record_and_is_no_exigent_request(search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    for purpose in ("search-and-rescue", "investigation", "emergency-response"):
        request = search.world.sign(
            s.Request, search.officer.own, purpose=purpose, basis=name, categories=("emergency.photo",),
            recipient=search.officer.recipient,
        )  # fmt: skip
        assert isinstance(search.world.engine.answer([p.Disclose(request=request)])[0], p.Problem)


def test_there_is_no_question_of_who_was_near_a_place() -> None:
    for kind in (location.AgreeIfMissing, MissingCase, SecondMissingCase, MissingFound):
        names = {field.name for field in msgspec.structs.fields(kind)}
        assert not names & {"area", "lat", "lon", "radius", "cell", "tower", "place", "places", "numbers"}


# -- what is learned beside ------------------------------------------------------------------------------


def shape(world: World, search: Search, number: str, case: str) -> tuple[object, ...]:
    """Return everything that an agency can compare about a number."""
    before = world.log.size()
    asked = world.ask(search.opening(number, case), p.Submitted)
    name = search.open(number, case)
    located = search.located(name, number)
    ended = search.end(name)
    data = world.log.entries(before, world.log.size())
    leaves = [read_leaf(one) for one in data]
    public = [(one.type, one.org, one.purpose, one.basis, one.notice) for one in leaves]
    answers = [(len(one.leaves), one.permit, one.handle) for one in (asked, ended)]
    look = (located.handle, located.permit, located.until - world.clock.time)
    return answers, look, public, [len(one) for one in data]


def test_unknown_not_agreed_ended_paused_frozen_and_erased_look_alike(
    world: World, search: Search, rosa: Person
) -> None:
    seen = [shape(world, search, "+15555550190", "n-1"), shape(world, search, NUMBER, "n-2")]
    agreed = search.agree(rosa)
    world.submit(world.sign(location.WithdrawConsent, rosa.own, consent=agreed))
    for kind, fields in (
        (None, {}), (location.PauseLocation, {"paused": True}), (s.Freeze, {"leaf": ""}), (s.Erase, {"categories": ()}),
    ):  # fmt: skip
        if kind is not None:
            search.agree(rosa)
            world.submit(world.sign(kind, rosa.own, **fields))
        world.clock.time += 72 * HOUR
        search.court.renew()
        seen.append(shape(world, search, NUMBER, f"n-{len(seen) + 1}"))
    assert all(one == seen[0] for one in seen)


def test_the_agencys_own_trail_does_not_tell_whose_number_it_is(
    world: World, search: Search, rosa: Person
) -> None:
    search.agree(rosa)
    grown = []
    for number, case in ((NUMBER, "a-1"), (OTHER, "a-2")):
        before = len(bodies_of(world, AGENCY))
        search.located(search.open(number, case), number)
        grown.append([one.result for one in bodies_of(world, AGENCY)[before:]])
    assert grown == [["missing-opened"], ["missing-opened"]]


def test_refused_attempts_leave_a_mark_without_the_number(world: World, search: Search, rosa: Person) -> None:
    search.refused(search.seconding(search.first(), who=search.officer.own), "not-second")
    search.agree(rosa)
    name = search.open()
    search.look(name)
    search.refused(search.looking(name), "missing-used-up")
    search.refused(search.ending(name, search.court.let_in().own), "missing-unknown")
    marks = [one for one in bodies_of(world, AGENCY) if one.type == "refuse"]
    assert [(one.result, one.signed, one.purpose) for one in marks] == [
        (f"refused:{reason}", "", "search-and-rescue")
        for reason in ("not-second", "missing-used-up", "missing-unknown")
    ]


def test_the_store_holds_no_number_in_clear_and_forgets_its_index(
    world: World, search: Search, tmp_path: Path
) -> None:
    search.open("+15555550163")
    world.engine.sweep()
    files = b"".join(path.read_bytes() for path in (tmp_path / "kh").glob("*.db*"))
    for form in (b"+15555550163", canonical.b64(b"+15555550163")[2:-2].encode()):
        assert form not in files
    for hours, kept in ((72, 1), (1, 0)):
        world.clock.time += hours * HOUR
        world.engine.sweep()
        (count,) = world.engine.core.store.one("SELECT count(*) FROM missing WHERE idx != x''") or ()
        assert count == kept


def test_a_case_of_before_a_restore_is_void(world: World, search: Search, rosa: Person) -> None:
    search.agree(rosa)
    name = search.open()
    released = (world.clock.time + MINUTE).to_bytes(8, "big")
    with world.engine.core.store.transaction():
        world.engine.core.store.set_meta("restore-released", released)
    world.clock.time += 5 * MINUTE
    search.refused(search.looking(name), "before-restore")


def test_the_person_reads_who_may_ask_and_ends_it(world: World, search: Search, rosa: Person) -> None:
    agreed = search.agree(rosa)
    (held,) = search.places.desk(rosa).consents
    assert (held.id, held.requester, held.purpose, held.by) == (
        agreed, AGENCY.title(), "search-and-rescue", "key",
    )  # fmt: skip
    assert held.next > held.told > 0
    world.submit(world.sign(location.WithdrawConsent, rosa.session, consent=agreed))
    assert search.places.desk(rosa).consents == ()
    assert listed(world, rosa)[-1].result == "consent-ended"
