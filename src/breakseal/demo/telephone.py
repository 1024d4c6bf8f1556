"""The telephone page and the switch behind it, as a part of `serve --demo`."""

from __future__ import annotations

import socket

import httpx

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.bootstrap.tls import certificate
from breakseal.config import Config
from breakseal.demo import places, town
from breakseal.demo.phone import DemoPhone, create_phone
from breakseal.demo.switch import Intake, Switch


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve the page on `bound` until the tether is over."""
    tether.watch()
    clock = ambient.clock()
    intake = Intake(places.callgate_origin(config), places.token_file(config).read_text().strip())
    async with httpx.AsyncClient(timeout=10.0) as client:
        switch = Switch(intake, places.POSITIONS, client, clock)
        app = create_phone(switch, _phones, places.phone_folder(config), clock)
        await until_over(Surface(app, bound, certificate(config, "web")), tether)


def _phones() -> tuple[DemoPhone, ...]:
    """Return the phones that can dial; the story's own and a stranger's are for trying what a miss looks like."""
    return (
        DemoPhone("Rosa Delgado", town.ROSA_PHONE),
        DemoPhone("your own (prove it at sign-up)", town.VISITOR_PHONE),
        DemoPhone("a stranger", town.STRANGER_PHONE),
    )
