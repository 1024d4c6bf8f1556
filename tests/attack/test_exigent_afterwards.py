"""What an agency tries to be spared the judgement of what it did in a danger to life, a put-back backup included."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.model import canonical
from breakseal.kernel.model.exigent import (
    ReviewExigent,
)
from breakseal.keyholder import protocol as p
from tests.support import courts, restoring
from tests.support.courts import AGENCY, DAY, Court
from tests.support.dangers import OTHER, Danger, listed
from tests.support.world import Person, World

# -- afterwards ----------------------------------------------------------------------------------------


def test_an_unreviewed_request_blocks_the_next_after_two_days(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    world.clock.time += 2 * DAY - 1
    danger.ask(OTHER)
    world.clock.time += 1
    danger.refused(danger.asking(), "exigent-unreviewed")
    danger.review(name)
    danger.ask()


def test_what_waits_for_a_review_blocks_its_own_agency_only(world: World, danger: Danger) -> None:
    danger.ask()
    world.clock.time += 2 * DAY
    officer, boss = danger.another_agency()
    world.ask(danger.seconding(danger.first(who=officer.own), who=boss.own), p.Submitted)


def test_a_request_that_was_not_upheld_ends_and_blocks_until_an_overseer_releases_it(
    world: World, danger: Danger, rosa: Person
) -> None:
    name = danger.ask()
    danger.confirm(name)
    danger.review(name, result="not-upheld", reason="nobody was in danger")
    danger.refused(danger.looking(name), "exigent-over")
    danger.refused(danger.asking(OTHER), "exigent-not-upheld")
    danger.refused(danger.reviewing(name, danger.legal.own, result="released"), "not-reviewer")
    danger.refused(danger.reviewing(name, danger.overseer.own), "exigent-reviewed")
    danger.review(name, danger.overseer.own, result="released", reason="they were trained")
    danger.refused(danger.looking(name), "exigent-over")
    danger.ask(OTHER)
    assert [one.result for one in listed(world, rosa)[-2:]] == ["exigent-not-upheld", "exigent-released"]


def test_whoever_found_it_wrong_does_not_release_it_alone(danger: Danger) -> None:
    name = danger.ask()
    danger.review(name, danger.overseer.own, result="not-upheld")
    danger.refused(danger.reviewing(name, danger.overseer.own, result="released"), "reviewed")


def test_who_called_back_does_not_review_what_they_confirmed(world: World, danger: Danger) -> None:
    name = danger.ask()
    danger.confirm(name)
    danger.refused(danger.reviewing(name, danger.duty.own), "not-reviewer")


def test_the_agency_does_not_review_itself(world: World, danger: Danger, rosa: Person) -> None:
    name = danger.ask()
    mine = danger.court.let_in(role="legal-reviewer")
    for signer in (mine.own, danger.officer.own, danger.supervisor.own, rosa.own, danger.court.key):
        danger.refused(danger.reviewing(name, signer), "not-reviewer")
    danger.review(name)
    danger.refused(danger.reviewing(name, danger.overseer.own, result="not-upheld"), "exigent-reviewed")


def test_a_review_without_a_reason_is_none(danger: Danger) -> None:
    name = danger.ask()
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(
            msgspec.to_builtins(
                ReviewExigent(**danger.world.stamp(), exigent=name, result="upheld", reason="")
            ),  # type: ignore[arg-type]
            ReviewExigent,
        )
    danger.refused_here(danger.reviewing(name, reason=""))


def test_a_request_that_nobody_made_is_unknown(danger: Danger) -> None:
    nobody = canonical.b64(bytes(32))
    danger.refused(danger.confirming(nobody), "exigent-unknown")
    danger.refused(danger.reviewing(nobody), "exigent-unknown")
    danger.refused(danger.looking(nobody), "order-unknown")


def test_an_order_is_not_confirmed_as_a_danger(danger: Danger) -> None:
    order = danger.court.order()
    danger.court.lodge(order)
    danger.refused(danger.confirming(courts.digest(order)), "exigent-unknown")
    danger.refused(danger.reviewing(courts.digest(order)), "exigent-unknown")


def test_an_agency_with_a_number_in_the_register_is_not_its_own_court(danger: Danger) -> None:
    """The register holds agencies' numbers too: a paper that names the agency as its court is none."""
    danger.refused(danger.court.lodging(danger.court.paper(court=AGENCY)), "not-a-court")


# -- a backup that is put back -------------------------------------------------------------------------


def restored(world: World, copy: Path) -> None:
    size, root = restoring.checkpoint(world)
    restoring.put_back(world, copy, "keyholder.db")
    restoring.release(world, size, root)
    world.clock.time += 61


def test_a_restore_voids_every_request_and_no_review(
    world: World, danger: Danger, rosa: Person, tmp_path: Path
) -> None:
    """How many looks were used since the copy was made, nobody knows."""
    name = danger.ask()
    danger.confirm(name)
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    for _ in range(12):
        danger.look(name)
    restored(world, copy)
    danger.refused(danger.looking(name), "before-restore")
    world.clock.time += 2 * DAY
    danger.refused(danger.asking(OTHER), "exigent-unreviewed")
    danger.review(name)
    danger.ask(OTHER)


@pytest.mark.parametrize("said", ["not-upheld", "upheld", "released"])
def test_a_restore_does_not_wash_an_agency_clean_of_what_was_found_meanwhile(
    world: World, danger: Danger, tmp_path: Path, said: str
) -> None:
    """The leaf says that somebody judged, and not how: the harder is taken, and an overseer releases it."""
    name = danger.ask()
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    danger.review(name, result="upheld" if said == "upheld" else "not-upheld", reason="of that hour")
    if said == "released":
        danger.review(name, danger.overseer.own, result="released", reason="they were trained")
    restored(world, copy)
    danger.refused(danger.asking(OTHER), "exigent-not-upheld")
    danger.refused(danger.reviewing(name, danger.legal.own, result="upheld"), "exigent-reviewed")
    danger.review(name, danger.overseer.own, result="released", reason="read again after a restore")
    danger.ask(OTHER)


def test_a_restore_keeps_no_request_open_that_was_denied_meanwhile(
    world: World, danger: Danger, tmp_path: Path
) -> None:
    name = danger.ask()
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    danger.confirm(name, result="denied")
    before = world.engine.core.store.one("SELECT count(*) FROM exigent")
    restored(world, copy)
    rows = world.engine.core.store.many("SELECT state, result FROM exigent")
    assert (rows, before) == ([("denied", "")], (1,)), "a reviewer's body owes nothing"


def test_a_restore_does_not_wash_an_agency_clean_of_what_it_asked_meanwhile(
    world: World, danger: Danger, tmp_path: Path
) -> None:
    """The copy knows nothing of the request; its leaf in the log says that there was one, and must be judged."""
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    before = world.log.size()
    danger.ask()
    leaf = canonical.b64(canonical.digest(world.log.entries(before, before + 1)[0]))
    restored(world, copy)
    danger.review(
        danger.ask("+15555550163")
    )  # whoever is in danger today waits for no judgement of yesterday
    world.clock.time += 2 * DAY
    danger.refused(danger.asking(OTHER), "exigent-unreviewed")
    danger.refused(danger.looking(leaf), "order-unknown")
    danger.refused(danger.confirming(leaf), "exigent-over")
    danger.review(leaf)
    danger.ask(OTHER)


def test_orders_go_on_beside_it(danger: Danger, rosa: Person) -> None:
    court: Court = danger.court
    order = court.order()
    court.lodge(order)
    danger.ask()
    assert court.permit(court.look(order)).ground == "order"
