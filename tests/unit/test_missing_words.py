"""What a phone is told of an agreement for when its person is missing, and what a month's reminder calls it."""

from __future__ import annotations

import pytest

from breakseal.courier.location.parts import MOST_PARTS, parts
from breakseal.courier.location.words import Words
from breakseal.kernel.model.location import IF_MISSING, Terms
from breakseal.kernel.model.permit import Permit

POLICE = Terms(
    client="dane-police", requester="Dane County Police", recipient="Dane County Police", purpose=IF_MISSING,
    precision="exact", rate=1, lasting="once",
)  # fmt: skip


def said(language: str, until: int, *terms: Terms) -> str:
    permit = Permit(
        id="a", kind="agreed", to="", about="", agreed=terms, until=until, expires=1, language=language,  # type: ignore[arg-type] # one of the two
    )  # fmt: skip
    text = Words("Breakseal", "https://seal.example").agreed(permit).reveal()
    assert parts(text) <= MOST_PARTS
    return text


@pytest.mark.parametrize(
    ("language", "words"), [("en", "if two officers of Dane County Police"), ("es", "si dos agentes de")]
)
def test_the_text_says_on_what_word_of_whom_and_until_when(language: str, words: str) -> None:
    text = said(language, 1_900_000_000, POLICE)
    assert words in text
    assert "2030" in text
    assert "STOP" in text
    assert "1 times" not in text


def test_the_reminder_names_it_apart_from_companies() -> None:
    company = Terms(
        client="x", requester="Cedar", recipient="Cedar dispatch", purpose="CustomerCare", precision="1km", rate=4,
        lasting="day",
    )  # fmt: skip
    text = said("en", 0, POLICE, company)
    assert "Dane County Police, if you are missing, Cedar dispatch (Cedar)" in text
