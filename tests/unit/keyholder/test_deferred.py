"""Deferred notice: logged at once, in no list, and joined to it on its day by the keyholder's sweep alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.errors import VerificationError
from breakseal.kernel.model import body as bodies
from breakseal.kernel.model import canonical, permit, signed
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import Body, read_joined, verify_trail
from breakseal.kernel.model.leaf import read_leaf, verify_leaf
from breakseal.kernel.model.orders import EndOrder, LodgeOrder
from breakseal.kernel.model.words import NoticeTiming
from breakseal.kernel.tlog import proof as tlog_proof
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.keyholder import deferred
from breakseal.keyholder import protocol as p
from tests.support import courts, restoring
from tests.support.courts import DAY, Court
from tests.support.trails import Town, some_bodies
from tests.support.world import NUMBER, Person, World


@pytest.fixture
def court(world: World) -> Court:
    return Court(world)


def listed(world: World, person: Person) -> tuple[Body, ...]:
    return verify_trail(world.trail(person, person.own), world.keyholder.key)


def joined(world: World, person: Person) -> list[Body]:
    """Return what was deferred and is told now, each with its leaf and its proof checked."""
    told = []
    for body in listed(world, person):
        found = read_joined(body)
        if found is not None:
            leaf, late = found
            verify_leaf(leaf, world.keyholder.key)
            assert not isinstance(body.joined, msgspec.UnsetType)
            data = canonical.unb64(body.joined.leaf)
            witnesses = parse_policy(f"log {world.log_signer.key.encode()}\nquorum none\n".encode())
            tlog_proof.verify(body.joined.proof.encode(), data, witnesses)
            told.append(late)
    return told


def pass_days(world: World, days: int) -> None:
    """Let days pass in the keyholder alone, which sweeps as it does by itself."""
    world.clock.time += days * DAY
    world.engine.sweep()


def logged(world: World) -> int:
    return world.log.size()


def test_a_deferred_look_is_in_the_log_at_once_and_in_no_list(world: World, court: Court) -> None:
    rosa = world.resident()
    before, size = listed(world, rosa), logged(world)
    order = court.order(defer_days=30)
    court.lodge(order)
    leaf = court.look(order).leaf
    proved = world.ask(p.Prove(leaf=leaf), p.Proved)
    assert read_leaf(proved.leaf).notice == "deferred"
    assert logged(world) == size + 3
    assert listed(world, rosa) == before
    assert world.trail(rosa, rosa.own).head.deferred == 0


def test_it_appears_on_its_day_with_its_proof(world: World, court: Court) -> None:
    rosa = world.resident()
    order = court.order(defer_days=30)
    court.lodge(order)
    court.look(order, reason="to find the car")
    pass_days(world, 29)
    assert joined(world, rosa) == []
    pass_days(world, 1)
    lodged, look = joined(world, rosa)
    assert (lodged.type, lodged.result, look.type, look.result) == (
        "basis",
        "order-lodged",
        "disclose",
        "located-by-order",
    )
    assert (look.party.org, look.party.name, look.reason) == (court.agency, "Lee Roe", "to find the car")
    handed_in = signed.read(canonical.unb64(lodged.signed))[1]
    assert isinstance(handed_in, LodgeOrder)
    assert handed_in.order == order.decode()  # the person reads the court's own words
    assert world.trail(rosa, rosa.own).head.deferred == 2
    pass_days(world, 1)
    assert len(joined(world, rosa)) == 2  # and once only


def test_the_second_before_tells_nothing(world: World, court: Court) -> None:
    rosa = world.resident()
    court.lodge(court.order(defer_days=30))
    world.clock.time += 30 * DAY - 1
    world.engine.sweep()
    assert joined(world, rosa) == []
    world.clock.time += 1
    world.engine.sweep()
    assert len(joined(world, rosa)) == 1


def test_the_message_goes_out_on_the_same_day(world: World, court: Court) -> None:
    rosa = world.resident()
    world.submit(world.channels(rosa, b"sealed", timing="at-once"))
    court.lodge(court.order(defer_days=30))
    assert world.ask(p.TakePermits(), p.Permits).permits == ()
    pass_days(world, 30)
    (sent,) = world.ask(p.TakePermits(), p.Permits).permits
    assert permit.read_permit(sent, world.keyholder.key).kind == "notice"


def test_two_deferrals_each_come_on_their_own_day(world: World, court: Court) -> None:
    rosa = world.resident()
    late, soon = court.order(defer_days=60, docket="late"), court.order(defer_days=10, docket="soon")
    court.lodge(late)
    court.lodge(soon)
    court.look(soon)
    pass_days(world, 10)
    assert [body.basis for body in joined(world, rosa)] == [courts.digest(soon)] * 2
    pass_days(world, 50)
    assert [body.basis for body in joined(world, rosa)] == [courts.digest(soon)] * 2 + [courts.digest(late)]


def test_what_came_between_keeps_its_place(world: World, court: Court) -> None:
    """The list stays one chain: own acts, the deferred entries, own acts."""
    rosa = world.resident()
    court.lodge(court.order(defer_days=30))
    world.submit(world.sign(s.Freeze, rosa.own, leaf=canonical.b64(b"")))
    pass_days(world, 30)
    world.submit(world.sign(s.Unfreeze, rosa.own))
    assert [body.result for body in listed(world, rosa)][-3:] == ["frozen", "told-late", "unfrozen"]


def test_a_deferred_leaf_shares_nothing_with_the_list(world: World, court: Court) -> None:
    rosa = world.resident()
    order = court.order(defer_days=30)
    court.lodge(order)
    leaves = {read_leaf(canonical.unb64(one.leaf)).tag for one in world.trail(rosa, rosa.own).entries}
    for _ in range(2):
        leaf = read_leaf(world.ask(p.Prove(leaf=court.look(order).leaf), p.Proved).leaf)
        assert leaf.tag not in leaves
        leaves |= {leaf.tag, leaf.ref}
    trail = canonical.unb64(world.trail(rosa, rosa.own).key)
    tags = {canonical.b64(bodies.trail_tag(trail, n)) for n in range(50)}
    assert not tags & (
        leaves - {read_leaf(canonical.unb64(one.leaf)).tag for one in world.trail(rosa, rosa.own).entries}
    )


def test_a_restart_between_changes_nothing(world: World, court: Court) -> None:
    rosa = world.resident()
    order = court.order(defer_days=30)
    court.lodge(order)
    world.close()
    world.clock.time += 30 * DAY
    world.engine = world.open()  # its own start is a sweep
    (body,) = joined(world, rosa)
    assert body.basis == courts.digest(order)


def test_an_entry_that_was_not_logged_yet_waits_for_the_log(world: World, court: Court) -> None:
    """The log was away while the order was lodged; after a restart the entry is logged first and joined after."""
    rosa = world.resident()
    court.lodge(court.order(defer_days=30))
    world.engine.core.store.run("UPDATE entries SET idx = NULL WHERE hash IN (SELECT hash FROM deferred)")
    world.close()
    world.clock.time += 30 * DAY
    world.engine = world.open()
    assert len(joined(world, rosa)) == 1


def test_only_a_new_order_of_the_same_court_extends(world: World, court: Court) -> None:
    rosa = world.resident()
    first = court.order(defer_days=30, docket="one")
    court.lodge(first)
    court.look(first)
    pass_days(world, 20)
    court.renew()
    court.lodge(court.order(defer_days=60, docket="two", extends="one", looks=0))
    court.look(first)  # what comes after the extension is put off like the rest
    pass_days(world, 59)
    assert joined(world, rosa) == []
    pass_days(world, 1)
    assert len(joined(world, rosa)) == 4


@pytest.mark.parametrize("wrong", ["number", "docket", "shorter", "over"])
def test_nothing_else_is_extended(world: World, court: Court, wrong: str) -> None:
    world.resident()
    court.lodge(court.order(defer_days=30, docket="one"))
    if wrong == "over":
        pass_days(world, 30)
        court.renew()
    said = {"defer_days": 60, "docket": "two", "extends": "one", "looks": 0}
    number = NUMBER if wrong != "number" else "+15555550199"
    said |= {"docket": {"extends": "other"}, "shorter": {"defer_days": 29}}.get(wrong, {})  # type: ignore[operator,call-overload]
    court.refused(court.lodging(court.order(number, **said)), "order-extends")


def test_the_courts_end_of_an_order_does_not_hide_what_was_done(world: World, court: Court) -> None:
    rosa = world.resident()
    order = court.order(defer_days=30)
    court.lodge(order)
    court.look(order)
    world.submit(world.sign(EndOrder, court.key, order=courts.digest(order)))
    court.refused(court.looking(order), "order-unknown")
    pass_days(world, 30)
    assert len(joined(world, rosa)) == 2


def test_who_erased_all_is_told_in_the_list_still(world: World, court: Court) -> None:
    rosa = world.resident()
    court.lodge(court.order(defer_days=30))
    world.submit(world.sign(s.Erase, rosa.own, categories=()))
    pass_days(world, 30)
    assert len(joined(world, rosa)) == 1


def test_a_restored_copy_tells_again_what_it_had_told(world: World, court: Court, tmp_path: Path) -> None:
    """The copy is from before the day; the log knows the notice, whose body is lost: the sweep tells anew."""
    rosa = world.resident()
    world.submit(world.channels(rosa, b"sealed", timing="at-once"))
    order = court.order(defer_days=10)
    court.lodge(order)
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    pass_days(world, 10)
    assert len(joined(world, rosa)) == 1
    size, root = restoring.checkpoint(world)
    restoring.put_back(world, copy, "keyholder.db")
    restoring.release(world, size, root)
    world.clock.time += 61
    world.engine.sweep()
    assert len(joined(world, rosa)) == 1
    assert [body.result for body in listed(world, rosa)][-2:] == ["lost", "told-late"]
    assert world.engine.core.subjects.channels(rosa.handle) is not None


def test_an_order_from_before_a_restore_opens_nothing_more(
    world: World, court: Court, tmp_path: Path
) -> None:
    """How many looks were used since the copy was made, nobody knows any more."""
    world.resident()
    order = court.order()
    court.lodge(order)
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    for _ in range(3):
        court.look(order)
    size, root = restoring.checkpoint(world)
    restoring.put_back(world, copy, "keyholder.db")
    restoring.release(world, size, root)
    world.clock.time += 61
    assert court.looks_left(order) == 3
    court.refused(court.looking(order), "before-restore")


def test_a_restore_forgets_an_extension_and_the_court_can_extend_again(
    world: World, court: Court, tmp_path: Path
) -> None:
    """Under the order of before the restore nothing opens; that a court puts off telling of it is nothing opened."""
    rosa = world.resident()
    court.lodge(court.order(defer_days=20, docket="one"))
    world.engine.sweep()
    copy = restoring.cold_copy(world, tmp_path / "copy")
    court.lodge(court.order(defer_days=80, docket="two", extends="one", looks=0))
    size, root = restoring.checkpoint(world)
    restoring.put_back(world, copy, "keyholder.db")
    restoring.release(world, size, root)
    world.clock.time += 61
    court.lodge(court.order(defer_days=80, docket="three", extends="one", looks=0))
    pass_days(world, 79)
    assert joined(world, rosa) == []
    pass_days(world, 1)
    assert [one.result for one in joined(world, rosa)] == ["order-lodged", "order-lodged"]


def test_what_is_nobodys_comes_due_like_the_rest(world: World, court: Court) -> None:
    order = court.order("+15555550199", defer_days=10)
    court.lodge(order)
    court.look(order, "+15555550199")
    pass_days(world, 10)
    core = world.engine.core
    assert not deferred.overdue(core, court.agency, world.clock.time + deferred.JOINED_WITHIN)
    assert core.store.one("SELECT count(*) FROM deferred WHERE joined = 0") == (0,)


def test_anybody_can_count_that_each_deferred_entry_was_followed_by_its_notice(
    world: World, court: Court
) -> None:
    world.resident()
    order = court.order(defer_days=10)
    court.lodge(order)
    court.look(order)

    def public(**wanted: str) -> int:
        leaves = [read_leaf(one) for one in world.log.entries(0, world.log.size())]
        return sum(all(getattr(one, name) == word for name, word in wanted.items()) for one in leaves)

    assert public(notice="deferred", org=court.agency) == 2  # what the person is owed
    assert public(type="notice", basis="court-order", org=court.agency) == 0
    pass_days(world, 10)
    assert public(type="notice", basis="court-order", org=court.agency) == 2


def test_the_key_of_a_deferred_entry_goes_when_it_is_told(world: World, court: Court) -> None:
    """From then on it is read in the list only, and dies with the list's own key."""
    world.resident()
    court.lodge(court.order(defer_days=10))
    core = world.engine.core
    ((own,),) = core.store.many("SELECT id FROM trails WHERE kind = 'deferred'")
    assert core.vault.has(f"trail/{own}")
    pass_days(world, 10)
    assert not core.vault.has(f"trail/{own}")


