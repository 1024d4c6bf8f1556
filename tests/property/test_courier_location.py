"""What leaves the courier about a place, for any place; and what any text message does."""

from __future__ import annotations

import json
import string
import tempfile
import unicodedata
from contextlib import suppress
from pathlib import Path
from typing import Any

import h3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from breakseal.courier import notices
from breakseal.courier.app import Courier
from breakseal.courier.location.inbound.port import Heard
from breakseal.courier.location.parts import MOST_PARTS, parts, shorten
from breakseal.courier.location.precision import MICRO, RESOLUTIONS, coarsen, found
from breakseal.courier.location.replies import read
from breakseal.courier.location.sources.camara import read_location
from breakseal.courier.location.sources.mlp import read_answer
from breakseal.courier.location.sources.port import NotLocatedError, around
from breakseal.courier.location.sphere import distance, overlap
from breakseal.courier.location.words import Words
from breakseal.courier.private import Private
from breakseal.kernel.errors import RequestError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.location import CONSENT_PURPOSES, PRECISIONS, Area, Fix, LocationPrecision
from tests.support.consents import HOME, Phone, question, terms, told
from tests.support.courier import NUMBER, make_setting, play
from tools.check import catalogue

edges = st.sampled_from([-180.0, 180.0, -179.999999, 179.999999, 0.0])
lats = st.one_of(st.sampled_from([90.0, -90.0, 89.999999, -89.999999, 0.0]), st.floats(-90, 90))
lons = st.one_of(edges, st.floats(-180, 180))
radii = st.one_of(st.integers(1, 500), st.integers(1, 500_000))
coarse = st.sampled_from([one for one in PRECISIONS if one != "exact"])


@st.composite
def fixes(draw: st.DrawFn) -> Fix:
    lat, lon = round(draw(lats) * MICRO), round(draw(lons) * MICRO)
    return Fix(lat=lat, lon=lon, radius=draw(radii), at=1_800_000_000)


def place(fix: Fix | Area) -> tuple[float, float]:
    return fix.lat / MICRO, fix.lon / MICRO


@given(fixes(), coarse)
@settings(max_examples=400)
def test_a_coarse_circle_holds_the_fix_and_its_whole_cell(fix: Fix, precision: LocationPrecision) -> None:
    shown = coarsen(fix, precision)
    cell = h3.latlng_to_cell(*place(fix), RESOLUTIONS[precision])
    assert distance(place(shown), place(fix)) <= shown.radius
    assert all(distance(place(shown), corner) <= shown.radius for corner in h3.cell_to_boundary(cell))
    assert shown.radius >= fix.radius
    assert shown.radius % 10 == 0
    assert abs(shown.lat) <= 90 * MICRO
    assert abs(shown.lon) <= 180 * MICRO


@given(fixes(), coarse, st.data())
@settings(max_examples=200)
def test_all_places_of_a_cell_have_one_answer(
    fix: Fix, precision: LocationPrecision, data: st.DataObject
) -> None:
    cell = h3.latlng_to_cell(*place(fix), RESOLUTIONS[precision])
    corner = data.draw(st.sampled_from(h3.cell_to_boundary(cell)))
    part = data.draw(st.floats(0, 0.6))
    near = around([place(fix)] + [corner] * round(part * 3), at=1)
    assume(h3.latlng_to_cell(*place(near), RESOLUTIONS[precision]) == cell)
    first, second = (
        coarsen(Fix(lat=one.lat, lon=one.lon, radius=100, at=5), precision) for one in (fix, near)
    )
    assert first == second


@given(fixes())
def test_a_stricter_tier_is_never_smaller(fix: Fix) -> None:
    sizes = [coarsen(fix, precision).radius for precision in ("region", "10km", "1km", "exact")]
    assert sizes == sorted(sizes, reverse=True)
    assert coarsen(fix, "1km").radius >= 900
    assert coarsen(fix, "10km").radius >= 6_000
    assert coarsen(fix, "region").radius >= 40_000


