"""Watches in the keyholder: who may begin one, when its checks are due, and that each is a look like any other."""

from __future__ import annotations

from typing import Any

import pytest

from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import NO_LINK
from breakseal.kernel.seal import hpke
from breakseal.keyholder import protocol as p
from breakseal.keyholder.location import messages as m
from breakseal.keyholder.location import watching
from tests.support.locating import AREA, FENCES, RETRIEVE, Locating
from tests.support.world import NUMBER
from tests.unit.keyholder.test_location_asks import entries
from tests.unit.keyholder.test_location_looks import ADDRESS

HOUR = 3600


def rows(places: Locating) -> int:
    (count,) = places.world.engine.core.store.one("SELECT count(*) FROM location_watches") or (0,)
    return int(count)


def test_a_watch_begins_with_its_start_and_then_is_checked(places: Locating) -> None:
    rosa, given = places.world.resident(), places.agree()
    name = places.watch(given, initial=True, left=5)
    (start,) = places.due()
    (check,) = places.due()
    assert places.due() == []
    for permit, tell in ((start, "started"), (check, "check")):
        assert permit.watch is not None
        assert (permit.watch.id, permit.watch.tell, permit.watch.area) == (name, tell, AREA)
        assert (permit.watch.initial, permit.watch.left, permit.watch.view) == (True, 5, "")
        assert permit.expires == places.world.clock.now() + 15
        assert places.number_in(permit) == NUMBER
        sealed = canonical.unb64(permit.watch.sink)
        opened = hpke.open_from(places.world.courier_opener, sealed, location.watch_info(name))
        assert canonical.decode(opened, location.Sink).url == "https://events.cedar.example/"
    assert start.about == NO_LINK
    assert (check.precision, check.max_age) == ("yes-or-no", 300)
    body = entries(places.world, rosa)[-1]
    assert (body.type, body.result, body.precision, body.marks) == (
        "disclose",
        "located",
        "yes-or-no",
        ("watch",),
    )
    assert (body.party.name, body.reason) == (places.recipient, "RequestedServiceProvision")
    assert places.world.ask(p.Prove(leaf=canonical.unb64(check.about)), p.Proved).proof


@pytest.mark.parametrize(
    ("agreed", "shown"),
    [("1km", "yes-or-no"), ("yes-or-no", "yes-or-no"), ("10km", "10km"), ("region", "region")],
)
def test_a_check_is_no_more_precise_than_was_agreed(places: Locating, agreed: str, shown: str) -> None:
    places.watch(places.agree(precision=agreed))
    assert [one.precision for one in places.checked()] == [shown]


def test_checks_come_as_often_as_was_agreed(places: Locating) -> None:
    places.watch(places.agree(rate=4))
    assert len(places.checked()) == 1
    taken = [len(places.checked(60)) for _ in range(180)]
    assert sum(taken) == 12
    assert [minute for minute, many in enumerate(taken, 1) if many] == list(range(15, 181, 15))


def test_events_are_counted_and_the_last_ends_it(places: Locating) -> None:
    given = places.agree(rate=60)
    name = places.watch(given, left=2)
    for outcome, left in (("failed", 2), ("sent", 2), ("sent", 1)):
        (check,) = places.checked(60)
        assert check.watch is not None
        assert check.watch.left == left
        for _ in range(2):  # told twice, counted once
            places.world.ask(p.PermitDone(permit=check.id, outcome=outcome), p.Done)
    assert places.checked(60) == []
    places.refused(places.asking_watches(given, name), "no-watch")
    assert rows(places) == 0


def test_a_sink_that_wants_no_more_ends_it(places: Locating) -> None:
    places.watch(places.agree(rate=60))
    places.watch(places.agree(purpose="CustomerCare"))
    check, _other = places.checked()
    places.world.ask(p.PermitDone(permit=check.id, outcome="over"), p.Done)
    assert rows(places) == 1


@pytest.mark.parametrize("ends", ["SUBSCRIPTION_EXPIRED", "ACCESS_TOKEN_EXPIRED"])
def test_at_its_end_it_says_why_once(places: Locating, ends: str) -> None:
    given = places.agree(rate=1)
    name = places.watch(given, until=places.world.clock.now() + 500, tell=ends)
    places.checked()
    places.world.clock.time += 500
    (end,) = places.due()
    assert end.watch is not None
    assert (end.watch.id, end.watch.tell, end.about) == (name, ends, NO_LINK)
    assert places.stands(end)
    assert places.due() == places.checked(10) == []
    assert places.watches(given) == []
    places.world.clock.time += HOUR
    places.world.engine.sweep()
    assert rows(places) == 0


def test_its_client_ends_it(places: Locating) -> None:
    given = places.agree()
    name, other = places.watch(given), places.watch(given)
    (check,) = [one for one in places.checked() if one.watch and one.watch.id == name]
    assert places.stands(check)
    places.world.ask(places.asking_watches(given, name, "DELETE"), m.Watches)
    assert not places.stands(check), "what was under way is not told any more"
    told = [one.watch.tell for one in places.due() if one.watch]
    assert told == ["SUBSCRIPTION_DELETED"]
    assert places.watches(given) == [other]
    places.refused(places.asking_watches(given, name, "DELETE"), "no-watch")
    places.refused(places.asking_watches(given, "", "DELETE"), "no-watch")
    assert places.watches(given) == [other]


def test_the_web_gets_its_own_note_back(places: Locating) -> None:
    given = places.agree()
    name = places.watch(given, view="b25l")
    (view,) = places.world.ask(places.asking_watches(given, name), m.Watches).watches
    assert (view.id, view.view) == (name, "b25l")
    assert view.until == places.world.clock.now() + 86_400 - 60


