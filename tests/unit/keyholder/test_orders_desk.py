"""What officers and reviewers may list of the orders of courts, and what stays empty in it."""

from __future__ import annotations

import msgspec
import pytest

from breakseal.kernel.model import canonical, enrolments, signed
from breakseal.kernel.model.desk import HeldOrder, OrdersDesk
from breakseal.keyholder import protocol as p
from tests.support import courts
from tests.support.courts import DAY, Court
from tests.support.world import NUMBER, Person, World, refused, software_key


@pytest.fixture
def court(world: World) -> Court:
    return Court(world)


def desk(world: World, signer: signed.Signer) -> tuple[HeldOrder, ...]:
    found = world.desk(Person(), "orders", signer)
    assert isinstance(found, OrdersDesk)
    return found.orders


def refused_desk(world: World, signer: signed.Signer) -> None:
    refused("not-reviewer", lambda: desk(world, signer))


def said(one: HeldOrder) -> dict[str, object]:
    """Return the order that a line of the list shows."""
    found = msgspec.json.decode(canonical.unb64(one.order))
    assert isinstance(found, dict)
    return found


def test_an_agency_lists_its_orders_and_only_its_own_key_reads_the_number(world: World, court: Court) -> None:
    court.lodge(court.order(docket="26-CM-1"))
    world.shift(court.officer, "")
    (mine,), (worked,) = desk(world, court.officer.own), desk(world, court.officer.session)
    assert said(mine)["number"] == NUMBER
    assert (said(worked)["number"], said(worked)["docket"], worked.looks, worked.ended) == (
        "",
        "26-CM-1",
        3,
        0,
    )
    assert NUMBER not in str(said(worked))


def test_a_list_tells_looks_left_and_what_the_court_ended(world: World, court: Court) -> None:
    order, other = court.order(), court.order()
    for one in (order, other):
        court.lodge(one)
    court.look(order)
    court.end_order(other)
    left = {one.name: (one.looks, bool(one.ended)) for one in desk(world, court.officer.own)}
    assert left == {courts.digest(order): (2, False), courts.digest(other): (3, True)}


def test_another_agencys_officers_list_none_of_it(world: World, court: Court) -> None:
    court.lodge(court.order())
    court.enrol("lake-police", "police", software_key("service"))
    assert desk(world, court.let_in("lake-police").own) == ()


def test_a_reviewer_lists_papers_that_wait_without_what_the_clerk_must_say(
    world: World, court: Court
) -> None:
    ann, bob = court.reviewers()
    court.lodge(court.order())
    paper = court.handed_in(scan="scan-hash")
    (one,) = desk(world, ann.own)
    assert (one.name, one.scan, one.reviews) == (paper, "scan-hash", ())
    assert (said(one)["number"], said(one)["docket"], said(one)["agency"]) == ("", "", courts.AGENCY)
    assert one.court is not None
    assert one.court.line == courts.LINE
    world.ask(court.reviewing(paper, ann.own), p.Submitted)
    assert [each.officer for each in desk(world, bob.own)[0].reviews] == [ann.handle]
    world.ask(court.reviewing(paper, bob.own), p.Submitted)
    assert desk(world, bob.own) == ()
    assert len(desk(world, court.officer.own)) == 2


def test_reviewers_of_the_agency_list_none_of_its_papers(world: World, court: Court) -> None:
    court.enrol("two-hats", "court", software_key("service"))
    ann = court.let_in("two-hats", "legal-reviewer")
    court.enter_line()
    court.handed_in(agency=courts.AGENCY)
    assert len(desk(world, ann.own)) == 1
    refused_desk(world, court.let_in(role="legal-reviewer").own)


def test_nobody_else_has_a_list(world: World, court: Court) -> None:
    for signer in (court.sponsors[court.agency], court.key, world.resident().own, world.officer().own):
        refused_desk(world, signer)


def test_a_stale_roster_lists_nothing(world: World, court: Court) -> None:
    world.clock.time += 8 * DAY
    refused_desk(world, court.officer.own)


def test_the_register_of_before_has_no_certificates_and_reads_as_it_did(world: World, court: Court) -> None:
    bare = {"court": courts.COURT, "line": courts.LINE, **world.stamp(), "type": "enrol-court-line", "v": 1}
    read = canonical.decode(canonical.encode(bare), enrolments.EnrolCourtLine)
    assert not read.certificates
    named = msgspec.structs.replace(read, certificates=(canonical.b64(bytes(32)),))
    assert canonical.decode(canonical.encode(named), enrolments.EnrolCourtLine) == named


def test_an_order_of_before_the_list_stands_in_none_and_works_as_it_did(world: World, court: Court) -> None:
    order = court.order()
    court.lodge(order)
    world.engine.core.store.run("UPDATE orders SET agency = '', lodged = 0")
    assert desk(world, court.officer.own) == ()
    assert court.number_in(court.permit(court.look(order))) == NUMBER


def test_a_paper_that_a_reviewer_denied_is_told_as_ended_to_its_agency(world: World, court: Court) -> None:
    ann, _ = court.reviewers()
    paper = court.handed_in()
    world.ask(court.reviewing(paper, ann.own, docket="", digits="", result="denied"), p.Submitted)
    (one,) = desk(world, court.officer.own)
    assert one.ended == world.clock.now()
    assert desk(world, ann.own) == ()


def test_a_list_does_not_let_its_reader_try_numbers_until_the_name_fits(world: World, court: Court) -> None:
    """The name is a digest of the order: without its salt nobody can tell whether a number is in it."""
    ann, _ = court.reviewers()
    salt = canonical.b64(world.entropy.token(16))
    paper = court.handed_in(salt=salt)
    world.shift(court.officer, "")
    for signer in (court.officer.session, ann.own):
        (one,) = desk(world, signer)
        known = said(one)
        assert (one.name, known["salt"]) == (paper, "")
        guess = {**known, "number": NUMBER, "docket": courts.DOCKET}
        assert canonical.b64(canonical.digest(canonical.encode(guess))) != paper
        del guess["salt"]
        assert canonical.b64(canonical.digest(canonical.encode(guess))) != paper
    assert said(desk(world, court.officer.own)[0])["salt"] == salt
