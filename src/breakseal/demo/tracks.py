"""Where the demo's phones are: on tracks in the county that the demo's centre serves, seen by a simulated carrier."""

from __future__ import annotations

from breakseal.config import Config
from breakseal.demo import places, town
from breakseal.simulate.carrier.settings import CarrierSettings
from breakseal.simulate.carrier.tracks import Subscriber, Waypoint

ROUND = (
    (44.0572, -123.0869, 0), (44.0590, -123.0700, 300), (44.0498, -123.0395, 900), (44.0462, -123.0220, 1200),
    (44.0560, -123.0560, 1700), (44.0572, -123.0869, 2100),
)  # fmt: skip
"""A drive from Rosa's home along the river and back: latitude, longitude, seconds from the beginning."""
PARKED = ((44.0565, -123.0722, 0),)
SHOULDER = ((43.9190, -123.0270, 0), (43.9330, -123.0250, 1200), (43.9190, -123.0270, 2400))
"""Slowly along the highway in the south of the county."""
OWN_LATER = 60
"""Seconds after which the network notices where a phone is, unless it is asked."""


def carrier_settings(config: Config) -> CarrierSettings:
    """Return the settings of the demo's carrier; a stranger's phone is with another."""
    return CarrierSettings(
        client=places.CARRIER_CLIENT,
        secret_file=str(places.carrier_secret(config)),
        port=places.carrier_port(places.last_port(config)),
        subscribers=(
            _phone(town.ROSA_PHONE, ROUND),
            _phone(town.VISITOR_PHONE, PARKED),
            *(_phone(number, SHOULDER) for number in town.LOCATED_PHONES),
        ),
    )


def _phone(number: str, track: tuple[tuple[float, float, int], ...]) -> Subscriber:
    waypoints = tuple(Waypoint(lat=lat, lon=lon, after=after) for lat, lon, after in track)
    return Subscriber(number=number, track=waypoints, seen_by="gps", radius=40, every=OWN_LATER)
