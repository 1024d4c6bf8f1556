"""What a phone is texted of consents by somebody's own key: the words, their length, and never after STOP."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.courier.app import Courier
from breakseal.courier.location.parts import MOST_PARTS, parts
from breakseal.courier.location.words import Words
from breakseal.kernel.model import canonical, location
from breakseal.kernel.model.location import CONSENT_PURPOSES, PRECISIONS, Terms
from breakseal.kernel.model.permit import read_permit
from breakseal.kernel.seal import hpke
from tests.support.consents import Phone, terms
from tests.support.courier import NUMBER, Setting, make_setting, nonce, play

OTHER = "+12025550199"
IN_2027 = 1_826_928_000
"""2027-11-23T00:00Z."""


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return make_setting(tmp_path)


def due(
    setting: Setting, *agreed: Terms, number: str = NUMBER, sealed_for: str = "", **fields: object
) -> str:
    """Have a permit to tell `number` due; returns its id."""
    name = str(fields.pop("id", "")) or nonce()
    sealed = hpke.seal_to(setting.keyholder.point, number.encode(), location.agreed_info(sealed_for or name))
    values = {
        "id": name, "kind": "agreed", "to": canonical.b64(sealed), "about": canonical.b64(bytes(32)),
        "agreed": agreed or (terms(precision="exact"),), "until": IN_2027, **fields,
    }  # fmt: skip
    setting.keyholder.due.append(setting.keyholder.permit(**values))
    return name


async def rounds(courier: Courier, count: int = 2) -> None:
    for _ in range(count):
        await courier.poll()
        await courier.delivery.deliver_due()
    await courier.intake.tell()


def long_terms(letters: int) -> Terms:
    longest = max(CONSENT_PURPOSES, key=len)
    return terms(
        requester="R" * letters, recipient="D" * letters, purpose=longest, rate=60, precision="exact"
    )


def test_the_phone_is_told_once_and_the_keyholder_hears_of_it(setting: Setting) -> None:
    name = due(setting)

    async def scene(courier: Courier) -> None:
        await rounds(courier, 3)

    play(setting, scene)
    (shown,) = setting.shown()
    assert (shown.to, shown.channel, shown.language) == (NUMBER, "sms", "en")
    assert shown.text == (
        "Agreed online: Cedar Roadside dispatch (Cedar Roadside Assistance) may see where this phone is, until 23"
        " Nov 2027. How exact: the very place. Why: to give you a service that you asked for. Up to 4 times an hour,"
        " also by itself, to see if it enters or leaves an area. If"
        " that was not you, or to end it at once, reply STOP (ALTO). HELP for help. Breakseal"
    )
    assert setting.keyholder.told == [(name, "sent")]


def test_the_reminder_names_who_may_look_and_counts_the_rest(setting: Setting) -> None:
    named = [terms(recipient=f"Desk {n}", requester=f"Company {n}") for n in range(3)]
    due(setting, *named, until=0, more=2)
    due(setting, named[0], until=0, language="es")

    async def scene(courier: Courier) -> None:
        await rounds(courier)

    play(setting, scene)
    assert sorted(one.text for one in setting.shown()) == [
        (
            "Recordatorio. Quién puede ver donde esta este teléfono: Desk 0 (Company 0). Para terminarlo todo ya,"
            " responda ALTO (STOP). AYUDA. Breakseal"
        ),
        (
            "Reminder. Who may see where this phone is: Desk 0 (Company 0), Desk 1 (Company 1), Desk 2 (Company 2)"
            " and 2 more. To end all of it at once, reply STOP (ALTO). HELP for help. Breakseal"
        ),
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_text_fits_three_parts_with_names_of_fifty_letters(setting: Setting, language: str) -> None:
    words = Words("Breakseal Test", "https://records.example")
    name = due(setting, long_terms(50), language=language)
    permit = read_permit(setting.keyholder.due[-1], setting.keyholder.signer.key)
    assert permit.id == name
    assert parts(words.agreed(permit).reveal()) <= MOST_PARTS
    due(setting, *[long_terms(50)] * 3, until=0, more=97, language=language)
    permit = read_permit(setting.keyholder.due[-1], setting.keyholder.signer.key)
    text = words.agreed(permit).reveal()
    assert parts(text) <= MOST_PARTS
    assert "STOP" in text
    assert "ALTO" in text


@pytest.mark.parametrize("language", ["en", "es"])
def test_there_are_words_for_all_that_can_be_agreed_to(setting: Setting, language: str) -> None:
    words = Words("Breakseal", "https://records.example")
    texts = set()
    for purpose in CONSENT_PURPOSES:
        for precision in PRECISIONS:
            due(setting, terms(purpose=purpose, precision=precision), language=language)
            permit = read_permit(setting.keyholder.due[-1], setting.keyholder.signer.key)
            texts.add(words.agreed(permit).reveal())
    assert len(texts) == len(CONSENT_PURPOSES) * len(PRECISIONS)


def test_names_that_do_not_fit_leave_fewer_named(setting: Setting) -> None:
    due(setting, *[long_terms(90)] * 3, until=0)
    permit = read_permit(setting.keyholder.due[-1], setting.keyholder.signer.key)
    text = Words("Breakseal", "").agreed(permit).reveal()
    assert parts(text) <= MOST_PARTS
    assert "and 2 more" in text or "and 1 more" in text


@pytest.mark.parametrize(
    "fields",
    [
        {"agreed": ()}, {"agreed": (terms(purpose="Marketing"),)}, {"agreed": (long_terms(250),)},
        {"agreed": (long_terms(250),), "until": 0}, {"number": "+12025550"}, {"sealed_for": "another"},
    ],
    ids=["nothing", "purpose", "long", "long reminder", "no number", "another permit's number"],
)  # fmt: skip
def test_what_cannot_be_said_is_not_sent_and_told_as_failed(
    setting: Setting, fields: dict[str, object]
) -> None:
    agreed = fields.pop("agreed", None)
    name = due(setting, **fields) if agreed is None else due(setting, **fields, agreed=agreed)  # type: ignore[arg-type]

    async def scene(courier: Courier) -> None:
        await rounds(courier)

    play(setting, scene)
    assert setting.shown() == []
    assert set(setting.keyholder.told) == {(name, "failed")}


def test_a_phone_that_said_stop_is_not_told(setting: Setting) -> None:
    name = due(setting)
    stopped_before = due(setting, number=OTHER)

    async def scene(courier: Courier) -> None:
        phone, other = Phone(setting, courier), Phone(setting, courier, OTHER)
        other.says("STOP")
        await courier.poll()  # both are taken
        phone.says("basta, alto")
        await rounds(courier)
        assert [one for one in await phone.sees() if "Agreed" in one] == []
        assert [one for one in await other.sees() if "Agreed" in one] == []

    play(setting, scene)
    assert {(name, "failed"), (stopped_before, "failed")} <= set(setting.keyholder.told)


def test_stop_in_answer_to_it_is_attested_as_any(setting: Setting) -> None:
    due(setting)

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await rounds(courier)
        phone.says("stop")
        assert (await phone.sees())[-1].startswith("Stopped: nobody whom you agreed to can see")

    play(setting, scene)
    assert len(setting.keyholder.attested) == 1


def test_stop_in_answer_to_a_spanish_text_is_acknowledged_in_spanish(setting: Setting) -> None:
    due(setting, language="es")

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        await rounds(courier)
        phone.says("STOP")
        assert (await phone.sees())[-1].startswith("Terminado: nadie con su permiso puede ver")

    play(setting, scene)


def test_what_failed_is_tried_again_with_what_is_offered_now(setting: Setting) -> None:
    """After START the keyholder's next offer of the same permit goes out, in the words of now."""
    name = due(setting)

    async def scene(courier: Courier) -> None:
        phone = Phone(setting, courier)
        phone.says("STOP")
        await rounds(courier)
        await phone.sees()  # the keyholder hears of the STOP
        phone.says("START")
        setting.keyholder.due.clear()
        due(setting, id=name, language="es")
        await rounds(courier)

    play(setting, scene)
    assert setting.keyholder.told[-1] == (name, "sent")
    assert [one.text[:18] for one in setting.shown() if one.text.startswith("A")] == ["Aceptado en linea:"]
