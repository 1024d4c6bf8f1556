"""Whatever a client writes as scope or hint: only our own errors, and nothing that no text message can agree to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breakseal.kernel.errors import RequestError
from breakseal.programmes.location import asks, fields

WORDS = [
    "openid", *fields.SCOPES, *(f"dpv:{one}" for one in fields.PURPOSES), "dpv:Marketing", "dpv:", "precision:1km",
    "precision:exact", "precision:yes-or-no", "precision:region", "lasting:once", "lasting:always", "rate:1", "rate:60",
    "rate:61", "rate:", "", "x",
]  # fmt: skip
written = st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join))


@given(written)
def test_a_scope_gives_what_a_person_can_be_asked_or_our_own_error(text: str) -> None:
    try:
        wanted = asks.read_scope(text)
    except RequestError:
        return
    assert wanted.purpose in fields.PURPOSES
    assert wanted.precision in fields.BY_MESSAGE
    assert 1 <= wanted.rate <= fields.MOST_LOOKS_AN_HOUR
    words = text.split(" ")
    assert words.count(f"dpv:{wanted.purpose}") == 1
    assert (wanted.precision == "yes-or-no") <= (fields.READ not in words)


@given(st.one_of(st.text(max_size=30), st.from_regex(r"tel:\+?[0-9 ]{1,18}", fullmatch=True)))
def test_a_hint_gives_a_number_in_one_spelling_or_our_own_error(text: str) -> None:
    try:
        number = asks.read_hint(text)
    except RequestError:
        return
    assert text == f"tel:{number}"
    assert number.isascii()
    assert number[1:].isdigit()


@given(written)
def test_a_token_without_a_person_has_no_word_of_one(text: str) -> None:
    try:
        scopes = asks.read_machine_scope(text)
    except RequestError:
        return
    assert set(scopes) <= set(fields.SCOPES)
