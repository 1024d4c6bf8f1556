"""Courts that do not sign: a paper counts after two people outside the agency called the court, and not before."""

from __future__ import annotations

import pytest

from breakseal.kernel.model import canonical, enrolments
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from breakseal.papers.reading import read
from breakseal.papers.verdict import certificate_name, judged
from tests.support import courts
from tests.support import signedpapers as pdf
from tests.support.courts import DAY, DOCKET, Court
from tests.support.world import NUMBER, Person, World, software_key


@pytest.fixture
def court(world: World) -> Court:
    return Court(world)


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()


def confirm(court: Court, paper: str, *who: Person) -> None:
    for one in who:
        court.world.ask(court.reviewing(paper, one.own), p.Submitted)


def listed(world: World, person: Person) -> tuple[Body, ...]:
    return verify_trail(world.trail(person, person.own), world.keyholder.key)


def test_two_reviewers_who_called_the_court_make_a_paper_an_order(
    world: World, court: Court, rosa: Person
) -> None:
    ann, bob = court.reviewers()
    paper = court.handed_in()
    confirm(court, paper, ann, bob)
    assert court.number_in(court.permit(world.ask(court.looking_at(paper), Located))) == NUMBER
    told, look = listed(world, rosa)[-2:]
    assert (told.result, told.marks, told.party.org) == ("order-confirmed", ("by-call-back",), "law-desk")
    assert (look.result, look.basis) == ("located-by-order", paper)


def test_a_paper_alone_or_with_one_review_opens_nothing(world: World, court: Court, rosa: Person) -> None:
    ann, _ = court.reviewers()
    before = listed(world, rosa)
    paper = court.handed_in()
    court.refused(court.looking_at(paper), "order-unreviewed")
    confirm(court, paper, ann)
    court.refused(court.looking_at(paper), "order-unreviewed")
    assert listed(world, rosa) == before