def test_three_live_under_one_consent_and_twelve_begin_in_an_hour(places: Locating) -> None:
    given, begun = places.agree(), 0
    for _ in range(3):
        places.watch(given)
        begun += 1
    places.refused(places.watching(given), "too-many-watches")
    while begun < 12:
        places.world.ask(places.asking_watches(given, places.watches(given)[0], "DELETE"), m.Watches)
        places.watch(given)
        begun += 1
    places.world.ask(places.asking_watches(given, places.watches(given)[0], "DELETE"), m.Watches)
    places.refused(places.watching(given), "too-many-watches")
    places.world.clock.time += HOUR
    places.world.engine.sweep()
    asked = m.TakeToken(ask=places.ask().ask, assertion=places.assertion())
    places.refused(asked, "authorization-pending")
    again = places.agree(purpose="CustomerCare")
    places.watch(again)


@pytest.mark.parametrize(
    "changed",
    [
        {"path": RETRIEVE}, {"path": f"{FENCES}/"}, {"id": "A" * 22}, {"left": 0},
        {"view": "A" * 17_000}, {"area": location.Area(lat=0, lon=0, radius=1_999)},
        {"area": location.Area(lat=90_000_001, lon=0, radius=5_000)},
    ],
)  # fmt: skip
def test_what_is_no_watch_is_refused(places: Locating, changed: dict[str, Any]) -> None:
    given = places.agree()
    if "path" in changed:
        changed |= {"proof": places.proof(given.token, changed["path"])}
    answer = places.world.engine.answer([places.watching(given, **changed)])[0]
    assert isinstance(answer, p.Problem)
    assert answer.family == "FormatError"
    assert rows(places) == 0


def test_one_that_would_be_over_is_refused(places: Locating) -> None:
    given = places.agree()
    places.refused(places.watching(given, until=places.world.clock.now()), "no-token")
    places.world.clock.time += 86_400 - 90
    again = places.agree(purpose="CustomerCare")
    assert places.watch(again)


def test_a_consent_to_one_answer_opens_none(places: Locating) -> None:
    given = places.agree(lasting="once")
    assert given.once
    places.refused(places.watching(given), "once-only")


def test_while_the_log_takes_nothing_no_permit_for_a_check_leaves(
    places: Locating, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = places.world
    places.watch(places.agree(rate=60))
    places.due()

    def fails(_leaves: object) -> object:
        raise UnavailableError("the log is away", reason="log-away")

    with monkeypatch.context() as patched:
        patched.setattr(world.engine.log, "append", fails)
        places.refused(p.TakePermits(), "log-away")
    assert places.checked(60), "the next is logged again"


def test_without_a_proof_of_its_entry_no_permit_for_a_check_is_made(places: Locating) -> None:
    core, now = places.world.engine.core, places.world.clock.now()
    places.watch(places.agree())
    places.due()
    with core.store.transaction():
        (planned,) = watching.plan(core, now)
    assert planned.entry is not None
    assert watching.release(core, [planned], {}, now) == ()


def test_a_check_that_was_logged_and_not_handed_out_is_listed_all_the_same(places: Locating) -> None:
    rosa = places.world.resident()
    places.watch(places.agree(rate=60))
    before = len(entries(places.world, rosa))
    permits = places.checked()
    assert len(entries(places.world, rosa)) == before + len(permits)


def test_a_watch_survives_another_key_of_its_record(places: Locating) -> None:
    """Erasing a part renews the record's key; what is sealed of a watch goes under the new one."""
    world, rosa = places.world, places.world.resident()
    given = places.agree()
    name = places.watch(given)
    world.submit(world.sign(s.Erase, rosa.own, categories=("emergency.home",)))
    assert [one.watch.id for one in places.checked() if one.watch] == [name]
    assert places.watches(given) == [name]


def test_a_client_that_may_not_any_more_learns_nothing_until_it_may(places: Locating) -> None:
    world = places.world
    places.watch(places.agree(rate=60))
    places.checked()
    world.engine.core.store.run(
        "UPDATE organisations SET roster_until = ? WHERE org = ?", world.clock.now(), places.org
    )
    world.engine.core.forget()
    assert places.checked(60) == []
    places.roster()
    assert len(places.checked(60)) == 1
    places.enrol(name="Metro Police")
    assert places.checked(60) == [], "who would be told is not who the person agreed to"


def test_the_person_is_sent_a_message_about_the_first_check_only(places: Locating) -> None:
    world, rosa = places.world, places.world.resident()
    world.submit(world.channels(rosa, ADDRESS, timing="at-once"))
    given = places.agree(rate=60)
    world.ask(p.TakePermits(), p.Permits)

    def notices() -> int:
        (count,) = world.engine.core.store.one("SELECT count(*) FROM permits") or (0,)
        return int(count)

    before = notices()
    places.watch(given)
    for _ in range(4):
        places.checked(60)
    assert notices() == before + 1


def test_many_watches_are_checked_some_at_a_time_and_all_in_turn(places: Locating) -> None:
    names = set()
    for purpose in ("CustomerCare", "ServiceProvision", "DeliveryOfGoods", "RequestedServiceProvision"):
        given = places.agree(purpose=purpose, rate=60)
        names |= {places.watch(given) for _ in range(3)}
    turns = [len(places.due()) for _ in range(5)]
    assert (sum(turns), max(turns), turns[-1]) == (24, 8, 0)
    world = places.world
    world.clock.time += 60
    seen = {one.watch.id for _ in range(3) for one in places.due() if one.watch}
    assert seen == names
