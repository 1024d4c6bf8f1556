"""Readers of phone apps' reports: whatever comes in, out come four numbers or a refusal of one family."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breakseal.kernel.model.fixes import KEPT_SECONDS
from breakseal.kernel.model.location import Fix
from breakseal.programmes.location import reports
from breakseal.programmes.location.errors import ReportError

NOW = 1_790_000_000
TIMES = st.one_of(
    st.integers(NOW - 2 * KEPT_SECONDS, NOW + 1000), st.integers(), st.floats(), st.text(max_size=30),
    st.sampled_from(["2026-09-21T12:26:40Z", "1790000000", "1790000000000", "", "0", "-1", "9" * 400]),
)  # fmt: skip
NUMBERS = st.one_of(st.floats(), st.floats(-200, 200), st.integers(), st.text(max_size=12), st.none())
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
OWNTRACKS = st.fixed_dictionaries(
    {"_type": st.sampled_from(["location", "lwt", "encrypted", "x"]) | ANYTHING},
    optional={"lat": NUMBERS, "lon": NUMBERS, "acc": NUMBERS, "tst": TIMES, "more": ANYTHING},
)
LOCATED = st.fixed_dictionaries({
    "timestamp": TIMES,
    "coords": st.fixed_dictionaries({"latitude": NUMBERS, "longitude": NUMBERS}, optional={"accuracy": NUMBERS}),
})  # fmt: skip
TRACCAR = st.fixed_dictionaries(
    {"device_id": st.text(max_size=9), "location": LOCATED | st.lists(LOCATED, max_size=3)}
)
FEATURE = st.fixed_dictionaries({
    "geometry": st.fixed_dictionaries({"coordinates": st.lists(NUMBERS, max_size=3)}),
    "properties": st.fixed_dictionaries({"timestamp": TIMES}, optional={"horizontal_accuracy": NUMBERS}),
})  # fmt: skip
OVERLAND = st.fixed_dictionaries({"locations": st.lists(FEATURE | ANYTHING, max_size=4)})
READERS: dict[str, Callable[[bytes, int], Any]] = {
    "owntracks": reports.read_owntracks, "traccar": reports.read_traccar, "overland": reports.read_overland,
}  # fmt: skip


def check(fixes: tuple[Fix, ...]) -> None:
    """Fail unless each is a fix of this day on this earth, newest first, one of each time."""
    for fix in fixes:
        assert isinstance(fix, Fix)
        assert [type(value) for value in msgspec.structs.astuple(fix)] == [int] * 4
        assert abs(fix.lat) <= 90_000_000
        assert abs(fix.lon) <= 180_000_000
        assert 1 <= fix.radius <= reports.WIDEST_RADIUS
        assert NOW - KEPT_SECONDS < fix.at <= NOW, "no fix is of the future"
    times = [fix.at for fix in fixes]
    assert times == sorted(set(times), reverse=True)


def read(app: str, body: bytes) -> tuple[Fix, ...]:
    try:
        found = READERS[app](body, NOW)
    except ReportError:
        return ()
    return found.fixes if isinstance(found, reports.Told) else found


def test_a_clock_that_is_ahead_is_not_believed_and_hides_no_fix() -> None:
    """The newest report is the one that is used: one that nobody could use yet must not stand before the others."""

    def told(at: int) -> dict[str, Any]:
        place = {"geometry": {"coordinates": [-123.0, 44.0]}, "properties": {"timestamp": at}}
        return {"type": "Feature", **place}

    ahead = [NOW + 300, NOW + 61, NOW - 30, NOW + 301]
    found = read("overland", json.dumps({"locations": [told(at) for at in ahead]}).encode())
    assert [fix.at for fix in found] == [NOW, NOW - 30]


@given(OWNTRACKS)
def test_owntracks_gives_fixes_or_a_refusal(body: Any) -> None:
    check(read("owntracks", json.dumps(body).encode()))


@given(TRACCAR)
def test_traccar_gives_fixes_or_a_refusal(body: Any) -> None:
    check(read("traccar", json.dumps(body).encode()))


@given(OVERLAND)
def test_overland_gives_fixes_or_a_refusal(body: Any) -> None:
    check(read("overland", json.dumps(body).encode()))


@given(st.sampled_from(sorted(READERS)), ANYTHING)
def test_any_json_gives_fixes_or_a_refusal(app: str, body: Any) -> None:
    check(read(app, json.dumps(body).encode()))


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=80))
def test_any_bytes_give_fixes_or_a_refusal(app: str, body: bytes) -> None:
    check(read(app, body))


@given(st.dictionaries(
    st.sampled_from(["lat", "lon", "location", "timestamp", "accuracy", "id", "deviceid"]) | st.text(max_size=5),
    st.text(max_size=20) | st.floats().map(str) | st.integers().map(str) | TIMES.map(str),
))  # fmt: skip
def test_any_form_gives_fixes_or_a_refusal(fields: dict[str, str]) -> None:
    try:
        told = reports.read_osmand(fields, NOW)
    except ReportError:
        return
    check(told.fixes)


def test_deep_nesting_is_a_refusal() -> None:
    for app in READERS:
        assert read(app, b"[" * 100_000) == ()


@pytest.mark.parametrize(
    ("told", "second"),
    [
        (NOW, NOW), (str(NOW), NOW), (NOW * 1000, NOW), (f"{NOW}500", NOW), (NOW + 0.9, NOW),
        ("2026-09-21T12:26:40Z", 1_789_993_600), ("2026-09-21T05:26:40-0700", 1_789_993_600),
        ("2026-09-21T05:26:40.123-07:00", 1_789_993_600), ("2026-09-21T12:26:40", 1_789_993_600),
    ],
)  # fmt: skip
def test_a_time_is_seconds_milliseconds_or_a_date(told: float | str, second: int) -> None:
    fields = {"lat": "1", "lon": "2", "timestamp": str(told)}
    (fix,) = reports.read_osmand(fields, NOW).fixes
    assert fix.at == second


@pytest.mark.parametrize(
    "told", ["yesterday", "nan", "inf", "9" * 400, "1e999", "0", "-5", "99999-01-01T00:00:00Z"]
)
def test_a_time_that_is_none_or_of_another_day_is_dropped(told: str) -> None:
    assert reports.read_osmand({"lat": "1", "lon": "2", "timestamp": told}, NOW).fixes == ()


@pytest.mark.parametrize(
    ("accuracy", "radius"), [("", 100), ("0", 1), ("0.2", 1), ("12.01", 13), ("1000000", 1_000_000)]
)
def test_a_radius_is_whole_metres_rounded_up(accuracy: str, radius: int) -> None:
    (fix,) = reports.read_osmand({"lat": "1", "lon": "2", "accuracy": accuracy}, NOW).fixes
    assert fix.radius == radius
