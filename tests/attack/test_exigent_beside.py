"""What an agency could learn beside an exigent request, and questions that there are not."""

from __future__ import annotations

from pathlib import Path

import msgspec

from breakseal.kernel.model import canonical, location, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.exigent import (
    ConfirmExigent,
    Exigent,
    ReviewExigent,
    SecondExigent,
    exigent_info,
)
from breakseal.kernel.model.leaf import read_leaf
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location.messages import Located, OpenFix
from breakseal.keyholder.orders.messages import LocateUnder
from tests.support.courts import AGENCY
from tests.support.dangers import HOUR, OTHER, WATCH, Danger, bodies_of, name_of
from tests.support.world import NUMBER, Person, World

# -- what is learned beside ----------------------------------------------------------------------------


def shape(world: World, danger: Danger, number: str) -> tuple[object, ...]:
    """Return everything that an agency and its reviewers can compare about a number."""
    before = world.log.size()
    first = danger.first(number)
    name = name_of(first)
    asked = world.ask(danger.seconding(first, number), p.Submitted)
    located = world.ask(danger.looking(name, number), Located)
    confirmed = danger.confirm(name, digits=number[-4:])
    again = world.ask(danger.looking(name, number), Located)
    review = danger.review(name)
    data = world.log.entries(before, world.log.size())
    leaves = [read_leaf(one) for one in data]
    public = [(one.type, one.org, one.purpose, one.basis, one.notice) for one in leaves]
    answers = [(len(one.leaves), one.permit, one.handle) for one in (asked, confirmed, review)]
    looks = [(one.handle, len(one.permit), one.until) for one in (located, again)]
    return answers, looks, public, [len(one) for one in data]


def test_hit_and_miss_look_alike(world: World, danger: Danger, rosa: Person) -> None:
    assert shape(world, danger, NUMBER) == shape(world, danger, OTHER)


def test_frozen_paused_and_erased_look_the_same_and_stop_nothing(
    world: World, danger: Danger, rosa: Person
) -> None:
    seen = [shape(world, danger, NUMBER)]
    for kind, fields in (
        (location.PauseLocation, {"paused": True}),
        (s.Freeze, {"leaf": ""}),
        (s.Erase, {"categories": ()}),
    ):
        world.submit(world.sign(kind, rosa.own, **fields))
        world.clock.time += 4 * HOUR
        seen.append(shape(world, danger, NUMBER))
    until = [tuple((h, n) for h, n, _ in one[1]) for one in seen]  # type: ignore[attr-defined]
    assert all(one == until[0] for one in until)
    assert all((one[0], *one[2:]) == (seen[0][0], *seen[0][2:]) for one in seen)


def test_the_agencys_own_trail_does_not_tell_whose_number_it_is(
    world: World, danger: Danger, rosa: Person
) -> None:
    grown = []
    for number in (NUMBER, OTHER):
        before = len(bodies_of(world, AGENCY))
        danger.look(danger.ask(number), number)
        grown.append([one.result for one in bodies_of(world, AGENCY)[before:]])
    assert grown == [["exigent-asked"], ["exigent-asked"]]


def test_what_the_persons_own_phone_told_is_not_handed_out_for_it(
    world: World, danger: Danger, rosa: Person
) -> None:
    """The carrier is asked; what is kept of the phone's own reports opens to what the person agreed to only."""
    for located in (
        world.ask(danger.looking(danger.ask()), Located),
        world.ask(danger.court.looking(lodged(danger)), Located),
    ):
        danger.refused(OpenFix(permit=located.permit, device="phone", fix=b"fix"), "no-look")


def lodged(danger: Danger) -> bytes:
    order = danger.court.order()
    danger.court.lodge(order)
    return order


def test_refused_attempts_leave_a_mark_without_the_number(world: World, danger: Danger) -> None:
    danger.refused(danger.seconding(danger.first(), who=danger.officer.own), "not-supervisor")
    name = danger.ask()
    danger.look(name)
    danger.refused(danger.looking(name), "exigent-used-up")
    danger.refused(danger.confirming(name, digits="0118"), "readback")
    danger.refused(danger.reviewing(name, danger.duty.own), "not-reviewer")
    made, again = bodies_of(world, AGENCY)[-3], bodies_of(world, AGENCY)[-1]
    assert (made.result, made.signed, made.purpose) == ("refused:not-supervisor", "", "exigent-disclosure")
    assert (again.result, again.basis, again.purpose) == (
        "refused:exigent-used-up", name, "exigent-disclosure",
    )  # fmt: skip
    assert [one.result for one in bodies_of(world, WATCH)[-2:]] == [
        "refused:readback",
        "refused:not-reviewer",
    ]
    assert {one.purpose for one in bodies_of(world, WATCH)[-2:]} == {"exigent-disclosure"}


def test_there_is_no_question_of_who_was_near_a_place(danger: Danger) -> None:
    for kind in (Exigent, SecondExigent, ConfirmExigent, ReviewExigent, LocateUnder):
        names = {field.name for field in msgspec.structs.fields(kind)}
        assert not names & {"area", "lat", "lon", "radius", "cell", "tower", "place", "places", "numbers"}
    plain = msgspec.to_builtins(signed.read(danger.first())[1])
    for more in (
        {"area": {"lat": 1, "lon": 1, "radius": 500}},
        {"tower": "310-410-1"},
        {"number": ["a", "b"]},
    ):
        payload = canonical.encode(plain | more)
        key = danger.officer.own
        forged = canonical.encode(
            signed.Signed(
                payload=canonical.b64(payload),
                signatures=(
                    signed.Signature(
                        key=key.key.id, sig=canonical.b64(key.sign(signed.keys.DOMAIN + payload))
                    ),
                ),
            )
        )
        answer = danger.world.engine.answer([_wrapping(danger, forged)])[0]
        assert isinstance(answer, p.Problem)
        assert answer.family == "FormatError"


def _wrapping(danger: Danger, first: bytes) -> p.Submit:
    members = {
        "request": canonical.b64(first), "number": danger.sealed(NUMBER, exigent_info("x")), "reason": "why",
    }  # fmt: skip
    return p.Submit(statements=(danger.world.sign(SecondExigent, danger.supervisor.own, **members),))


def test_the_store_holds_no_number_in_clear_and_forgets_it(
    world: World, danger: Danger, tmp_path: Path
) -> None:
    name = danger.ask("+15555550163")
    world.engine.sweep()
    files = b"".join(path.read_bytes() for path in (tmp_path / "kh").glob("*.db*"))
    for form in (b"+15555550163", canonical.b64(b"+15555550163")[2:-2].encode()):
        assert form not in files
    vault = world.engine.core.vault
    world.clock.time += 4 * HOUR
    world.engine.sweep()
    assert vault.has(f"exigent/{name}")
    world.clock.time += HOUR
    world.engine.sweep()
    assert not vault.has(f"exigent/{name}")
    danger.review(name)  # what is owed outlives the number
