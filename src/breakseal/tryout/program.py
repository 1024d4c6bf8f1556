"""The try-out as a program: the page on a port of this machine, behind a TLS proxy, until it is told to stop."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import httpx
import uvicorn
from litestar import Litestar

from breakseal.client.client import Client
from breakseal.kernel.ports import Clock, Entropy
from breakseal.oversight import keyfile
from breakseal.tryout.app import create_tryout
from breakseal.tryout.config import TryoutConfig
from breakseal.tryout.desk import Desk
from breakseal.tryout.limits import Visitors

TIMEOUT = 20.0


def connect(config: TryoutConfig, verify: ssl.SSLContext | bool = True) -> httpx.Client:  # noqa: FBT001, FBT002 # httpx's own
    """Return the connection to the web tier's public addresses."""
    return httpx.Client(base_url=config.web, timeout=TIMEOUT, verify=verify)


def build(config: TryoutConfig, http: httpx.Client, clock: Clock, entropy: Entropy) -> Litestar:
    """Return the page's application over `http`.

    Raises:
        ConfigError: the key is missing, unsafe or of another kind.
    """
    client = Client(keyfile.read_p256(config.key), http, clock, entropy)
    desk = Desk(client, Visitors(config.per_visitor, clock, entropy), clock, entropy)
    return create_tryout(config, desk, clock)


async def run(config: TryoutConfig, clock: Clock, entropy: Entropy, say: Callable[[str], None]) -> None:
    """Serve until cancelled or signalled.

    Raises:
        ConfigError: it cannot start with these settings.
    """
    with connect(config) as http:
        app = build(config, http, clock, entropy)
        say(f"try-out page on http://{config.host}:{config.port}/try, for {config.origin}; asks {config.web}")
        settings = uvicorn.Config(
            app, host=config.host, port=config.port, log_level="warning", access_log=False, server_header=False,
            proxy_headers=False,
        )  # fmt: skip
        await uvicorn.Server(settings).serve()
