"""The callgate as a program: intake, sender and key watch until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import httpx
import uvicorn

from breakseal.callgate.config import CallgateConfig
from breakseal.callgate.files import read_root, read_signer, read_token
from breakseal.callgate.gate import Gate, Taken
from breakseal.callgate.intake import Intake, StateReport
from breakseal.callgate.sender import TIMEOUT, IngestWatch, Sender
from breakseal.callgate.spool import Spool
from breakseal.kernel.ports import Clock, Entropy

SWEEP_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Parts:
    """The running callgate's parts, for surfaces that feed it (HTTP intake, lines of text)."""

    gate: Gate
    intake: Intake
    sender: Sender
    watch: IngestWatch
    spool: Spool


def build(
    config: CallgateConfig,
    clock: Clock,
    entropy: Entropy,
    client: httpx.AsyncClient,
    say: Callable[[str], None],
) -> Parts:
    """Return the parts, with files read and checked.

    Raises:
        ConfigError: a file is missing, unsafe or of another kind.
    """
    signer, root, token = read_signer(config.key), read_root(config.root), read_token(config.token)
    spool = Spool(config.spool)
    gate = Gate(
        org=config.org,
        signer=signer,
        root=root,
        spool=spool,
        clock=clock,
        entropy=entropy,
        region=config.region,
        positions=config.positions,
        lifetime=config.call_hours * 3600,
    )
    sender = Sender(spool, config.web, client, gate.renew, say)

    def taken(event: Taken) -> None:
        say(f"call {event.call} event {event.seq}: {event.outcome}, number {event.number}")
        sender.wake()

    def state() -> StateReport:
        until = gate.ingest.expires if gate.ingest else 0
        return StateReport(
            org=config.org,
            web=config.web,
            web_answers=sender.web_answers,
            ingest_until=until,
            events=spool.counts(),
        )

    intake = Intake(gate, token, taken=taken, state=state)
    return Parts(
        gate, intake, sender, IngestWatch(gate, config.web, client, say, config.refresh_hours * 3600), spool
    )


async def run(config: CallgateConfig, clock: Clock, entropy: Entropy, say: Callable[[str], None]) -> None:
    """Serve until cancelled or signalled.

    Raises:
        ConfigError: it cannot start with these settings.
    """
    async with httpx.AsyncClient(timeout=TIMEOUT) as client:
        parts = build(config, clock, entropy, client, say)
        say(f"callgate of {config.org} listens on http://{config.host}:{config.port}, sends to {config.web}")
        server = uvicorn.Server(
            uvicorn.Config(
                parts.intake,
                host=config.host,
                port=config.port,
                log_level="warning",
                access_log=False,
                lifespan="off",
            )
        )
        async with background(parts, clock):
            await server.serve()
        parts.spool.close()


@asynccontextmanager
async def background(parts: Parts, clock: Clock) -> AsyncIterator[None]:
    """Run sender, key watch and sweep while the block runs."""
    tasks = [
        asyncio.create_task(parts.sender.run()),
        asyncio.create_task(parts.watch.run()),
        asyncio.create_task(_sweep(parts.spool, clock)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)


async def _sweep(spool: Spool, clock: Clock) -> None:
    while True:
        spool.sweep(clock.now())
        await asyncio.sleep(SWEEP_SECONDS)