def test_what_cannot_be_joined_stays_overdue_and_holds_up_nothing_else(world: World, court: Court) -> None:
    rosa = world.resident()
    for docket in ("one", "two"):
        court.lodge(court.order(defer_days=10, docket=docket))
    core = world.engine.core
    (first, _) = core.store.many("SELECT id FROM trails WHERE kind = 'deferred' ORDER BY id")
    with core.store.transaction():
        core.vault.destroy(f"trail/{first[0]}")  # as a damaged disk would
    pass_days(world, 10)
    assert len(joined(world, rosa)) == 1
    assert deferred.overdue(core, court.agency, world.clock.time + deferred.JOINED_WITHIN)


# -- the reader's check ----------------------------------------------------------------------------


def told(world: World, court: Court) -> bodies.Trail:
    rosa = world.resident()
    court.lodge(court.order(defer_days=10))
    pass_days(world, 10)
    return world.trail(rosa, rosa.own)


def test_a_head_that_counts_otherwise_is_found(world: World, court: Court) -> None:
    trail = told(world, court)
    head = bodies.sign_head(msgspec.structs.replace(trail.head, deferred=0), world.keyholder)
    with pytest.raises(VerificationError, match="deferred entries"):
        verify_trail(msgspec.structs.replace(trail, head=head), world.keyholder.key)


@pytest.mark.parametrize("part", ["leaf", "body", "salt", "type"])
def test_a_joined_entry_that_was_changed_is_found(world: World, court: Court, part: str) -> None:
    trail = told(world, court)
    body = canonical.decode(canonical.unb64(trail.entries[-1].body), Body)
    entry = body.joined
    assert not isinstance(entry, msgspec.UnsetType)
    other = trail.entries[0]
    if part == "type":
        body = msgspec.structs.replace(body, type="basis")
    else:
        entry = msgspec.structs.replace(entry, **{part: getattr(other, part)})
    with pytest.raises(VerificationError):
        read_joined(msgspec.structs.replace(body, joined=entry))


@pytest.mark.parametrize("notice", ["after-call", "at-once", "none"])
def test_an_entry_that_nobody_deferred_cannot_be_joined_late(notice: NoticeTiming) -> None:
    """Else a keyholder could show at its leisure what the person should have read at once."""
    town = Town.fresh()
    (body,) = some_bodies(1)
    assert read_joined(town.told_late(body)) is not None
    with pytest.raises(VerificationError, match="nobody deferred"):
        read_joined(town.told_late(body, notice))
