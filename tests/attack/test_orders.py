"""What an agency, a forger or a curious officer tries with orders of courts; each attack must open nothing."""

from __future__ import annotations

import json

import msgspec
import pytest

from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import Body, verify_trail
from breakseal.kernel.model.leaf import read_leaf
from breakseal.kernel.model.orders import LookUnder
from breakseal.kernel.model.words import CATEGORIES
from breakseal.keyholder import deferred
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located
from breakseal.keyholder.orders.messages import LocateUnder
from breakseal.oversight.orders import sign_order
from tests.support import courts
from tests.support.courts import AGENCY, DAY, Court
from tests.support.locating import Locating
from tests.support.world import NUMBER, Person, World, software_key

OTHER = "+15555550118"  # one digit from NUMBER
PDF = b"%PDF-1.7\n1 0 obj<</Title(Homeowner's insurance policy HO-3)>>endobj\n%%EOF\n"


@pytest.fixture
def court(world: World) -> Court:
    return Court(world)


@pytest.fixture
def rosa(world: World) -> Person:
    return world.resident()


def listed(world: World, person: Person) -> tuple[Body, ...]:
    return verify_trail(world.trail(person, person.own), world.keyholder.key)


# -- the way that is meant ---------------------------------------------------------------------------


def test_a_signed_order_opens_exactly_its_scope(world: World, court: Court, rosa: Person) -> None:
    order = court.order(precision="10km")
    court.lodge(order)
    located = court.look(order, reason="to find the car")
    told = court.permit(located)
    assert (told.kind, told.precision, told.recipient) == ("locate", "10km", court.officer.recipient)
    assert court.number_in(told) == NUMBER
    assert told.area is None
    lodged, look = listed(world, rosa)[-2:]
    assert (lodged.result, lodged.basis) == ("order-lodged", courts.digest(order))
    assert (look.result, look.categories, look.precision) == ("located-by-order", ("location.fix",), "10km")
    assert (look.party.org, look.party.name, look.reason) == (AGENCY, "Lee Roe", "to find the car")
    leaf = read_leaf(world.ask(p.Prove(leaf=located.leaf), p.Proved).leaf)
    assert (leaf.type, leaf.basis, leaf.notice) == ("disclose", "court-order", "at-once")


