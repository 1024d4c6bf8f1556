"""The courier's process: its parts put together, its socket, and its rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

from breakseal.courier import events
from breakseal.courier.channels import Channels, build_adapters
from breakseal.courier.codes import Codes
from breakseal.courier.config import CourierConfig
from breakseal.courier.delivery import Delivery
from breakseal.courier.intake import Intake
from breakseal.courier.keys import load_keys
from breakseal.courier.location.assembly import Ground, Location
from breakseal.courier.notices import Wording
from breakseal.courier.outbox.claims import Claims
from breakseal.courier.outbox.database import Database
from breakseal.courier.outbox.store import Outbox
from breakseal.courier.server import Server
from breakseal.courier.standing import Standing
from breakseal.kernel.errors import UnavailableError
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.ports import Clock, Entropy
from breakseal.keyholder.client import KeyholderClient

STORE = "courier.db"
SWEEP_SECONDS = 60.0
SEND_SECONDS = 0.5


async def run(
    config: CourierConfig,
    *,
    keyholder: PublicKey,
    clock: Clock,
    entropy: Entropy,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve the courier's socket, poll for permits and send, until `stop` is set.

    `keyholder` is the keyholder's signing key from the pinned root.

    Raises:
        ConfigError: a setting, key file or adapter with which it refuses to start.
        UnavailableError: the store cannot be opened.
    """
    config.check()
    events.silence_libraries()
    courier = Courier(config, keyholder, clock, entropy)
    try:
        await courier.run(stop or asyncio.Event())
    finally:
        await courier.close()


class Courier:
    """All parts, for one process."""

    def __init__(self, config: CourierConfig, keyholder: PublicKey, clock: Clock, entropy: Entropy) -> None:
        keys = load_keys(config)
        wording = Wording(config.name, config.site)
        folder = Path(config.run_dir)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._config = config
        self._clock = clock
        self._client = KeyholderClient(config.keyholder_socket)
        standing = Standing(self._client, keyholder, clock)
        self.channels = Channels(build_adapters(config), standing, clock)
        self.database = Database(folder / STORE)
        self.outbox = Outbox(self.database)
        self.delivery = Delivery(
            self.outbox,
            self.channels,
            keys,
            wording,
            clock,
            regions=config.regions,
            retry_seconds=config.retry_seconds,
        )
        ground = Ground(
            config=config,
            database=self.database,
            outbox=self.outbox,
            channels=self.channels,
            keys=keys,
            keyholder=keyholder,
            client=self._client,
            standing=standing,
            clock=clock,
            entropy=entropy,
        )
        self.codes = _codes(ground, self.delivery)
        self.location = Location(ground)
        self.intake = _intake(ground, self.location)
        self._server = Server(
            self.codes, self.location.asking, self.location.locating, self.channels, self.outbox
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        async with (
            self._server.listening(self._config.socket),
            self.location.listening(),
            asyncio.TaskGroup() as group,
        ):
            events.note("started")
            group.create_task(_rounds(self.poll, self._config.poll_seconds, stop))
            group.create_task(_rounds(self.delivery.deliver_due, SEND_SECONDS, stop))
            group.create_task(_rounds(self.location.hear, SEND_SECONDS, stop))
            group.create_task(_rounds(self._sweep_round, SWEEP_SECONDS, stop))
            await stop.wait()
        events.note("stopped")

    async def close(self) -> None:
        """Close what is open."""
        await self.location.close()
        await self._client.close()
        self.database.close()

    async def poll(self) -> None:
        """Tell the keyholder what became of its permits, and take those that are due."""
        await self.intake.tell()
        await self.location.locating.tell()
        await self.intake.take()

    async def _sweep_round(self) -> None:
        self.sweep()

    def sweep(self) -> None:
        """Forget what is over."""
        now = self._clock.now()
        self.outbox.sweep(now)
        self.location.sweep(now)
        self.channels.sweep(now)


def _intake(ground: Ground, location: Location) -> Intake:
    return Intake(
        ground.client, ground.keyholder, ground.keys, ground.outbox, location.telling, ground.clock,
        location.fencing.take,
    )  # fmt: skip


def _codes(ground: Ground, delivery: Delivery) -> Codes:
    return Codes(
        claims=Claims(ground.database, ground.outbox, ground.config.codes_per_hour),
        outbox=ground.outbox,
        delivery=delivery,
        channels=ground.channels,
        standing=ground.standing,
        keys=ground.keys,
        keyholder=ground.keyholder,
        regions=ground.config.regions,
        clock=ground.clock,
        entropy=ground.entropy,
    )


async def _rounds(step: Callable[[], Awaitable[None]], seconds: float, stop: asyncio.Event) -> None:
    """Do `step` again and again; what fails is noted once and tried in the next round."""
    silent = ""
    while not stop.is_set():
        try:
            await step()
            silent = ""
        except UnavailableError as error:
            if error.reason != silent:
                silent = error.reason
                events.note(
                    "keyholder-silent" if silent.startswith("keyholder") else "store-failed", reason=silent
                )
        except Exception as error:  # noqa: BLE001 # a bug must not end the sending; its text may be personal
            events.note("fault", fault=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), seconds)
