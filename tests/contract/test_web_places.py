"""A place that was mistyped: what was not understood is said by the field, with what may be meant."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from breakseal.web.i18n import load_catalogue
from tests.support.webapp import WEB, WebWorld, in_web

UNCLEAR = [
    ({"zip": "9740"}, "zip", "digits", []),
    ({"zip": "97 01"}, "zip", "digits", []),
    ({"zip": "00000"}, "zip", "unknown", []),
    ({"lat": "0", "lon": "0"}, "point", "outside", []),
    ({"county": "Lane"}, "state", "missing", ["Lane, KS", "Lane, OR"]),
    ({"county": "Lane", "state": "ZZ"}, "state", "unknown", ["Lane, KS", "Lane, OR"]),
    ({"county": "Multonmah", "state": "OR"}, "county", "unknown", ["Multnomah, OR"]),
    ({"county": "qqqq", "state": "OR"}, "county", "unknown", []),
    ({"county": "San", "state": "CA"}, "county", "several", ["San Diego, CA", "San Mateo, CA"]),
    ({"state": "OR"}, "county", "choose", []),
    ({}, "state", "missing", []),
]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(("typed", "field", "fault", "near"), UNCLEAR)
def test_the_start_page_says_by_the_field_what_it_did_not_understand(  # a case is one row
    tmp_path: Path, typed: dict[str, str], field: str, fault: str, near: list[str], language: str
) -> None:
    async def work(web: WebWorld) -> None:
        answer = await web.http.post(f"/start?lang={language}", data=typed, headers={"origin": WEB})
        assert answer.status_code == 200
        said = re.search(rf'id="{field}-fault" role="alert">([^<]+)<', answer.text)
        assert said is not None
        assert said[1] == load_catalogue().t(f"start.not.{field}.{fault}", language)  # type: ignore[arg-type] # a case
        offered = re.findall(r'name="county" value="[^"]+">([^<]+)<', answer.text)
        assert set(near) <= set(offered)
        assert bool(near) == bool(offered)

    in_web(tmp_path, work)


def test_what_was_typed_stays_in_the_field_and_a_list_of_the_state_is_offered(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        typed = {"county": 'Mult"><b>', "state": "or"}
        text = (await web.http.post("/start", data=typed, headers={"origin": WEB})).text
        assert 'value="Mult&#34;&gt;&lt;b&gt;"' in text
        listed = re.search(r'id="listed" name="county">(.*?)</select>', text, re.DOTALL)
        assert listed is not None
        assert listed[1].count("<option>") == 36  # the counties of Oregon

    in_web(tmp_path, work)


@pytest.mark.parametrize(
    ("place", "field", "fault", "near"),
    [
        ("97401", "", "", "Lane, OR"),
        ("Lane, OR", "", "", "Lane, OR"),
        ("#41039", "", "", "Lane, OR"),
        ("9740", "zip", "digits", None),
        ("Lain, OR", "county", "unknown", "Lane, OR"),
        ("Lane", "state", "missing", "Lane, OR"),
        (", OR", "county", "choose", "Lane, OR"),
    ],
)
def test_the_interface_says_the_same(  # a case is one row
    tmp_path: Path, place: str, field: str, fault: str, near: str | None
) -> None:
    async def work(web: WebWorld) -> None:
        answer: dict[str, Any] = (await web.post("/api/places/near", {"place": place})).json()
        assert (answer["field"], answer["fault"]) == (field, fault)
        names = [one["name"] for one in answer["near"]]
        assert near in names if near else names == []

    in_web(tmp_path, work)
