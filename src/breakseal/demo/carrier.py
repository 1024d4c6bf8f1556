"""The simulated carrier as a part of `serve --demo`: `breakseal simulate carrier` with the town's phones."""

from __future__ import annotations

import socket

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.config import Config
from breakseal.demo import tracks
from breakseal.simulate.carrier import program
from breakseal.simulate.carrier.app import create_carrier


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Answer on `bound` where the town's phones are until the tether is over."""
    tether.watch()
    settings = tracks.carrier_settings(config)
    network = program.build(settings, config.folder("demo"), ambient.clock(), ambient.entropy())
    await until_over(Surface(create_carrier(network), bound), tether)
