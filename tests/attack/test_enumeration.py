"""A call centre's officer, or whoever holds the web tier, tries to find out who is enrolled, or to drown the log."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import msgspec
import pytest

from breakseal.kernel.errors import FormatError, RefusedError, VerificationError
from breakseal.kernel.model import canonical
from breakseal.kernel.model import statements as s
from breakseal.keyholder import protocol as p
from breakseal.keyholder.refusals import RECORDED_AN_HOUR
from tests.support.world import Person, World, software_key

NAMES = ("absent", "erased", "frozen", "withdrawn", "elsewhere", "never-turned-on")


def number(name: str) -> str:
    return f"+155555502{NAMES.index(name):02}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> World:
    """One person for each way of not being found."""
    world = World(tmp_path_factory.mktemp("town") / "kh")
    world.found()
    people = {name: world.resident(number(name), granted=name != "never-turned-on") for name in NAMES[1:]}
    world.submit(world.sign(s.Erase, people["erased"].own, categories=()))
    world.submit(world.sign(s.Freeze, people["frozen"].session, leaf=""))
    world.submit(world.sign(s.WithdrawGrant, people["withdrawn"].session, purpose="emergency-response"))
    world.turn_on(people["elsewhere"], anywhere=False, places=("55089",))
    return world


@pytest.mark.parametrize("name", NAMES)
def test_all_who_are_not_to_be_found_give_one_answer(town: World, name: str) -> None:
    """Absent, erased, frozen, withdrawn, not covered: the same words, sizes and marks but for the number itself."""
    kim = town.officer("7")
    answers = []
    for turn, probed in enumerate(("absent", name)):
        answer = town.disclose(kim, town.call(number(probed), call=f"{name}-{turn}"))
        opened = town.opened(kim, answer)
        assert opened.caller is not None
        assert opened.caller.number == number(probed)
        bare = msgspec.structs.replace(opened, request="", sig="")
        plain = canonical.encode(bare).replace(number(probed).encode(), b"")
        answers.append(
            (len(answer.sealed), answer.handle, answer.until, plain.replace(opened.leaf.encode(), b""))
        )
    assert answers[0] == answers[1]
    leaf = [canonical.decode(town.ask(p.Prove(leaf=canonical.unb64(opened.leaf)), p.Proved).leaf, dict)]
    assert leaf[0]["type"] == "disclose"


def test_a_hit_and_a_miss_look_alike_in_the_log(town: World) -> None:
    """Leaves of a hit and of a miss differ only in values that are noise."""
    town.resident("+15555550290")
    kim = town.officer("7")
    leaves = []
    for one in ("+15555550290", number("absent")):
        digest = town.disclose(kim, town.call(one, call=f"log-{one}")).leaf
        leaves.append(town.ask(p.Prove(leaf=digest), p.Proved).leaf)
    assert len(leaves[0]) == len(leaves[1])
    members = [canonical.decode(leaf, dict) for leaf in leaves]
    noise = {"tag", "ref", "commitment", "sig"}
    assert {k: v for k, v in members[0].items() if k not in noise} == {
        k: v for k, v in members[1].items() if k not in noise
    }


def test_a_hit_and_a_miss_are_sealed_to_the_same_size(town: World) -> None:
    town.resident("+15555550291")
    kim = town.officer("7")
    sizes = {
        len(town.disclose(kim, town.call(one, call=f"size-{one}")).sealed)
        for one in ("+15555550291", number("absent"))
    }
    assert len(sizes) == 1


def test_all_who_are_not_to_be_found_cost_alike(town: World) -> None:
    """Medians within a factor of two: what differs is a row or two, not a round of keys."""
    kim = town.officer("7")
    took: dict[str, list[float]] = {name: [] for name in NAMES}
    for turn in range(12):
        for name in NAMES:
            event = town.call(number(name), call=f"cost-{name}-{turn}")
            question = p.Disclose(request=town.request(kim, event), basis=event)
            begin = time.perf_counter()
            town.ask(question, p.Disclosed)
            took[name].append(time.perf_counter() - begin)
    medians = {name: statistics.median(values) for name, values in took.items()}
    assert max(medians.values()) < 2 * min(medians.values()) + 0.001, medians


def test_probing_numbers_without_a_call_gives_nothing(town: World) -> None:
    """An officer's key alone opens nothing: there is no message that looks a number up."""
    kim = town.officer("7")
    with pytest.raises((RefusedError, VerificationError, FormatError)):
        town.ask(p.Disclose(request=town.request(kim)), p.Disclosed)
    mine = town.call(signer=software_key("service"))
    with pytest.raises(VerificationError):
        town.disclose(kim, mine)
    with pytest.raises(VerificationError):
        town.disclose(kim, town.call(signer=kim.session))


