"""Everything about location in the courier, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from breakseal.courier.channels import Channels
from breakseal.courier.config import Camara, CourierConfig, Mlp, Replies
from breakseal.courier.config import Webhook as WebhookConfig
from breakseal.courier.keys import CourierKeys, read_private
from breakseal.courier.location import statements
from breakseal.courier.location.asking import Asking
from breakseal.courier.location.asks import Asks
from breakseal.courier.location.attesting import Attesting
from breakseal.courier.location.fences import Fences
from breakseal.courier.location.fencing import Fencing
from breakseal.courier.location.hearing import Hearing
from breakseal.courier.location.inbound.listener import listening
from breakseal.courier.location.inbound.phonebox import PhoneboxInbound
from breakseal.courier.location.inbound.webhook import Webhook
from breakseal.courier.location.locating import Locating
from breakseal.courier.location.looks import Looks
from breakseal.courier.location.reports import Reports
from breakseal.courier.location.sinks import Sinks
from breakseal.courier.location.sources.camara import CamaraSource
from breakseal.courier.location.sources.mlp import MlpSource
from breakseal.courier.location.sources.port import Source
from breakseal.courier.location.stops import Stops
from breakseal.courier.location.telling import Telling
from breakseal.courier.location.texts import Texts
from breakseal.courier.location.words import Words
from breakseal.courier.outbox.database import Database
from breakseal.courier.outbox.store import KEPT, Outbox
from breakseal.courier.standing import Keyholder, Standing
from breakseal.kernel.model.keys import PublicKey
from breakseal.kernel.ports import Clock, Entropy

_TIMEOUT = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the courier's parts stand on; `keyholder` is its key from the pinned root, and `client` asks it."""

    config: CourierConfig
    database: Database
    outbox: Outbox
    channels: Channels
    keys: CourierKeys
    keyholder: PublicKey
    client: Keyholder
    standing: Standing
    clock: Clock
    entropy: Entropy


class Location:
    """The conversation, what it tells the keyholder, and the looks."""

    def __init__(self, ground: Ground) -> None:
        """Put the parts together.

        Raises:
            ConfigError: a file, an address or a name with which the courier refuses to start.
        """
        self._ground = ground
        self._words = Words(ground.config.name, ground.config.site)
        self._asks = Asks(ground.database)
        self._stops = Stops(ground.database)
        self._reports = Reports(ground.database)
        self._texts = Texts(ground.database, ground.outbox, ground.keys, ground.entropy)
        self._looks = Looks(ground.database)
        self.asking = self._build_asking()
        self.hearing = self._build_hearing()
        self.telling = Telling(
            words=self._words,
            stops=self._stops,
            keys=ground.keys,
            regions=ground.config.regions,
            entropy=ground.entropy,
        )
        self.locating = self._build_locating()
        self.fencing = self._build_fencing()
        self.attesting = self._build_attesting()
        self._inbound = self._build_inbound()

    async def hear(self) -> None:
        """Take what the demo's phone answered, and hand people's words in.

        Raises:
            UnavailableError: keyholder or store do not answer; everything waits.
        """
        try:
            if isinstance(self._inbound, PhoneboxInbound):
                self._inbound.round()
        finally:
            await self.attesting.round()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Listen for the gateway's webhook while the block runs, where one is configured."""
        where = self._ground.config.inbound
        if isinstance(self._inbound, Webhook) and isinstance(where, WebhookConfig):
            async with listening(self._inbound, where):
                yield
        else:
            yield

    def sweep(self, now: int) -> None:
        """Forget what is over."""
        with self._ground.database.transaction() as connection:
            for statement in statements.SWEEP:
                connection.execute(statement, (now - KEPT,))
        self.fencing.sweep(now)

    async def close(self) -> None:
        """Close what is open."""
        await self.fencing.close()
        await self.locating.close()

    def _build_asking(self) -> Asking:
        ground = self._ground
        return Asking(
            database=ground.database,
            outbox=ground.outbox,
            asks=self._asks,
            stops=self._stops,
            texts=self._texts,
            words=self._words,
            channels=ground.channels,
            keys=ground.keys,
            keyholder=ground.keyholder,
            regions=ground.config.regions,
            clock=ground.clock,
            entropy=ground.entropy,
            answerable=ground.config.inbound is not None,
        )

    def _build_hearing(self) -> Hearing:
        ground = self._ground
        return Hearing(
            database=ground.database,
            asks=self._asks,
            stops=self._stops,
            reports=self._reports,
            texts=self._texts,
            words=self._words,
            keys=ground.keys,
            regions=ground.config.regions,
            clock=ground.clock,
        )

    def _build_attesting(self) -> Attesting:
        ground = self._ground
        return Attesting(
            database=ground.database,
            reports=self._reports,
            texts=self._texts,
            words=self._words,
            keys=ground.keys,
            keyholder=ground.client,
            standing=ground.standing,
            fencing=self.fencing,
            regions=ground.config.regions,
            clock=ground.clock,
            entropy=ground.entropy,
        )

    def _build_fencing(self) -> Fencing:
        ground = self._ground
        return Fencing(
            fences=Fences(ground.database),
            looks=self._looks,
            stops=self._stops,
            outbox=ground.outbox,
            locating=self.locating,
            sinks=Sinks(local=ground.config.local_sinks),
            keys=ground.keys,
            keyholder=ground.keyholder,
            client=ground.client,
            regions=ground.config.regions,
            source=ground.config.site,
            clock=ground.clock,
        )

    def _build_locating(self) -> Locating:
        ground, carrier = self._ground, self._ground.config.carrier
        return Locating(
            looks=self._looks,
            stops=self._stops,
            outbox=ground.outbox,
            source=None if carrier is None else _build_source(carrier, ground.clock),
            timeout=_TIMEOUT if carrier is None else carrier.timeout_seconds,
            keys=ground.keys,
            keyholder=ground.keyholder,
            client=ground.client,
            standing=ground.standing,
            regions=ground.config.regions,
            clock=ground.clock,
        )

    def _build_inbound(self) -> PhoneboxInbound | Webhook | None:
        match self._ground.config.inbound:
            case Replies(folder=folder):
                return PhoneboxInbound(Path(folder), self.hearing.hear)
            case WebhookConfig(secret_file=name):
                return Webhook(read_private(name).strip(), self.hearing.hear, self._ground.clock)
        return None


def _build_source(carrier: Camara | Mlp, clock: Clock) -> Source:
    return CamaraSource(carrier, clock) if isinstance(carrier, Camara) else MlpSource(carrier)