# -- a false or changed order ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other",
    [
        {"number": OTHER},
        {"looks": 1000},
        {"until": 1_800_000_000},
        {"precision": "exact"},
        {"agency": "other-police"},
        {"defer_until": 1_790_000_000 + DAY},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_order_with_one_word_changed_opens_nothing(court: Court, other: dict[str, object]) -> None:
    court.refused(court.lodging(courts.changed(court.order(precision="1km"), **other)), "not-an-order")


def test_an_order_with_one_digit_of_its_number_changed_opens_nothing(
    world: World, court: Court, rosa: Person
) -> None:
    order = court.order()
    court.lodge(order)
    court.refused(court.looking(order, OTHER), "order-scope")
    assert court.looks_left(order) == 3
    assert listed(world, rosa)[-1].result == "order-lodged"


def test_a_number_sealed_for_another_order_opens_nothing(court: Court, rosa: Person) -> None:
    """The web tier moves the sealed number of one request into a request under another order."""
    order, other = court.order(), court.order()
    court.lodge(order)
    court.lodge(other)
    mine = signed.read(court.looking(order).request)[1]
    assert isinstance(mine, LookUnder)
    moved = court.world.sign(
        LookUnder, court.officer.own, order=courts.digest(other), number=mine.number,
        categories=("location.fix",), recipient=court.officer.recipient,
    )  # fmt: skip
    court.refused(LocateUnder(request=moved), "ingest-key")
    assert court.looks_left(other) == 3


@pytest.mark.parametrize(
    "paper",
    [PDF, b"HOMEOWNERS POLICY HO-3, premium $1,204.00", b"", b"a.b.c", b"..", b"{}.{}.{}", b"A" * 5000],
    ids=["pdf", "text", "nothing", "dots", "empty-parts", "braces", "long"],
)
def test_an_insurance_policy_uploaded_as_an_order_opens_nothing(court: Court, paper: bytes) -> None:
    court.refused(court.lodging(paper), "not-an-order")


def test_an_insurance_policy_that_a_court_key_signed_opens_nothing(court: Court) -> None:
    """Not even the court's own signature makes a paper an order that does not say what an order says."""
    for payload in (PDF, b'"order"', b'{"type":"order","v":1}'):
        court.refused(court.lodging(court.compact(payload)), "not-an-order")


def test_the_refused_paper_stands_in_the_agencys_trail_without_what_it_said(
    world: World, court: Court
) -> None:
    court.refused(court.lodging(courts.changed(court.order(), number=OTHER)), "not-an-order")
    core = world.engine.core
    ((digest, _, _),) = core.trails.rows(
        (trail := core.trails.of("organisation", AGENCY)), core.trails.length(trail), 1
    )
    body = canonical.decode(core.trails.body(digest)[2], Body)
    assert (body.result, body.signed, body.party.name) == ("refused:not-an-order", "", "Lee Roe")


@pytest.mark.parametrize(
    "head",
    [
        b'{"alg":"none","typ":"order+jwt"}',
        b'{"alg":"ES256","typ":"JWT"}',
        b'{"alg":"ES256"}',
        b'{"alg":"HS256","typ":"order+jwt"}',
        b'{"alg":"EdDSA","typ":"order+jwt"}',
        b'{"alg":"ES256","crit":["x"],"typ":"order+jwt","x":1}',
    ],
    ids=["none", "jwt", "untyped", "hmac", "eddsa", "crit"],
)
def test_another_kind_of_signature_opens_nothing(court: Court, head: bytes) -> None:
    payload = canonical.encode(court.draft())
    court.lodge(court.compact(payload))
    other = canonical.encode(court.draft())
    court.refused(court.lodging(court.compact(other, head=head)), "not-an-order")


def test_a_key_that_the_order_itself_shows_opens_nothing(court: Court) -> None:
    forger = software_key("service")
    jwk = {"kty": "EC", "crv": "P-256"}
    numbers = forger.key.check().public_numbers()  # type: ignore[union-attr]
    jwk |= {name: canonical.b64(getattr(numbers, name).to_bytes(32, "big")) for name in ("x", "y")}
    head = json.dumps({"alg": "ES256", "typ": "order+jwt", "jwk": jwk}).encode()
    for key in (forger.key.id, court.key.key.id):
        payload = canonical.encode(court.draft(key=key))
        court.refused(court.lodging(court.compact(payload, forger, head)), "not-an-order")


def test_a_police_key_that_signs_as_the_court_opens_nothing(court: Court) -> None:
    draft = court.draft(key=court.client.key.id)
    court.refused(court.lodging(sign_order(draft, court.client)), "not-a-court")


def test_a_police_key_that_signs_as_its_own_court_opens_nothing(court: Court) -> None:
    draft = court.draft(key=court.client.key.id, court=AGENCY)
    court.refused(court.lodging(sign_order(draft, court.client)), "not-a-court")


def test_an_officers_key_and_a_sponsors_key_sign_no_order(world: World, court: Court) -> None:
    for signer in (court.officer.own, court.sponsors[AGENCY], court.sponsors[courts.COURT], world.callgate):
        if signer.key.alg != "p256":
            continue
        draft = court.draft(key=signer.key.id)
        answer = world.engine.answer([court.lodging(sign_order(draft, signer))])[0]
        assert isinstance(answer, p.Problem)
        assert answer.reason in ("not-a-court", "not-an-order")


def test_another_courts_key_signs_for_its_own_court_only(court: Court) -> None:
    other = software_key("service")
    court.enrol("rock-court", "court", other)
    draft = court.draft(key=other.key.id)
    court.refused(court.lodging(sign_order(draft, other)), "not-a-court")
    court.lodge(sign_order(court.draft(key=other.key.id, court="rock-court"), other))


def test_a_court_key_that_ended_signs_nothing_and_what_it_signed_ends(
    world: World, court: Court, rosa: Person
) -> None:
    """A stolen key: the overseers leave it out, and from then on it opened nothing."""
    order = court.order()
    court.lodge(order)
    court.look(order)
    court.enrol(courts.COURT, "court", software_key("service"))
    court.refused(court.lodging(court.order()), "not-an-order")
    court.refused(court.looking(order), "not-an-order")


# -- an order used for something else ------------------------------------------------------------------


def test_another_agency_cannot_lodge_or_use_an_order(world: World, court: Court, rosa: Person) -> None:
    court.enrol("rock-police", "police", software_key("service"))
    stranger = court.let_in("rock-police")
    order = court.order()
    court.refused(court.lodging(order, stranger.own), "order-agency")
    court.lodge(order)
    court.refused(court.looking(order, who=stranger.own), "order-unknown")


def test_an_order_nobody_lodged_is_unknown(court: Court, rosa: Person) -> None:
    court.refused(court.looking(court.order()), "order-unknown")


def test_an_order_that_is_over_opens_nothing(world: World, court: Court, rosa: Person) -> None:
    order = court.order(until=world.clock.now() + DAY)
    court.lodge(order)
    world.clock.time += DAY - 1
    court.look(order)
    world.clock.time += 1
    court.refused(court.looking(order), "order-over")
    then = world.clock.time - DAY
    court.refused(court.lodging(court.order(issued=then, begins=then, until=world.clock.time)), "order-over")


def test_an_order_before_its_date_opens_nothing(world: World, court: Court, rosa: Person) -> None:
    order = court.order(begins=world.clock.now() + DAY)
    court.lodge(order)
    world.clock.time += DAY - 1
    court.refused(court.looking(order), "order-early")
    world.clock.time += 1
    court.look(order)


def test_no_more_looks_than_the_order_allows(court: Court, rosa: Person) -> None:
    order = court.order(looks=2)
    court.lodge(order)
    for _ in range(2):
        assert court.look(order).permit
    court.refused(court.looking(order), "order-used-up")


def test_many_looks_at_once_are_counted_one_by_one(court: Court, rosa: Person) -> None:
    order = court.order(looks=2)
    court.lodge(order)
    answers = court.world.engine.answer([court.looking(order) for _ in range(5)])
    assert [isinstance(one, Located) for one in answers] == [True, True, False, False, False]


def test_an_order_lodged_again_counts_once(court: Court, rosa: Person) -> None:
    order = court.order(looks=1)
    court.lodge(order)
    court.look(order)
    court.refused(court.lodging(order), "order-known")
    court.refused(court.looking(order), "order-used-up")


def test_a_docket_lodged_again_with_other_content_opens_nothing(court: Court, rosa: Person) -> None:
    order = court.order(docket="one", looks=1)
    court.lodge(order)
    court.refused(court.lodging(court.order(OTHER, docket="one")), "order-conflict")
    court.refused(court.lodging(court.order(docket="one", looks=1000)), "order-conflict")
    assert court.looks_left(order) == 1


def test_a_request_works_once(court: Court, rosa: Person) -> None:
    order = court.order()
    court.lodge(order)
    question = court.looking(order)
    court.world.ask(question, Located)
    court.refused(question, "replayed")
    assert court.looks_left(order) == 2


@pytest.mark.parametrize(
    "categories",
    [
        (),
        ("emergency.home",),
        ("location.fix", "emergency.home"),
        ("location.fix", "location.fix"),
        ("trail",),
    ],
)
def test_a_request_for_another_category_opens_nothing(
    court: Court, rosa: Person, categories: tuple[str, ...]
) -> None:
    order = court.order()
    court.lodge(order)
    court.refused(court.looking(order, categories=categories), "order-scope")


@pytest.mark.parametrize("category", [one for one in CATEGORIES if one != "location.fix"])
def test_the_emergency_profile_stays_shut_under_an_order(
    world: World, court: Court, rosa: Person, category: str
) -> None:
    """Neither an order that names it nor a request that shows an order as its basis reaches the profile."""
    naming = msgspec.to_builtins(court.draft()) | {"categories": [category]}
    court.refused(court.lodging(court.compact(canonical.encode(naming))), "not-an-order")
    order = court.order()
    court.lodge(order)
    for purpose in ("court-order-disclosure", "emergency-response", "investigation"):
        request = world.sign(
            s.Request, court.officer.own, purpose=purpose, basis=courts.digest(order), categories=(category,),
            recipient=court.officer.recipient,
        )  # fmt: skip
        for basis in (order, b"", world.call()):
            answer = world.engine.answer([p.Disclose(request=request, basis=basis)])[0]
            assert isinstance(answer, p.Problem)


def test_a_deferral_of_more_than_ninety_days_is_no_order(court: Court) -> None:
    now = court.world.clock.now()
    payload = canonical.encode(court.draft(defer_until=now + 90 * DAY + 1))
    court.refused(court.lodging(court.compact(payload)), "not-an-order")
    court.lodge(court.order(defer_until=now + 90 * DAY))


def test_an_order_from_tomorrow_defers_no_longer(court: Court) -> None:
    """An `issued` in the future would move the ninety days."""
    now = court.world.clock.now()
    later = court.order(
        issued=now + 60 * DAY, begins=now + 60 * DAY, until=now + 70 * DAY, defer_until=now + 150 * DAY
    )
    court.refused(court.lodging(later), "not-an-order")


def test_an_agency_with_an_overdue_notice_gets_nothing_but_emergencies(
    world: World, court: Court, rosa: Person
) -> None:
    order, other = court.order(defer_days=5), court.order()
    court.lodge(order)
    court.lodge(other)
    world.clock.time += 5 * DAY  # and no sweep has run
    assert court.look(other).permit, "how long the keyholder's own sweep takes is not the agency's doing"
    world.clock.time += deferred.JOINED_WITHIN
    assert deferred.overdue(world.engine.core, AGENCY, world.clock.time)
    court.refused(court.looking(other), "forbidden")
    court.refused(court.lodging(court.order()), "forbidden")
    world.engine.sweep()
    assert court.look(other).permit


def test_a_late_notice_stops_its_own_agency_only(world: World, court: Court, rosa: Person) -> None:
    court.lodge(court.order(defer_days=5))
    places = Locating(world)
    world.clock.time += 5 * DAY + deferred.JOINED_WITHIN
    assert places.locate(places.agree(OTHER)).permit
    kim = world.officer("7")
    assert world.opened(kim, world.disclose(kim, world.call())).keys


def test_a_call_centre_with_an_overdue_notice_still_helps(world: World, court: Court, rosa: Person) -> None:
    kim = world.officer("7")
    core = world.engine.core
    with core.store.transaction():
        core.store.run("INSERT INTO deferred VALUES (x'00', 1, 'cedar', '', ?, 0)", world.clock.time)
    world.clock.time += deferred.JOINED_WITHIN
    assert deferred.overdue(core, "cedar", world.clock.time)
    assert world.opened(kim, world.disclose(kim, world.call())).keys
