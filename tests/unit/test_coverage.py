"""Does it work where I live: counties by point, ZIP and name; organisations' own areas; who serves."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from breakseal.kernel.errors import ConfigError
from breakseal.programmes.emergency.coverage import Gazetteer, Place, load_gazetteer, serving

GEO = Path(__file__).parents[2] / "src/breakseal/web/static/vendor/geo"
NOW = 1_000


@dataclass(frozen=True)
class Centre:
    org: str = "lane"
    kind: str = "call-centre"
    places: tuple[str, ...] = ("41039",)
    active_from: int = 0


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(GEO, None)


@pytest.mark.parametrize(
    ("code", "county"), [("97401", "41039"), ("10001", "36061"), ("99501", "02020"), ("00901", "72127")]
)
def test_a_zip_code_has_a_county(gazetteer: Gazetteer, code: str, county: str) -> None:
    place = gazetteer.zip(code)
    assert place is not None
    assert place.county.code == county
    assert place.lat is None


@pytest.mark.parametrize("code", ["00000", "9740", "", "97401-1234", "ABCDE"])
def test_what_is_no_zip_code_has_none(gazetteer: Gazetteer, code: str) -> None:
    assert gazetteer.zip(code) is None


def test_a_point_at_sea_or_abroad_has_no_county(gazetteer: Gazetteer) -> None:
    assert gazetteer.at(40.0, -40.0) is None
    assert gazetteer.at(48.85, 2.35) is None


@pytest.mark.parametrize(
    ("state", "name", "code"),
    [("OR", "lane", "41039"), ("OR", "Lane County", "41039"), ("NM", "dona ana", "35013"),
     ("LA", "Orleans Parish", "22071")],
)  # fmt: skip
def test_a_county_is_found_as_people_write_it(gazetteer: Gazetteer, state: str, name: str, code: str) -> None:
    assert [county.code for county in gazetteer.named(state, name)] == [code]


def test_a_name_that_fits_several_leaves_the_choice(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.named("MN", "lake")) >= 1
    assert len(gazetteer.named("TX", "san")) > 3
    assert gazetteer.named("OR", "nowhere") == []


def test_every_state_has_counties(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.states()) >= 51
    assert all(gazetteer.counties(state) for state in gazetteer.states())


def test_only_active_call_centres_of_the_county_serve(gazetteer: Gazetteer) -> None:
    place = gazetteer.zip("97401")
    assert place is not None
    fits = Centre()
    others = [
        Centre(places=("36061",)),
        Centre(kind="police"),
        Centre(active_from=NOW + 1),
        Centre(places=()),
    ]
    assert serving(gazetteer, [*others, fits], place, NOW) == [fits]


def test_an_organisations_own_area_decides_where_the_point_is_known(tmp_path: Path) -> None:
    square = [[-123.2, 44.0], [-123.0, 44.0], [-123.0, 44.1], [-123.2, 44.1], [-123.2, 44.0]]
    (tmp_path / "lane.geojson").write_text(json.dumps({"type": "Polygon", "coordinates": [square]}))
    gazetteer = load_gazetteer(GEO, tmp_path)
    county = gazetteer.coded("41039")
    assert county is not None
    assert gazetteer.serves(Centre(), Place(county, 44.05, -123.1))
    assert not gazetteer.serves(Centre(), Place(county, 44.5, -123.1))
    assert gazetteer.serves(Centre(), Place(county))


def test_an_area_file_that_is_none_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "lane.geojson").write_text("{}")
    with pytest.raises(ConfigError, match=r"lane\.geojson"):
        load_gazetteer(GEO, tmp_path)


def test_missing_shapes_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="make assets"):
        load_gazetteer(tmp_path, None)
