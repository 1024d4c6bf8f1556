"""One look under a consent: what the permit says, how often, how precisely, and what a look for one answer uses up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from breakseal.kernel.errors import RefusedError, UnavailableError, VerificationError
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.body import verify_trail
from breakseal.kernel.policy.words import Precision
from breakseal.keyholder import protocol as p
from breakseal.keyholder.disclosure.record import Recorded
from breakseal.keyholder.location import looking
from breakseal.keyholder.location import messages as m
from breakseal.keyholder.trails import NewEntry
from tests.support.locating import AREA, RETRIEVE, VERIFY, Locating, wire_hash
from tests.support.world import NUMBER, World
from tests.unit.keyholder.test_location_asks import entries, rows

ADDRESS = canonical.encode(s.Address(kind="sms", to="+12025550143"))
HOUR = 3600


def test_the_permit_is_for_this_number_recipient_and_leaf_for_seconds(places: Locating) -> None:
    rosa, given = places.world.resident(), places.agree()
    question = places.looking(given, max_age=120)
    located = places.world.ask(question, m.Located)
    permit = places.permit(located)
    assert permit.kind == "locate"
    assert places.number_in(permit) == NUMBER
    assert canonical.unb64(permit.recipient) == question.recipient
    assert (permit.about, permit.precision, permit.max_age) == (canonical.b64(located.leaf), "1km", 120)
    assert permit.expires == places.world.clock.now() + looking.PERMIT_LIFE
    assert (permit.area, permit.terms) == (None, None)
    assert located.handle == rosa.handle


def test_the_look_is_in_the_list_and_proved_before_the_permit_is_out(places: Locating) -> None:
    rosa, given = places.world.resident(), places.agree()
    located = places.locate(given)
    assert places.world.ask(p.Prove(leaf=located.leaf), p.Proved).proof
    body = entries(places.world, rosa)[-1]
    assert (body.type, body.result, body.purpose) == ("disclose", "located", "location-consented")
    assert (body.party.org, body.party.name, body.party.role) == (places.org, places.recipient, "service")
    assert (body.categories, body.precision) == (("location.fix",), "1km")
    assert (body.policy, body.reason) == (("client-locates-by-text",), "RequestedServiceProvision")
    assert body.until == located.until == places.world.clock.now() + 15 * 60


def test_without_a_proof_of_the_entry_no_permit_is_made(places: Locating) -> None:
    core, given, now = places.world.engine.core, places.agree(), places.world.clock.now()
    with core.store.transaction():
        look = looking.prepare(core, places.looking(given), now)
    with pytest.raises(VerificationError):
        looking.release(core, look, Recorded(NewEntry(bytes(32), b"", 0), 0))


def test_while_the_log_takes_nothing_nobody_is_located(
    places: Locating, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = places.agree()

    def fails(_leaves: object) -> object:
        raise UnavailableError("the log is away", reason="log-away")

    with monkeypatch.context() as patched:
        patched.setattr(places.world.engine.log, "append", fails)
        places.refused(places.looking(given), "log-away")
    assert places.permit(places.locate(given)).kind == "locate"


def test_a_question_of_an_area_goes_to_the_courier_as_it_was_asked(places: Locating) -> None:
    given = places.agree(precision="yes-or-no")
    permit = places.permit(places.locate(given, VERIFY))
    assert (permit.precision, permit.area) == ("yes-or-no", AREA)
    places.refused(places.looking(given), "no-token")  # yes or no was agreed to, not where


@pytest.mark.parametrize(
    ("path", "changed", "reason"),
    [
        ("/oauth/token", {}, "path"),
        ("", {}, "path"),
        (RETRIEVE, {"area": AREA}, "path"),
        (VERIFY, {"area": None}, "path"),
        (VERIFY, {"area": location.Area(lat=0, lon=0, radius=1_999)}, "area"),
        (VERIFY, {"area": location.Area(lat=90_000_001, lon=0, radius=9_000)}, "area"),
        (VERIFY, {"area": location.Area(lat=0, lon=-180_000_001, radius=9_000)}, "area"),
        (RETRIEVE, {"max_age": -2}, "max-age"),
        (RETRIEVE, {"recipient": bytes(65)}, "bad-format"),
        (RETRIEVE, {"recipient": b""}, "bad-format"),
        (RETRIEVE, {"token": b"short"}, "no-token"),
    ],
)
def test_what_is_no_look_is_refused(
    places: Locating, path: str, changed: dict[str, Any], reason: str
) -> None:
    places.refused(places.looking(places.agree(), path, **changed), reason)


@pytest.mark.parametrize(
    ("agreed", "allowed", "result"),
    [
        ("exact", Precision.EXACT, "exact"),
        ("exact", Precision.COARSE, "1km"),
        ("1km", Precision.EXACT, "1km"),
        ("10km", Precision.COARSE, "10km"),
        ("region", Precision.YES_OR_NO, "yes-or-no"),
        ("yes-or-no", Precision.EXACT, "yes-or-no"),
    ],
)
def test_the_stricter_precision_counts(agreed: str, allowed: Precision, result: str) -> None:
    assert looking.stricter(agreed, allowed) == result


def polled(world: World, seconds: int) -> None:
    """Let time pass, and the courier ask what there is to do."""
    world.clock.time += seconds
    world.ask(p.TakePermits(), p.Permits)


def test_looks_are_counted_over_any_sixty_minutes(places: Locating) -> None:
    """Not by the hour of the clock: at a full hour nobody gets twice as many."""
    world = places.world
    asked = places.ask(rate=2)
    places.attest(places.answered(asked.ask))
    world.clock.time += HOUR - world.clock.time % HOUR - 2
    start = world.clock.time
    for at in (start, start + 10):
        world.clock.time = at
        places.locate(places.take(asked.ask))
    for at in (start + 20, start + HOUR - 1):
        world.clock.time = at
        places.refused(places.looking(places.take(asked.ask)), "too-many")
    world.clock.time = start + HOUR
    given = places.take(asked.ask)
    places.locate(given)
    places.refused(places.looking(given), "too-many")
    world.clock.time = start + HOUR + 10
    places.locate(places.take(asked.ask))


def test_the_count_outlives_a_restart_and_a_sweep(places: Locating) -> None:
    given = places.agree(rate=1)
    places.locate(given)
    places.world.close()
    places.world.engine = places.world.open()
    places.world.engine.sweep()
    places.refused(places.looking(given), "too-many")


def test_yes_or_no_counts_like_any_look(places: Locating) -> None:
    given = places.agree(rate=2)
    places.locate(given, VERIFY)
    places.locate(given)
    places.refused(places.looking(given, VERIFY), "too-many")


def test_one_answer_is_one_answer(places: Locating) -> None:
    given = places.agree(lasting="once")
    located = places.locate(given)
    places.refused(places.looking(given), "no-token")  # while nobody knows what came of it
    places.done(located)
    places.refused(places.looking(given), "no-token")
    assert rows(places.world, "location_consents") == 0
    assert rows(places.world, "location_tokens") == 0


def test_a_failed_look_is_given_back_three_times_at_most(places: Locating) -> None:
    given = places.agree(lasting="once", rate=60)
    for _ in range(looking.MAX_TRIES):
        places.done(places.locate(given), "failed")
    places.refused(places.looking(given), "no-token")


def test_only_the_first_word_on_a_permit_counts(places: Locating) -> None:
    given = places.agree(lasting="once")
    located = places.locate(given)
    places.done(located, "failed")
    again = places.locate(given)
    places.done(located, "failed")
    places.refused(places.looking(given), "no-token")
    places.done(again, "sent")
    places.done(again, "failed")
    places.refused(places.looking(given), "no-token")
    places.world.ask(p.PermitDone(permit="nobody's", outcome="failed"), p.Done)


def test_a_day_is_not_used_up_by_looks(places: Locating) -> None:
    given = places.agree(rate=3)
    for outcome in ("sent", "failed", "sent"):
        places.done(places.locate(given), outcome)
    assert rows(places.world, "location_consents") == 1


def test_a_paused_look_is_listed_and_reads_as_unavailable(places: Locating) -> None:
    world, rosa, given = places.world, places.world.resident(), places.agree(rate=2)
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    located = places.locate(given)
    assert located.permit == b""
    assert entries(world, rosa)[-1].result == "paused"
    state = world.ask(m.AskToken(token=wire_hash(given.token), assertion=places.assertion()), m.TokenState)
    assert state.active  # nobody is told that it is a pause
    world.submit(world.sign(location.PauseLocation, rosa.own, paused=False))
    assert places.permit(places.locate(given)).kind == "locate"
    places.refused(places.looking(given), "too-many")  # the paused one counted
    assert [b.result for b in entries(world, rosa)[-2:]] == ["location-resumed", "located"]


def test_a_pause_does_not_use_up_one_answer(places: Locating) -> None:
    world, rosa, given = places.world, places.world.resident(), places.agree(lasting="once")
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    assert places.locate(given).permit == b""
    world.submit(world.sign(location.PauseLocation, rosa.own, paused=False))
    polled(world, 1)
    assert places.locate(given).permit


def test_one_answer_that_is_withheld_reads_like_one_that_failed(places: Locating) -> None:
    """While it is under way, after it, and when the tries are spent."""
    world, rosa = places.world, places.world.resident()

    def story(*, paused: bool) -> list[tuple[bool, str]]:
        given = places.agree(lasting="once", rate=60)
        if paused:
            world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
        seen = []
        for _ in range(looking.MAX_TRIES + 1):
            first, second = (world.engine.answer([places.looking(given)])[0] for _ in range(2))
            if isinstance(first, m.Located) and first.permit:
                places.done(first, "failed")
            polled(world, 1)
            question = m.AskToken(token=wire_hash(given.token), assertion=places.assertion())
            reason = second.reason if isinstance(second, p.Problem) else ""
            seen.append((world.ask(question, m.TokenState).active, reason))
        if paused:
            world.submit(world.sign(location.PauseLocation, rosa.own, paused=False))
        return seen

    assert story(paused=True) == story(paused=False)


def test_a_permit_that_never_reached_the_courier_uses_up_no_answer(places: Locating) -> None:
    """The courier tells all that it knows before it asks for more: what it does not know of then was lost."""
    world, given = places.world, places.agree(lasting="once")
    places.locate(given)
    polled(world, looking.LOST)
    places.refused(places.looking(given), "no-token")
    polled(world, 1)
    located = places.locate(given)
    places.done(located)
    polled(world, looking.LOST + 1)
    places.refused(places.looking(given), "no-token")


def test_a_frozen_record_reads_as_unavailable(places: Locating) -> None:
    world, rosa, given = places.world, places.world.resident(), places.agree()
    world.submit(world.sign(s.Freeze, rosa.session, leaf=""))
    assert places.locate(given).permit == b""
    assert entries(world, rosa)[-1].result == "unavailable"
    world.submit(world.sign(s.Unfreeze, rosa.own))
    assert places.locate(given).permit


def test_the_person_gets_a_message_where_they_want_messages(places: Locating) -> None:
    world, rosa = places.world, places.world.resident()
    world.submit(world.channels(rosa, ADDRESS, timing="at-once"))
    given = places.agree()
    assert len(world.ask(p.TakePermits(), p.Permits).permits) == 1  # that a consent was given
    places.locate(given)
    assert len(world.ask(p.TakePermits(), p.Permits).permits) == 1  # that somebody looked


def test_looks_of_one_day_make_one_message_and_each_stands_in_the_list(places: Locating) -> None:
    world, rosa = places.world, places.world.resident()
    world.submit(world.channels(rosa, ADDRESS, timing="at-once"))
    given = places.agree(rate=60)
    world.ask(p.TakePermits(), p.Permits)
    for _ in range(3):
        places.locate(given)
    assert len(world.ask(p.TakePermits(), p.Permits).permits) == 1
    assert [one.result for one in verify_trail(world.trail(rosa), world.keyholder.key)][-3:] == [
        "located"
    ] * 3


def test_without_a_courier_nobody_is_located(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    world.found()
    places = Locating(world)
    given = places.agree()
    world.engine.core.store.run("DELETE FROM enrolments WHERE kind = 'courier'")
    before = rows(world, "entries")
    places.refused(places.looking(given), "courier-missing")
    assert rows(world, "entries") == before


def test_a_refused_client_leaves_an_entry_in_its_organisations_list(places: Locating) -> None:
    world, given = places.world, places.agree(rate=1)
    trail = world.engine.core.trails.of("organisation", places.org)
    places.locate(given)
    refused = places.looking(given)
    places.refused(refused, "too-many")
    assert world.engine.core.trails.length(trail) == 1
    places.refused(refused, "no-token")  # the same proof again is nobody's new attempt
    assert world.engine.core.trails.length(trail) == 1
    places.refused(places.asking(purpose="DirectMarketing"), "purpose")
    assert world.engine.core.trails.length(trail) == 1  # a mistake in form is not a refusal
    for _ in range(25):
        places.refused(places.looking(given), "too-many")
    assert world.engine.core.trails.length(trail) == 20


def test_a_client_whose_roster_is_stale_neither_asks_nor_looks(places: Locating) -> None:
    world, given = places.world, places.agree()
    world.engine.core.store.run(
        "UPDATE organisations SET roster_until = ? WHERE org = ?", world.clock.now(), places.org
    )
    world.engine.core.forget()
    places.refused(places.looking(given), "forbidden")
    places.refused(places.asking(), "forbidden")


def test_a_policy_that_was_not_released_locates_nobody(places: Locating) -> None:
    given = places.agree()
    places.world.engine.core.store.run("DELETE FROM enrolments WHERE kind = 'policy'")
    places.refused(places.looking(given), "policy-unreleased")
    places.refused(places.asking(), "policy-unreleased")


def test_a_session_key_pauses_and_does_not_let_it_go_on(places: Locating) -> None:
    world, rosa, given = places.world, places.world.resident(), places.agree(rate=4)
    world.submit(world.sign(location.PauseLocation, rosa.session, paused=True))
    with pytest.raises(RefusedError) as refused:
        world.submit(world.sign(location.PauseLocation, rosa.session, paused=False))
    assert refused.value.reason == "needs-own-key"
    assert places.locate(given).permit == b""