COURT_STAMP, INSURER = pdf.stamp_of("Dane County Circuit Court"), pdf.stamp_of("Acme Insurance")
COURT_PAPER = pdf.signed_by(COURT_STAMP, pdf.page(pdf.WARRANT))
FILES = {
    "not signed": pdf.page(pdf.INSURANCE),
    "validly signed by somebody else": pdf.signed_by(INSURER, pdf.page(pdf.INSURANCE)),
    "signed by the court, altered by an update afterwards": pdf.altered(COURT_PAPER),
    "signed by the court, and nobody called": COURT_PAPER,
}
FOUND = {
    "not signed": "unsigned", "validly signed by somebody else": "by-nobody-known",
    "signed by the court, altered by an update afterwards": "changed",
    "signed by the court, and nobody called": "by-the-court",
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_an_insurance_policy_uploaded_as_a_warrant_opens_nothing(
    world: World, court: Court, rosa: Person, kind: str
) -> None:
    """A real PDF: it is no order, and as a paper's scan it opens nothing, whatever is found in it."""
    data = FILES[kind]
    assert judged(read(data), frozenset({certificate_name(COURT_STAMP.certificate)}))[0] == FOUND[kind]
    for text in (data.decode("latin-1"), canonical.b64(data)):
        court.refused(court.lodging(text), "not-an-order")
    before = listed(world, rosa)
    ann, _ = court.reviewers()
    paper = court.handed_in(scan=canonical.b64(canonical.digest(data)))
    court.refused(court.looking_at(paper), "order-unreviewed")
    world.ask(court.reviewing(paper, ann.own, docket="", digits="", result="denied"), p.Submitted)
    court.refused(court.looking_at(paper), "order-unknown")
    assert listed(world, rosa) == before


def test_one_reviewer_who_signs_twice_is_one(court: Court, rosa: Person) -> None:
    ann, _ = court.reviewers()
    paper = court.handed_in()
    confirm(court, paper, ann)
    court.refused(court.reviewing(paper, ann.own), "reviewed")
    court.refused(court.looking_at(paper), "order-unreviewed")


def test_reviewers_of_the_agency_itself_review_nothing(court: Court) -> None:
    court.enter_line()
    paper = court.handed_in()
    for role in ("legal-reviewer", "investigator", "duty-reviewer"):
        court.refused(court.reviewing(paper, court.let_in(role=role).own), "not-reviewer")


@pytest.mark.parametrize("kind", ["police", "company", "call-centre", "supervision", "research"])
def test_reviewers_of_another_class_review_nothing(court: Court, kind: str) -> None:
    ann, _ = court.reviewers(org="others", kind=kind)
    court.refused(court.reviewing(court.handed_in(), ann.own), "not-reviewer")


def test_an_agency_that_is_enrolled_as_a_court_does_not_review_its_own_paper(court: Court) -> None:
    """The agency of an order is outside of nothing that it asks for, whatever its class."""
    ann, _ = court.reviewers(org="two-hats", kind="court")
    paper = canonical.b64(canonical.digest(canonical.unb64(court.paper(agency="two-hats"))))
    court.refused(court.lodging(court.paper(agency="two-hats")), "order-agency")
    court.refused(court.reviewing(paper, ann.own), "order-unknown")


def test_nobody_but_a_legal_reviewer_with_their_own_key_reviews(
    world: World, court: Court, rosa: Person
) -> None:
    ann, _ = court.reviewers()
    paper = court.handed_in()
    other = court.let_in("law-desk", "oversight")
    world.shift(ann, "")
    for signer in (
        ann.session,
        other.own,
        rosa.own,
        court.key,
        court.officer.own,
        court.sponsors["law-desk"],
    ):
        court.refused(court.reviewing(paper, signer), "not-reviewer")


def test_a_number_from_the_paper_instead_of_the_register_is_refused(court: Court) -> None:
    ann, _ = court.reviewers()
    paper = court.handed_in()
    court.refused(court.reviewing(paper, ann.own, line="+16085550666"), "line")


def test_what_the_clerk_read_back_must_be_what_the_paper_says(court: Court) -> None:
    """One digit of the phone, or the docket, was changed on the copy that the agency handed in."""
    ann, _ = court.reviewers()
    paper = court.handed_in()
    court.refused(court.reviewing(paper, ann.own, digits="0118"), "readback")
    court.refused(court.reviewing(paper, ann.own, docket="26-CM-Q"), "readback")


def test_a_court_that_knows_of_no_such_order_ends_it(court: Court, rosa: Person) -> None:
    ann, bob = court.reviewers()
    paper = court.handed_in()
    confirm(court, paper, ann)
    court.world.ask(court.reviewing(paper, bob.own, result="denied"), p.Submitted)
    court.refused(court.looking_at(paper), "order-unknown")
    court.refused(court.reviewing(paper, court.reviewers(1)[0].own), "order-unknown")


def test_a_paper_of_a_court_that_nobody_can_call_back_is_refused(court: Court) -> None:
    court.refused(court.lodging(court.paper()), "not-a-court")
    court.enter_line()
    court.refused(court.lodging(court.paper(court="moot-court")), "not-a-court")


def test_a_court_that_signs_cannot_be_passed_by_with_a_paper_that_names_its_key(court: Court) -> None:
    court.enter_line()
    drafted = canonical.encode(court.draft())
    court.refused(court.lodging(canonical.b64(drafted)), "not-an-order")


def test_a_signed_order_needs_no_review_and_takes_none(court: Court, rosa: Person) -> None:
    ann, _ = court.reviewers()
    order = court.order(docket=DOCKET)
    court.lodge(order)
    court.refused(court.reviewing(courts.digest(order), ann.own), "order-unknown")


def test_a_false_paper_does_not_keep_the_true_order_out(court: Court, rosa: Person) -> None:
    """Somebody lodges a paper with the docket of an order that is on its way."""
    ann, _ = court.reviewers()
    paper = court.handed_in("+15555550118")
    order = court.order(docket=DOCKET)
    court.lodge(order)
    assert court.look(order).permit
    answer = court.reviewing(paper, ann.own, digits="0118")
    court.refused(answer, "order-conflict")


def test_a_paper_lodged_twice_counts_once(court: Court) -> None:
    court.enter_line()
    paper = court.paper()
    court.world.ask(court.lodging(paper), p.Submitted)
    court.refused(court.lodging(paper), "order-known")


def test_a_deferral_on_paper_begins_with_the_reviews_and_ends_on_its_day(
    world: World, court: Court, rosa: Person
) -> None:
    ann, bob = court.reviewers()
    before = listed(world, rosa)
    paper = court.handed_in(defer_days=30)
    confirm(court, paper, ann, bob)
    assert listed(world, rosa) == before
    world.clock.time += 30 * DAY
    world.engine.sweep()
    (told,) = listed(world, rosa)[len(before) :]
    assert told.result == "told-late"


def test_a_stale_roster_stops_reviewers(world: World, court: Court) -> None:
    ann, _ = court.reviewers()
    paper = court.handed_in()
    world.clock.time += 7 * DAY
    court.refused(court.reviewing(paper, ann.own), "not-reviewer")


def test_one_overseer_enters_no_number_in_the_register(world: World, court: Court) -> None:
    for signers in ((world.oversight[0],), (court.officer.own,), (software_key("service"),)):
        envelope = world.sign(enrolments.EnrolCourtLine, *signers, court=courts.COURT, line=courts.LINE)
        answer = world.engine.answer([p.Submit(statements=(envelope,))])[0]
        assert isinstance(answer, p.Problem)


def test_an_officer_cannot_flood_the_register_of_orders(world: World, court: Court) -> None:
    court.enter_line()
    for n in range(60):
        court.handed_in(docket=f"p{n}")
    court.refused(court.lodging(court.paper(docket="more")), "too-many")
