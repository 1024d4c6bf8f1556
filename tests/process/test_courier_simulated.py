"""The courier's source against `breakseal simulate carrier`: each fault that the simulator knows reads "unknown"."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import get_args

import pytest

from breakseal.bootstrap.serving import Surface
from breakseal.courier.config import Camara
from breakseal.courier.location.sources.camara import CamaraSource
from breakseal.courier.location.sources.port import MICRO, NotLocatedError
from breakseal.courier.location.sphere import distance
from breakseal.courier.private import Private
from breakseal.kernel.model.location import Fix
from breakseal.simulate.carrier.app import create_carrier
from breakseal.simulate.carrier.network import Fault, Network
from breakseal.simulate.carrier.tracks import Subscriber, Waypoint
from tests.support.carriers import secret_file
from tests.support.courier import ENTROPY, NUMBER, SetClock

HOME = Waypoint(lat=44.0572, lon=-123.0869, after=0)
REASONS: dict[Fault, str] = {
    "unavailable": "carrier-status-503",
    "garbage": "carrier-malformed",
    "no-location": "carrier-unable-to-locate",
    "token-lost": "carrier-unauthenticated",
    "redirect": "carrier-redirected",
}


@asynccontextmanager
async def simulated(folder: Path) -> AsyncIterator[tuple[Network, CamaraSource]]:
    clock = SetClock()
    phone = Subscriber(number=NUMBER, track=(HOME,), radius=800, every=60)
    network = Network(
        subscribers={NUMBER: phone}, client="county:9", secret="a secret/9", clock=clock, entropy=ENTROPY
    )
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        surface = Surface(create_carrier(network), bound)
        running = asyncio.create_task(surface.run())
        await surface.listening()
        config = Camara(
            processor="demo-phone",
            base_url=url,
            token_url=f"{url}/oauth/token",
            client_id="county:9",
            secret_file=str(secret_file(folder)),
        )
        source = CamaraSource(config, clock)
        try:
            yield network, source
        finally:
            await source.close()
            surface.stop()
            await running


def test_a_phone_is_found_within_its_circle(tmp_path: Path) -> None:
    async def scene() -> None:
        async with simulated(tmp_path) as (network, source):
            for fault in ("none", "extra"):
                network.fault = fault  # type: ignore[assignment] # one of the literals
                fix = await source.ask(Private(NUMBER), 60)
                assert isinstance(fix, Fix)
                assert distance((HOME.lat, HOME.lon), (fix.lat / MICRO, fix.lon / MICRO)) <= fix.radius == 800
            with pytest.raises(NotLocatedError) as caught:
                await source.ask(Private("+12025550199"), -1)
            assert caught.value.reason == "carrier-identifier-not-found"

    asyncio.run(scene())


@pytest.mark.parametrize("fault", sorted(REASONS))
def test_each_fault_has_its_reason(tmp_path: Path, fault: Fault) -> None:
    async def scene() -> None:
        async with simulated(tmp_path) as (network, source):
            await source.ask(Private(NUMBER), -1)
            network.fault = fault
            with pytest.raises(NotLocatedError) as caught:
                await source.ask(Private(NUMBER), -1)
            assert caught.value.reason == REASONS[fault]

    asyncio.run(scene())


def test_every_fault_of_the_simulator_is_tried() -> None:
    assert set(get_args(Fault)) == {*REASONS, "none", "extra", "slow"}, "slowness: test_courier_looks"
