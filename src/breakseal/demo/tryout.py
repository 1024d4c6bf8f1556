"""The try-out's page as a part of `serve --demo`."""

from __future__ import annotations

import socket

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.bootstrap.tls import certificate
from breakseal.config import Config
from breakseal.demo import places
from breakseal.demo.visitor import trust
from breakseal.tryout import program


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve the page on `bound` until the tether is over."""
    tether.watch()
    settings = places.tryout_settings(config)
    with program.connect(settings, trust(config)) as http:
        app = program.build(settings, http, ambient.clock(), ambient.entropy())
        await until_over(Surface(app, bound, certificate(config, "web")), tether)
