"""The demo's town is one place: its address, its centre's county, and where its phones are."""

from __future__ import annotations

from pathlib import Path

import pytest

import breakseal.web
from breakseal.cli import demo_town
from breakseal.config import Config
from breakseal.demo import places, settling, town, tracks
from breakseal.demo.phone import PLACES
from breakseal.kernel.errors import ConfigError
from breakseal.programmes.emergency.coverage import Gazetteer, load_gazetteer

CENTRE = next(one for one in town.ORGANISATIONS if one.id == town.CENTRE)


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return load_gazetteer(Path(breakseal.web.__file__).parent / "static/vendor/geo", None)


@pytest.mark.parametrize("name", sorted(PLACES))
def test_every_fix_of_the_demos_network_is_in_the_centres_county(gazetteer: Gazetteer, name: str) -> None:
    lat, lon, radius, _ = PLACES[name]
    place = gazetteer.at(lat, lon)
    assert place is not None
    assert place.county.code in CENTRE.places
    assert radius > 0


def test_the_home_is_in_the_same_county_and_near_the_fix_named_home(gazetteer: Gazetteer) -> None:
    address = str(settling.PROFILE["emergency.home"]["address"])
    state, code = address.split()[-2:]
    place = gazetteer.zip(code)
    assert place is not None
    assert place.county.code in CENTRE.places
    assert place.county.state == state
    lat, lon, *_ = PLACES["home"]
    middle = gazetteer._zips[code]
    assert abs(lat - middle[0]) < 0.05
    assert abs(lon - middle[1]) < 0.05


@pytest.fixture(scope="module")
def config() -> Config:
    place = demo_town.Place("", "", "", 8911, 8912)
    return Config(path=Path("/nowhere/breakseal.toml"), settings=demo_town._settings(place))


def test_every_phone_moves_in_the_centres_county(gazetteer: Gazetteer, config: Config) -> None:
    for phone in tracks.carrier_settings(config).subscribers:
        for point in phone.track:
            place = gazetteer.at(point.lat, point.lon)
            assert place is not None
            assert place.county.code in CENTRE.places


def test_the_carrier_knows_the_phones_that_are_asked_and_not_the_strangers(config: Config) -> None:
    numbers = [phone.number for phone in tracks.carrier_settings(config).subscribers]
    assert len(set(numbers)) == len(numbers)
    assert {town.ROSA_PHONE, town.VISITOR_PHONE, *town.LOCATED_PHONES} == set(numbers)
    assert all(number.startswith("+154155501") and len(number) == 12 for number in numbers)


def test_each_program_of_the_demo_has_a_port_of_its_own(config: Config) -> None:
    last = places.last_port(config)
    ports = [
        config.settings.web.port,
        config.settings.door.port,
        places.phone_port(config),
        places.callgate_port(config),
        places.roadside_port(config),
        places.carrier_port(last),
        places.courthouse_port(config),
        places.tryout_port(last),
    ]
    assert ports == list(range(8911, 8911 + places.PORTS))
    carrier = config.settings.courier.carrier
    assert carrier is not None
    assert carrier.base_url == places.carrier_origin(last)


def test_the_company_is_a_company_with_one_end_recipient() -> None:
    roadside = next(one for one in town.ORGANISATIONS if one.id == town.ROADSIDE)
    assert roadside.kind == "company"
    assert roadside.client is not None
    assert roadside.client.name == "Cedar Roadside dispatch"


def test_the_try_out_names_as_recipient_whoever_typed_the_number(config: Config) -> None:
    """The text says so, and the person who did not type it knows what to answer."""
    settings = places.tryout_settings(config)
    assert settings.recipient == "whoever typed your number on that page"
    assert config.settings.try_page == f"{settings.origin}/try"


def test_a_demo_of_an_older_version_is_not_started(tmp_path: Path, config: Config) -> None:
    old = Config(path=tmp_path / "breakseal.toml", settings=config.settings)
    with pytest.raises(ConfigError, match="an older version made this demo"):
        places.check_whole(old)
