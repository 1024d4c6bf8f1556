"""The canonical encoding equals RFC 8785 in our subset, and no value has two spellings."""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec
import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from breakseal.kernel.errors import FormatError
from breakseal.kernel.model import canonical

LARGEST = 2**53 - 1
NAMES = st.text(st.characters(max_codepoint=127), max_size=12)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A wire format of the usual shape."""

    v: Literal[1] = 1
    name: str
    size: int
    parts: list[str] = []


SAMPLES = st.builds(
    Sample, name=TEXTS, size=st.integers(-LARGEST, LARGEST), parts=st.lists(TEXTS, max_size=3)
)


@given(VALUES)
@example({"": None, "a": '\x00\x1f\x7f\u2028\u20ac\U0001f600"\\/', "B": [], "A": {}})
def test_encoding_equals_the_independent_one(value: Any) -> None:
    assert canonical.encode(value) == rfc8785.dumps(value)


@given(VALUES)
def test_plain_values_come_back(value: Any) -> None:
    assert canonical.decode(canonical.encode(value), object, limit=10**6) == value


@given(SAMPLES)
def test_structs_come_back(sample: Sample) -> None:
    data = canonical.encode(sample)
    assert data == rfc8785.dumps(msgspec.to_builtins(sample))
    assert canonical.decode(data, Sample) == sample


def accepted(data: bytes, kind: type[Any]) -> bool:
    """Say whether `decode` takes `data`; nothing but FormatError may escape, and what is taken is canonical."""
    try:
        value = canonical.decode(data, kind)
    except FormatError:
        return False
    assert canonical.encode(value) == data
    return True


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_canonical(data: bytes) -> None:
    accepted(data, object)
    accepted(data, Sample)


@given(SAMPLES, st.data())
def test_a_changed_byte_is_refused_or_is_another_value(sample: Sample, data: st.DataObject) -> None:
    spelled = bytearray(canonical.encode(sample))
    at = data.draw(st.integers(0, len(spelled) - 1))
    spelled[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != spelled[at]))

    if accepted(bytes(spelled), Sample):
        assert canonical.decode(bytes(spelled), Sample) != sample


@given(SAMPLES, st.sampled_from([" ", "\n", "\t", "\ufeff", "\x00"]), st.data())
def test_an_added_space_is_refused_outside_strings(sample: Sample, space: str, data: st.DataObject) -> None:
    text = canonical.encode(sample).decode()
    at = data.draw(st.integers(0, len(text)))
    changed = (text[:at] + space + text[at:]).encode()

    if accepted(changed, Sample):
        assert canonical.decode(changed, Sample) != sample


@pytest.mark.parametrize(
    "text",
    [
        '{"name":"a","parts":[],"size":1}',
        '{"name":"a","parts":[],"size":1,"v":1,"x":0}',
        '{"name":"a","name":"a","parts":[],"size":1,"v":1}',
        '{"name":"a","parts":[],"size":1,"v":2}',
        '{"name":"a","parts":[],"size":"1","v":1}',
        '{"name":"a","parts":[],"size":1.0,"v":1}',
        '{"name":"a","parts":[],"size":1e0,"v":1}',
        '{"name":"a","parts":[],"size":-0,"v":1}',
        '{"name":"\\u0061","parts":[],"size":1,"v":1}',
        '{"name":"\\/","parts":[],"size":1,"v":1}',
        '{"v":1,"name":"a","parts":[],"size":1}',
        '{"name":"a","parts":[],"size":1,"v":1}\n',
        '{"name":"\\ud800","parts":[],"size":1,"v":1}',
        "[" * 100_000,
        "",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(FormatError):
        canonical.decode(text.encode(), Sample)


def test_what_is_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(FormatError) as caught:
        canonical.decode(b"x" * (canonical.MAX_STATEMENT + 1), Sample)
    assert caught.value.reason == "too-large"


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"a": 0.1},
        2**53,
        -(2**53),
        {"\u00e9": 1},
        {1: 2},
        "\ud800",
        object(),
    ],
)
def test_what_the_canonical_form_lacks_is_refused(value: object) -> None:
    with pytest.raises(FormatError):
        canonical.encode(value)


@pytest.mark.parametrize("text", ["1.5", "1e3", str(2**53), str(-(2**53)), '{"\u00e9":1}', "0.0"])
def test_what_the_canonical_form_lacks_is_not_read(text: str) -> None:
    with pytest.raises(FormatError):
        canonical.decode(text.encode(), object)


@given(st.binary(max_size=80))
def test_base64url_comes_back(data: bytes) -> None:
    assert canonical.unb64(canonical.b64(data), len(data)) == data


@given(st.text(max_size=12) | st.text("AQgw-_=+/ \n", max_size=8))
@example("AB")
@example("AA=")
@example("A")
@example("\u0661")
def test_base64url_has_one_spelling(text: str) -> None:
    try:
        data = canonical.unb64(text)
    except FormatError:
        return
    assert canonical.b64(data) == text


def test_base64url_of_another_length_is_refused() -> None:
    with pytest.raises(FormatError):
        canonical.unb64("AAAA", 4)


def test_json_reads_what_we_write() -> None:
    assert json.loads(canonical.encode({"b": [1, None], "a": "\u00f1"})) == {"a": "\u00f1", "b": [1, None]}
