"""The simulated carrier as a program."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from breakseal.kernel.ports import Clock, Entropy
from breakseal.simulate.carrier.app import create_carrier
from breakseal.simulate.carrier.network import Network
from breakseal.simulate.carrier.settings import CarrierSettings, read_secret


def build(settings: CarrierSettings, beside: Path, clock: Clock, entropy: Entropy) -> Network:
    """Return the network of `settings`, whose files lie in the folder `beside`.

    Raises:
        ConfigError: the secret cannot be read.
    """
    return Network(
        subscribers={one.number: one for one in settings.subscribers},
        client=settings.client,
        secret=read_secret(settings, beside),
        clock=clock,
        entropy=entropy,
        token_seconds=settings.token_seconds,
    )


async def run(settings: CarrierSettings, network: Network) -> None:
    """Serve until told to stop."""
    config = uvicorn.Config(
        create_carrier(network),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        http="httptools",
        ws="none",
    )
    await uvicorn.Server(config).serve()