@given(fixes(), fixes(), st.integers(2_000, 400_000), coarse)
def test_an_area_answer_is_that_of_the_circles(
    fix: Fix, centre: Fix, radius: int, precision: LocationPrecision
) -> None:
    area = Area(lat=centre.lat, lon=centre.lon, radius=radius)
    said, shown = found(fix, precision, area, "carrier", "leaf"), coarsen(fix, precision)
    apart = distance(place(shown), place(area))
    assert said.fix is None
    assert (said.answer == "inside") is (apart + shown.radius <= radius)
    assert (said.answer == "outside") is (apart >= shown.radius + radius) or said.answer == "partly"
    assert (1 <= said.share <= 99) is (said.answer == "partly")


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0, 3e6))
def test_the_overlap_is_a_part_and_grows_as_circles_near(mine: float, other: float, apart: float) -> None:
    share = overlap(mine, other, apart)
    assert 0.0 <= share <= 1.0
    assert overlap(mine, other, apart * 0.9) >= share - 1e-6
    assert abs(share * mine**2 - overlap(other, mine, apart) * other**2) <= 1e-5 * max(mine, other) ** 2


def test_the_overlap_of_known_circles() -> None:
    assert overlap(1.0, 1.0, 0.0) == 1.0
    assert overlap(2.0, 1.0, 0.0) == 0.25
    assert abs(overlap(1.0, 1.0, 1.0) - 0.39100222) < 1e-8  # (2/3 pi - sqrt(3)/2) / pi
    assert overlap(1.0, 1.0, 2.0) == 0.0


# -- the entrance: four numbers and nothing else --------------------------------------------------------

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("latitude", "longitude", "radius", "lastLocationTime", "area", "center", "areaType", "boundary")


@given(
    st.dictionaries(st.text(max_size=10), json_values, max_size=6),
    st.dictionaries(st.text(max_size=10), json_values),
)
def test_whatever_a_carrier_adds_only_four_numbers_pass(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    plain = {
        "lastLocationTime": "2027-01-15T08:00:00.5+00:00",
        "area": {"areaType": "CIRCLE", "center": {"latitude": 1.5, "longitude": 2.5}, "radius": 10.2},
    }
    added = {name: value for name, value in inner.items() if name not in NAMES}
    centre = added | {"latitude": 1.5, "longitude": 2.5, "altitude": 3.25, "speed": 7}
    area = added | plain["area"] | {"center": centre}  # type: ignore[operator] # both are tables
    full = {name: value for name, value in outer.items() if name not in NAMES} | plain | {"area": area}
    fix = read_location(json.dumps(full).encode())
    assert fix == Fix(lat=1_500_000, lon=2_500_000, radius=11, at=1_800_000_000)
    assert json.loads(canonical.encode(fix)) == {
        "lat": 1_500_000,
        "lon": 2_500_000,
        "radius": 11,
        "at": 1_800_000_000,
    }


@given(st.binary(max_size=300) | json_values.map(lambda value: json.dumps(value).encode()))
def test_no_answer_breaks_the_readers(data: bytes) -> None:
    for reader in (read_location, read_answer):
        try:
            assert isinstance(reader(data), Fix)
        except NotLocatedError as error:
            assert error.reason in {"carrier-malformed", "source-malformed"}  # noqa: PT017 # either outcome is right


# -- the conversation ------------------------------------------------------------------------------------

TEXTS = st.text(max_size=60) | st.lists(
    st.sampled_from(
        ["yes", "day", "no", "si", "4821", "0000", "please", "not", ".", "help", "espanol", "ok", "end"]
    ),
    max_size=6,
).map(" ".join)


@given(TEXTS)
@settings(max_examples=500)
def test_agreement_is_one_word_and_four_digits_and_nothing_else(text: str) -> None:
    reply = read(text)
    assert not reply.code or (len(reply.code) == 4 and reply.code.isascii() and reply.code.isdecimal())
    if reply.kind in ("yes", "day"):
        plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
        letters = "".join(one for one in plain if one.isalnum())
        assert letters in {f"{word}{reply.code}" for word in ("yes", "y", "si", "day", "dia")}


@given(st.text(max_size=40), st.sampled_from(["stop", "QUIT", "alto", "Unsubscribe"]), st.text(max_size=40))
def test_a_stop_word_anywhere_ends_everything(before: str, word: str, after: str) -> None:
    assert read(f"{before} {word} {after}").kind == "stop"


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=60, deadline=None)
def test_no_conversation_agrees_without_the_code(texts: list[str]) -> None:
    async def scene(courier: Courier) -> None:
        await courier.location.asking.start(question(setting))
        await courier.delivery.deliver_due()
        shown = setting.shown()[0].text
        code = shown.partition("YES ")[2][:4]
        phone = Phone(setting, courier)
        for text in texts:
            phone.says(text.replace(code, "----"))
        await phone.sees()
        said = [one for one in told(setting) if getattr(one, "answer", "") == "yes"]
        assert said == []

    with tempfile.TemporaryDirectory() as folder:
        setting = make_setting(Path(folder))
        play(setting, scene)


