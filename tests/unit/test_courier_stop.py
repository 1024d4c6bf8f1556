"""From the moment a phone said STOP, nothing about it is asked and nothing leaves; the phone hears so only then."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from breakseal.courier.app import Courier
from breakseal.courier.location.inbound.port import Heard
from breakseal.courier.location.replies import read
from breakseal.courier.numbers import normalise_sender
from breakseal.courier.outbox.database import StoreError
from breakseal.courier.private import Private
from breakseal.kernel.errors import BreaksealError, RequestError
from breakseal.kernel.model.location import ConsentAnswered, ConsentStopped, Fix
from breakseal.keyholder import protocol
from tests.support.consents import (
    HOME,
    Looker,
    Phone,
    SetSource,
    number_in,
    question,
    source_for,
    terms,
    told,
)
from tests.support.courier import NUMBER, Setting, make_setting, play

STOPS = (
    "STOP",
    "quit",
    "END",
    "revoke",
    "OPT-OUT",
    "opt-out",
    "Optout",
    "CANCEL",
    "unsubscribe",
    "Stop.",
    "STOPALL",
    "remove",
    "ALTO",
    "PARAR",
    "BAJA",
    "CANCELAR",
    "TERMINAR",
    "DETENER",
    "REVOCAR",
)
SENTENCES = (
    "please stop",
    "Stop tracking me!",
    "opt out",
    "I want to opt out of this",
    "YES 1234 no wait STOP",
    "leave me alone",
    "do not track my phone",
    "Don't text me",
    "don\u2019t contact me again",
    "no more messages",
    "por favor, déjenme en paz",
    "dejen de escribirme",
    "no me rastreen",
    "quiero darme de baja",
    "\uff53\uff54\uff4f\uff50",
    "ST\u00d3P",
    "stop\nsent from my phone",
    "\uff33\uff34\uff2f\uff30\uff01",
)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


@pytest.mark.parametrize("text", [*STOPS, *SENTENCES])
def test_any_way_of_saying_stop_is_one(text: str) -> None:
    assert read(text).kind == "stop"


@pytest.mark.parametrize("text", ["START", "Start.", "unstop", "INICIAR", "Empezar"])
def test_start_is_the_whole_message(text: str) -> None:
    assert read(text).kind == "start"
    assert read(f"{text} it now").kind != "start"


def heard(courier: Courier, event: str, at: int, name: str = "e1") -> None:
    one = Heard(id=name, event=event, number=Private(NUMBER), at=at)  # type: ignore[arg-type] # one of the literals
    courier.location.hearing.hear(one)


def test_stop_ends_questions_and_looks_and_is_acknowledged_after_the_keyholder_knows(
    setting: Setting,
) -> None:
    async def scene(courier: Courier) -> None:
        source, looker, phone = source_for(courier), Looker(setting), Phone(setting, courier)
        await courier.location.asking.start(question(setting))
        code = await phone.code()
        assert (await looker.look(courier)).answer == "found"
        setting.keyholder.problem = protocol.Problem(family="UnavailableError", reason="busy", detail="later")
        phone.says("please stop")
        await courier.location.hear()
        assert (await looker.look(courier)).answer == "unknown", "stopped before the keyholder knows"
        assert len(source.asked) == 1, "nobody was asked about it either"
        await courier.delivery.deliver_due()
        assert len(setting.shown()) == 1, "acknowledged too early"
        setting.keyholder.problem = None
        setting.clock.time += 1
        texts = await phone.sees()
        assert texts[-1].startswith("Stopped: nobody whom you agreed to can see where this phone is")
        (statement,) = told(setting)
        assert isinstance(statement, ConsentStopped)
        assert (statement.why, number_in(setting, statement)) == ("stopped", NUMBER)
        phone.says(f"YES {code}")
        assert await phone.sees() == texts
        assert len(told(setting)) == 1
        assert (await looker.look(courier)).answer == "unknown"

    play(setting, scene)


@pytest.mark.parametrize(
    ("ground", "answer"),
    [("order", "found"), ("exigent", "found"), ("consent", "unknown"), ("missing", "unknown")],
)
def test_stop_ends_what_was_agreed_to_and_no_order_and_no_danger(
    setting: Setting, ground: str, answer: str
) -> None:
    """Who texted STOP to a company is found in a danger to life; the company learns nothing."""

    async def scene(courier: Courier) -> None:
        source, looker, phone = source_for(courier), Looker(setting), Phone(setting, courier)
        phone.says("STOP")
        await courier.location.hear()
        assert (await looker.look(courier, looker.ask(ground=ground))).answer == answer
        assert len(source.asked) == (answer == "found")
        source.during = lambda: phone.says("STOP")
        assert (await looker.look(courier, looker.ask(ground=ground))).answer == answer

    play(setting, scene)


def test_what_stop_is_acknowledged_with_says_what_it_does_not_end(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        for text, order, danger in (
            ("stop", "A court's order", "a danger to life"),
            ("alto", "Una orden judicial", "un peligro de muerte"),
        ):
            phone.says(text)
            assert order in (said := (await phone.sees())[-1])
            assert danger in said

    play(setting, scene)


def test_stop_while_the_source_is_asked_gives_unknown(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source, looker, phone = source_for(courier), Looker(setting), Phone(setting, courier)
        source.during = lambda: phone.says("STOP")
        found = await looker.look(courier)
        assert len(source.asked) == 1
        assert (found.answer, found.fix, found.at, found.share, found.source) == ("unknown", None, 0, 0, "")
        await courier.location.locating.tell()
        assert [outcome for _, outcome in setting.keyholder.told] == ["failed"]

    play(setting, scene)


def test_a_yes_under_way_does_not_outlive_a_stop(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await courier.location.asking.start(question(setting))
        phone.says(f"YES {await phone.code()}")
        phone.says("STOP")
        texts = await phone.sees()
        assert [type(one) for one in told(setting)] == [ConsentStopped]
        assert not any(text.startswith("Agreed") for text in texts)

    play(setting, scene)


def test_a_question_that_waits_for_its_gateway_is_not_sent_after_stop(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await courier.location.asking.start(question(setting))
        due = courier.outbox.due(setting.clock.time, 10)
        phone.says("STOP")
        for message in due:  # looked up before the stop, handed over after it
            assert await courier.delivery.deliver(message) is False
        assert [text[:7] for text in await phone.sees()] == ["Stopped"]

    play(setting, scene)


def test_stop_is_handed_in_until_it_is_taken(setting: Setting) -> None:
    setting.keyholder.problem = protocol.Problem(family="RefusedError", reason="not-courier", detail="no")

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        phone.says("STOP")
        assert await phone.sees() == [], "not acknowledged while the keyholder refuses it"
        setting.clock.time += 3600
        setting.keyholder.problem = None
        assert [text[:7] for text in await phone.sees()] == ["Stopped"]

    play(setting, scene)


def test_start_lets_questions_come_again_and_no_look(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        phone.says("ALTO")
        assert (await phone.sees())[-1].startswith("Terminado: nadie con su permiso puede ver")
        phone.says("INICIAR")
        assert (await phone.sees())[-1].startswith("Pueden llegar preguntas de nuevo")
        setting.clock.time += 1
        await courier.location.asking.start(question(setting))
        assert "YES" in (await phone.sees())[-1]
        assert [type(one) for one in told(setting)] == [ConsentStopped]

    play(setting, scene)


def test_a_start_written_before_the_stop_lifts_nothing(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        setting.clock.time += 100
        phone.says("STOP")
        phone.says("START", at=setting.clock.time - 50)
        await phone.sees()
        await courier.location.asking.start(question(setting))
        assert [text[:7] for text in await phone.sees()] == ["Stopped"]

    play(setting, scene)


def test_a_number_that_moved_is_left_alone_for_an_hour_and_hears_nothing(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        phone, looker = Phone(setting, courier), Looker(setting)
        await courier.location.asking.start(question(setting))
        await phone.sees()
        heard(courier, "number-moved", setting.clock.time)
        assert (await looker.look(courier)).answer == "unknown"
        assert len(await phone.sees()) == 1
        (statement,) = told(setting)
        assert isinstance(statement, ConsentStopped)
        assert statement.why == "moved"
        assert (await looker.look(courier)).answer == "unknown", "no permit of the last holder's works"
        setting.clock.time += 3601
        await courier.location.asking.start(question(setting, said=terms(client="n" * 43)))
        assert len(await phone.sees()) == 2, "the new holder may be asked"

    play(setting, scene)


def test_a_stop_that_the_carrier_kept_for_itself_is_obeyed_in_silence(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        heard(courier, "opted-out", setting.clock.time)
        assert await Phone(setting, courier).sees() == []
        (statement,) = told(setting)
        assert isinstance(statement, ConsentStopped)
        assert statement.why == "stopped"

    play(setting, scene)


def test_a_stop_that_is_not_kept_is_not_taken(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        with courier.database.direct() as connection:
            connection.execute(
                "CREATE TRIGGER b BEFORE INSERT ON reports BEGIN SELECT RAISE(ABORT, 'x'); END"
            )
        with pytest.raises(StoreError):
            phone.says("STOP", name="kept-later")
        with courier.database.direct() as connection:
            connection.execute("DROP TRIGGER b")
            assert connection.execute("SELECT count(*) FROM stops").fetchone() == (0,)
        phone.says("STOP", name="kept-later")
        assert [text[:7] for text in await phone.sees()] == ["Stopped"]

    play(setting, scene)


def test_no_number_of_another_country_is_heard(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        for number in ("+442079460958", "not a number"):
            with pytest.raises(RequestError):
                Phone(setting, courier, number).says("STOP")
        await courier.location.hear()
        assert told(setting) == []

    play(setting, scene)


def test_a_stop_whose_gateway_leaves_out_the_plus_is_obeyed() -> None:
    """Of a country that is not the first: without the plus it reads as a wrong number of the first."""
    assert normalise_sender("525512345678", ("US", "MX")).reveal() == "+525512345678"
    assert normalise_sender("2025550143", ("US", "MX")).reveal() == NUMBER
    for text in ("442079460958", "call me", "", "+", "٥٢٥٥١٢٣٤٥٦٧٨"):
        with pytest.raises(RequestError):
            normalise_sender(text, ("US", "MX"))


def test_a_text_of_any_length_and_shape_is_read_at_once() -> None:
    """A text comes from anybody, and all of the courier waits for its reading."""
    for text in (
        "a" * 4000,
        "a1234" * 800,
        "\u2057" * 1600,
        "!" * 4000,
        "yes" + "!" * 3990 + "x",
        "no " * 1300,
    ):
        began = time.process_time()
        read(text)
        assert time.process_time() - began < 0.1


def test_stops_outlive_restart_and_sweep(setting: Setting) -> None:
    async def first(courier: Courier) -> None:
        phone = Phone(setting, courier)
        phone.says("STOP")
        await phone.sees()
        setting.clock.time += 10 * 86_400
        courier.sweep()

    async def second(courier: Courier) -> None:
        source_for(courier, SetSource(Fix(lat=HOME.lat, lon=HOME.lon, radius=9, at=setting.clock.time)))
        assert (await Looker(setting).look(courier)).answer == "unknown"

    play(setting, first)
    play(setting, second)


def test_old_rows_are_forgotten(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        source_for(courier)
        phone = Phone(setting, courier)
        await courier.location.asking.start(question(setting))
        phone.says(f"DAY {await phone.code()}")
        await phone.sees()
        await Looker(setting).look(courier)
        await courier.poll()
        setting.clock.time += 3 * 86_400
        courier.sweep()
        with courier.database.direct() as connection:
            left = {
                name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
                for name in ("messages", "asks", "reports", "heard", "replies", "looks")
            }
        assert left == dict.fromkeys(left, 0)
        assert [type(one) for one in told(setting)] == [ConsentAnswered]

    play(setting, scene)


def test_permits_and_errors_never_show_the_number(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        with pytest.raises(BreaksealError) as caught:
            await courier.location.asking.start(question(setting, "+1 202 555 01"))
        assert "202" not in str(caught.value)

    play(setting, scene)


def test_a_question_from_before_the_stop_agrees_to_nothing_after_start(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await courier.location.asking.start(question(setting))
        code = await phone.code()
        for text in ("STOP", "START", f"YES {code}"):
            phone.says(text)
            await phone.sees()
        assert (await phone.sees())[-1].startswith("No question is open")
        assert [type(one) for one in told(setting)] == [ConsentStopped]

    play(setting, scene)