def test_an_officer_at_another_position_learns_nothing_from_the_refusal(town: World) -> None:
    other = town.officer("8")
    for name in NAMES:
        with pytest.raises(RefusedError, match="not answered by you"):
            town.disclose(other, town.call(number(name), call=f"pos-{name}"))


def test_claiming_a_number_tells_nothing_about_it(town: World) -> None:
    """The answer to a claim is the same whoever has the number: the keyholder cannot even read it."""
    probe = town.resident("+15555550292")
    held = town.sign(s.ClaimNumber, probe.session, key=probe.session.key.id, number="AAAA", channel="sms")
    assert town.submit(held).permit


@pytest.mark.parametrize(
    "text", ["+1 555 555 0117", "15555550117", "+0155", "+1555555011a", "", "+" + "1" * 16]
)
def test_numbers_in_another_form_are_refused_and_not_guessed(town: World, text: str) -> None:
    kim = town.officer("7")
    with pytest.raises(FormatError):
        town.disclose(kim, town.call(text, call=f"form-{text}"))


# -- filling the log ---------------------------------------------------------------------------------


def size(world: World) -> int:
    return world.log.size()


def test_refusals_fill_the_log_to_their_budget_and_no_further(world: World) -> None:
    """An enrolled officer who asks again and again without a basis leaves twenty marks an hour."""
    other = world.officer("8")
    before = size(world)
    for turn in range(RECORDED_AN_HOUR + 15):
        with pytest.raises(RefusedError):
            world.disclose(other, world.call(call=f"x{turn}", position="7"))
    assert size(world) - before == RECORDED_AN_HOUR
    world.clock.time += 3600
    with pytest.raises(RefusedError):
        world.disclose(other, world.call(call="later", position="7"))
    assert size(world) - before == RECORDED_AN_HOUR + 1


def test_strangers_leave_no_mark_at_all(world: World) -> None:
    before = size(world)
    for _ in range(30):
        with pytest.raises(VerificationError):
            world.disclose(Person(), world.call())
    assert size(world) == before


def test_a_refused_attempt_leaves_no_number_behind(world: World) -> None:
    """Not even sealed: the caller's number of a refused look is nowhere in the store."""
    other = world.officer("8")
    event = world.call(position="7")
    with pytest.raises(RefusedError):
        world.disclose(other, event)
    assert world.engine.core.store.many("SELECT * FROM calls") == []


def test_strangers_cannot_fill_the_log_with_new_records(world: World) -> None:
    core = world.engine.core
    with core.store.transaction():
        core.store.run("INSERT INTO budgets VALUES ('', 'records-begun', ?, 10000)", world.clock.time // 3600)
    with pytest.raises(RefusedError, match="too many records"):
        world.resident("")
    world.clock.time += 3600
    world.resident("")


def test_codes_to_strangers_phones_have_a_budget(world: World) -> None:
    rosa = world.resident("")
    for _ in range(6):
        world.submit(
            world.sign(s.ClaimNumber, rosa.session, key=rosa.session.key.id, number="AAAA", channel="sms")
        )
    with pytest.raises(RefusedError, match="too many codes"):
        world.submit(
            world.sign(s.ClaimNumber, rosa.session, key=rosa.session.key.id, number="AAAA", channel="sms")
        )


def test_emergencies_are_marked_and_never_refused_for_their_number(tmp_path: Path) -> None:
    world = World(tmp_path / "kh")
    world.found()
    rosa, kim = world.resident(), world.officer("7")
    core = world.engine.core
    with core.store.transaction():
        for _ in range(60):
            core.budgets.spend(kim.handle, "openings", world.clock.time)
    answer = world.disclose(kim, world.call())
    assert answer.handle == rosa.handle
    assert world.opened(kim, answer).marks == ("busy-hour",)
