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
from breakseal.demo.texts import Texts


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve the page on `bound` until the tether is over."""
    tether.watch()
    clock = ambient.clock()
    intake = Intake(places.callgate_origin(config), places.token_file(config).read_text().strip())
    async with httpx.AsyncClient(timeout=10.0) as client:
        switch = Switch(intake, places.POSITIONS, client, clock)
        texts = Texts(places.phone_folder(config), places.replies_folder(config), clock, ambient.entropy())
        app = create_phone(switch, town_phones, texts, clock)
        await until_over(Surface(app, bound, certificate(config, "web")), tether)


def town_phones() -> tuple[DemoPhone, ...]:
    """Return the phones that a visitor can hold; a stranger's is for trying what a miss looks like."""
    return (
        DemoPhone(town.ROSA_PHONE, name=town.ROSA.name),
        DemoPhone(town.VISITOR_PHONE, words="own"),
        DemoPhone(town.STRANGER_PHONE, words="stranger"),
    )
