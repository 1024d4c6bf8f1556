"""The web tier's process: it holds everything and reads nothing."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.bootstrap.tls import certificate
from breakseal.config import Config
from breakseal.courier.client import CourierClient
from breakseal.kernel.model.canonical import b64
from breakseal.keyholder.client import KeyholderClient
from breakseal.oversight import keyfile
from breakseal.stores.sqlite.calls import SqliteCallKeep
from breakseal.stores.sqlite.main import SqliteMainStore
from breakseal.web.app import create_app
from breakseal.web.board.hub import BoardHub
from breakseal.web.parts import WebParts, WebSettings
from breakseal.web.ports import Asks


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Serve the web tier on `bound` until the tether is over."""
    tether.watch()
    clock, entropy = ambient.clock(), ambient.entropy()
    keyholder = KeyholderClient(str(config.socket("web")))
    courier = CourierClient(str(config.socket("courier-web")))
    store = SqliteMainStore(config.records)
    calls = SqliteCallKeep(config.calls)
    parts = WebParts(
        keyholder=cast("Asks", keyholder),  # each neighbour has messages of its own; the port takes any
        courier=cast("Asks", courier),
        store=store,
        clock=clock,
        entropy=entropy,
        settings=_settings(config),
        board=BoardHub(clock, calls, b64(entropy.token(6))),
        token_key=token_key(config.key("web-tokens")),
    )
    try:
        await until_over(Surface(create_app(parts), bound, certificate(config, "web")), tether)
    finally:
        await keyholder.close()
        await courier.close()
        await store.close()
        calls.close()


def token_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Return the key that signs ID tokens, made at the first start: it opens nothing, so a new one harms nobody."""
    if not path.exists():
        keyfile.write_private(path, ec.generate_private_key(ec.SECP256R1()))
    return keyfile.read_p256(path)


def _settings(config: Config) -> WebSettings:
    settings = config.settings
    return WebSettings(
        web_origin=settings.web.origin,
        door_origin=settings.door.origin,
        demo=settings.demo,
        operator=settings.operator,
        areas_dir=config.resolve(settings.areas_dir) if settings.areas_dir else None,
        security_contact=settings.security_contact,
        outside_test=settings.outside_test,
        try_page=settings.try_page,
    )
