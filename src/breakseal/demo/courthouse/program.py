"""The court's page as a part of `serve --demo`."""

from __future__ import annotations

import socket
from contextlib import closing

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.bootstrap.tls import certificate
from breakseal.config import Config
from breakseal.demo import places, town
from breakseal.demo.courthouse.app import create_courthouse
from breakseal.demo.courthouse.chambers import Chambers
from breakseal.demo.telephone import town_phones
from breakseal.demo.visitor import Visitor
from breakseal.oversight import keyfile


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve the page on `bound` until the tether is over."""
    tether.watch()
    clock, entropy = ambient.clock(), ambient.entropy()
    key = keyfile.read_p256(town.key_of(config, town.COURT))
    chambers = Chambers(key, places.court_certificate(config).read_bytes(), clock, entropy)

    def end(docket: str) -> None:
        with closing(Visitor(config, clock, entropy)) as clerk:
            statement, signer = chambers.ending(docket, clerk.stamp())
            clerk.at_door(statement, signer)
        chambers.ended(docket)

    app = create_courthouse(chambers, end, town_phones, town.COURT_LINE)
    await until_over(Surface(app, bound, certificate(config, "web")), tether)