@given(st.text(max_size=300), st.text(max_size=20))
@settings(deadline=None, max_examples=60)
def test_no_message_from_outside_breaks_the_hearing(text: str, number: str) -> None:
    async def scene(courier: Courier) -> None:
        heard = Heard(id=text[:50], event="text", number=Private(number), at=0, text=Private(text))
        with suppress(RequestError):  # of a sender that nobody can read the gateway hears so
            courier.location.hearing.hear(heard)
        await courier.location.hear()

    with tempfile.TemporaryDirectory() as folder:
        play(make_setting(Path(folder)), scene)


# -- the words -------------------------------------------------------------------------------------------


def test_every_text_of_the_catalogue_is_in_both_languages() -> None:
    texts = {key: leaf for key, leaf in notices.load().items() if key.startswith("consent.")}
    assert len(texts) == 41
    assert [line for key, leaf in texts.items() for line in catalogue.message(key, leaf)] == []
    words = Words("Breakseal", "https://records.example")
    assert words.purposes() == frozenset(CONSENT_PURPOSES)
    assert {key.removeprefix("consent.precision.") for key in texts if ".precision." in key} == set(
        PRECISIONS
    )


@given(
    st.text(string.ascii_letters + " -&", min_size=1, max_size=50),
    st.text(string.ascii_letters + "áéñü ", min_size=1, max_size=50),
    st.sampled_from(CONSENT_PURPOSES),
    coarse,
    st.integers(1, 60),
    st.sampled_from(["once", "day"]),
    st.sampled_from(["en", "es"]),
)
def test_names_of_fifty_letters_fit_three_parts(
    requester: str, recipient: str, purpose: str, precision: str, rate: int, lasting: str, language: Any
) -> None:
    words = Words("County Records", "https://records.example")
    said = terms(
        requester=requester,
        recipient=recipient,
        purpose=purpose,
        precision=precision,
        rate=rate,
        lasting=lasting,
    )
    texts = [words.question(said, Private("4821"), language)]
    texts += [words.reply(key, language, said) for key in ("agreed.once", "agreed.day", "refused")]
    texts += [
        words.reply(key, language)
        for key in ("stopped", "started", "help", "hint", "wrong", "spent", "once-only", "over", "failed")
    ]
    assert max(parts(text.reveal()) for text in texts) <= MOST_PARTS


@given(st.text(max_size=200))
def test_shortening_changes_letters_only_into_the_short_alphabet(text: str) -> None:
    short = shorten(text)
    assert short == text or parts(short) <= max(1, parts(text))
    assert shorten(short) == short


def test_parts_are_those_of_the_standard() -> None:
    assert [parts("a" * n) for n in (0, 160, 161, 306, 307)] == [1, 1, 2, 2, 3]
    assert [parts("€" * n) for n in (80, 81)] == [1, 2]
    assert [parts("ó" * n) for n in (70, 71, 134, 135)] == [1, 2, 2, 3]
    assert shorten("¿Dónde está? Año — «é»") == "¿Dónde está? Año — «é»"
    assert shorten("¿Dónde está el teléfono? A\u00f1o\u2019s") == "¿Donde esta el teléfono? Año's"


def test_the_home_of_the_demo_is_shown_as_a_cell() -> None:
    assert coarsen(HOME, "1km").lat != HOME.lat
    assert NUMBER not in repr(coarsen(HOME, "1km"))
