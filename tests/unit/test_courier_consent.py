"""A person is asked by text once, in words of the permit alone, and agrees with the code of that very question."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from breakseal.courier.app import Courier
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model import keys as kernel_keys
from breakseal.kernel.model.location import ConsentAnswered, ConsentStopped
from breakseal.keyholder import protocol
from tests.support.consents import Phone, number_in, question, start, terms, told
from tests.support.courier import NUMBER, Setting, make_setting, play

OTHER = "+12025550199"


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def test_the_question_says_who_for_whom_why_how_exact_how_often_and_how_long(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        assert await start(courier, question(setting)) == "waiting"
        phone = Phone(setting, courier)
        (text,) = await phone.sees()
        code = await phone.code()
        assert text == (
            "Cedar Roadside Assistance asks where this phone is, for: Cedar Roadside dispatch."
            " Why: to give you a service that you asked for. How exact: an area about 3 km (2 miles) wide."
            " How often: up to 4 an hour, also by itself, to see if it enters or leaves an area."
            f" Reply YES {code} for one answer, DAY {code} for 24 hours,"
            f" NO {code} to refuse. STOP ends everything. HELP for help. ESPANOL. Breakseal"
        )

    play(setting, scene)


@pytest.mark.parametrize(
    ("said", "answer", "lasting", "confirmed"),
    [
        (
            "YES {}",
            "yes",
            "once",
            "Agreed: Cedar Roadside dispatch (Cedar Roadside Assistance) gets one answer",
        ),
        (
            "day {}.",
            "yes",
            "day",
            "Agreed: Cedar Roadside dispatch (Cedar Roadside Assistance) may ask for 24",
        ),
        ("no {}", "no", "once", "Refused: Cedar Roadside dispatch"),
        ("No", "no", "once", "Refused: Cedar Roadside dispatch"),
        ("no thanks", "no", "once", "Refused: Cedar Roadside dispatch"),
        (
            "Sí {}",
            "yes",
            "once",
            "De acuerdo: Cedar Roadside dispatch (Cedar Roadside Assistance) recibe una",
        ),
        ("DÍA {}", "yes", "day", "De acuerdo: Cedar Roadside dispatch (Cedar Roadside Assistance) puede"),
    ],
)
def test_an_answer_is_attested_first_and_then_confirmed(
    setting: Setting, said: str, answer: str, lasting: str, confirmed: str
) -> None:
    async def scene(courier: Courier) -> None:
        asked = question(setting)
        await start(courier, asked)
        phone = Phone(setting, courier)
        phone.says(said.format(await phone.code()))
        await courier.delivery.deliver_due()
        assert len(setting.shown()) == 1, "confirmed before the keyholder took it"
        texts = await phone.sees()
        (statement,) = told(setting)
        assert isinstance(statement, ConsentAnswered)
        assert (statement.answer, statement.lasting) == (answer, lasting)
        assert statement.ask == msgspec.json.decode(asked.permit)["about"]
        assert number_in(setting, statement) == NUMBER
        assert texts[-1].startswith(confirmed)
        envelope, _ = signed.read(setting.keyholder.attested[0])
        kernel_keys.verify_raw(
            setting.keys.signer.key.check(),
            canonical.unb64(envelope.signatures[0].sig),
            kernel_keys.DOMAIN + envelope.payload_bytes(),
        )

    play(setting, scene)


@pytest.mark.parametrize(
    "said",
    [
        "yes",
        "YES",
        "yes 48 21",
        "yes 12345",
        "yes please {}",
        "ok {}",
        "{}",
        "not yes {}",
        "нет yes {}",
        "👍",
        "",
    ],
)
def test_only_the_plain_word_with_the_code_agrees(setting: Setting, said: str) -> None:
    async def scene(courier: Courier) -> None:
        await start(courier, question(setting))
        phone = Phone(setting, courier)
        phone.says(said.format(await phone.code()))
        assert (await phone.sees())[-1].startswith("Not understood; nothing was agreed.")
        assert told(setting) == []

    play(setting, scene)


def test_five_wrong_codes_end_the_question(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await start(courier, question(setting))
        phone = Phone(setting, courier)
        code = await phone.code()
        wrong = f"{(int(code) + 1) % 10_000:04d}"
        for _ in range(5):
            phone.says(f"YES {wrong}")
        assert (await phone.sees())[-1].startswith("Wrong code five times")
        phone.says(f"YES {code}")
        assert (await phone.sees())[-1].startswith("No question is open")
        assert told(setting) == []

    play(setting, scene)


def test_a_code_is_good_only_from_the_phone_that_was_asked(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await start(courier, question(setting))
        code = await Phone(setting, courier).code()
        stranger = Phone(setting, courier, OTHER)
        stranger.says(f"YES {code}")
        assert await stranger.sees() == []
        assert told(setting) == []

    play(setting, scene)


def test_a_code_belongs_to_one_question_of_several(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        first, second = question(setting), question(setting, said=terms(client="c" * 43))
        phone = Phone(setting, courier)
        await start(courier, first)
        first_code = await phone.code()
        await start(courier, second)
        phone.says(f"YES {first_code}")
        await phone.sees()
        (statement,) = told(setting)
        assert isinstance(statement, ConsentAnswered)
        assert statement.ask == msgspec.json.decode(first.permit)["about"]

    play(setting, scene)


def test_a_question_that_offers_one_answer_gives_no_day(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await start(courier, question(setting, said=terms(lasting="once")))
        phone = Phone(setting, courier)
        code = await phone.code()
        assert "24 hours" not in (await phone.sees())[0]
        phone.says(f"DAY {code}")
        assert (await phone.sees())[-1].startswith("This question offers one answer only")
        assert told(setting) == []

    play(setting, scene)


def test_a_question_over_is_over(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        await start(courier, question(setting))
        phone = Phone(setting, courier)
        code = await phone.code()
        setting.clock.time += 900
        phone.says(f"YES {code}")
        assert (await phone.sees())[-1].startswith("No question is open")
        assert told(setting) == []

    play(setting, scene)


def test_espanol_and_english_say_the_question_again_with_the_same_code(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        code = await phone.code()
        phone.says("Español")
        assert f"Responda SI {code} para una respuesta" in (await phone.sees())[-1]
        phone.says("english!")
        assert f"Reply YES {code} for one answer" in (await phone.sees())[-1]
        phone.says("ESPANOL")
        await phone.sees()
        phone.says(f"yes {code}")
        assert (await phone.sees())[-1].startswith("Agreed:"), "an English word is answered in English"

    play(setting, scene)


def test_help_names_programme_and_place(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        phone.says("HELP")
        (text,) = await phone.sees()
        assert text.startswith("Breakseal: ")
        assert "https://records.example" in text
        assert "STOP ends everything" in text

    play(setting, scene)


def test_two_machines_that_answer_each_other_fall_silent(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        for _ in range(30):
            phone.says("HELP")
        for _ in range(4):
            await phone.sees()
        assert len(await phone.sees()) == 20
        phone.says("STOP")
        await phone.sees()
        assert [type(one) for one in told(setting)] == [ConsentStopped], "heard, though not answered"

    play(setting, scene)


def test_what_comes_twice_is_done_once(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        for _ in range(3):
            phone.says("HELP", name="the-same")
        assert len(await phone.sees()) == 1

    play(setting, scene)


def test_what_the_keyholder_refuses_for_good_is_said_to_have_failed(setting: Setting) -> None:
    setting.keyholder.problem = protocol.Problem(family="RefusedError", reason="ask-over", detail="over")

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        phone.says(f"YES {await phone.code()}")
        assert (await phone.sees())[-1].startswith("Your answer could not be taken; nothing was agreed")

    play(setting, scene)


def test_an_answer_waits_for_a_silent_keyholder_and_is_handed_in_once(setting: Setting) -> None:
    setting.keyholder.problem = protocol.Problem(
        family="UnavailableError", reason="quarantine", detail="later"
    )

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        await courier.delivery.deliver_due()
        phone.says(f"YES {await_code(setting)}")
        for _ in range(3):
            await courier.location.hear()
            setting.clock.time += 3
        setting.keyholder.problem = None
        setting.clock.time += 3
        for _ in range(3):
            await phone.sees()
        assert len(told(setting)) == 1

    play(setting, scene)


def await_code(setting: Setting) -> str:
    return setting.shown()[-1].text.partition("YES ")[2][:4]


def test_an_attestation_whose_answer_was_lost_counts_as_taken(setting: Setting) -> None:
    setting.keyholder.problem = protocol.Problem(family="RefusedError", reason="replayed", detail="used")

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        await courier.delivery.deliver_due()
        phone.says(f"YES {await_code(setting)}")
        assert (await phone.sees())[-1].startswith("Agreed:")

    play(setting, scene)


def test_nothing_personal_stands_in_the_store(setting: Setting) -> None:
    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await start(courier, question(setting))
        code = await phone.code()
        phone.says(f"YES {code}")
        await phone.sees()
        with courier.database.direct() as connection:
            tables = [
                row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            rows = [repr(row) for name in tables for row in connection.execute(f"SELECT * FROM {name}")]
        assert not [row for row in rows if NUMBER[1:] in row or f"'{code}'" in row]

    play(setting, scene)
