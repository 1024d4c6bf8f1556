"""The company's program as a part of `serve --demo`."""

from __future__ import annotations

import socket

import httpx

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.bootstrap.tls import certificate
from breakseal.client.client import Client
from breakseal.config import Config
from breakseal.demo import places, town
from breakseal.demo.roadside.app import create_roadside
from breakseal.demo.roadside.desk import Desk
from breakseal.demo.telephone import town_phones
from breakseal.demo.visitor import trust
from breakseal.kernel.ports import Clock, Entropy
from breakseal.oversight import keyfile

TIMEOUT = 20.0


def connect(config: Config, clock: Clock, entropy: Entropy) -> tuple[Client, httpx.Client]:
    """Return the company's client of this demo's web tier, and the connection to close."""
    http = httpx.Client(base_url=config.settings.web.origin, timeout=TIMEOUT, verify=trust(config))
    return Client(keyfile.read_p256(town.key_of(config, town.ROADSIDE)), http, clock, entropy), http


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve the page on `bound` until the tether is over."""
    tether.watch()
    clock, entropy = ambient.clock(), ambient.entropy()
    client, http = connect(config, clock, entropy)
    with http:
        app = create_roadside(Desk(client, clock, entropy), town_phones, places.phone_origin(config))
        await until_over(Surface(app, bound, certificate(config, "web")), tether)
