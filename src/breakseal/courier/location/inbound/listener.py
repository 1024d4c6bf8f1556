"""Serves the webhook on a port of its own, without logs of requests."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from breakseal.courier.config import Webhook as WebhookConfig
from breakseal.courier.location.inbound.webhook import Webhook
from breakseal.kernel.errors import ConfigError

GRACE = 5
"""Seconds that open requests get when the courier stops."""
MOST_AT_ONCE = 64


class _Server(uvicorn.Server):
    """Leaves signals to the process."""

    capture_signals = staticmethod(contextlib.nullcontext)  # type: ignore[assignment] # uvicorn enters it with no argument


@asynccontextmanager
async def listening(app: Webhook, config: WebhookConfig) -> AsyncIterator[None]:
    """Serve `app` while the block runs.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    settings = uvicorn.Config(
        app,
        host=config.host,
        port=config.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        http="httptools",
        ws="none",
        limit_concurrency=MOST_AT_ONCE,
        timeout_graceful_shutdown=GRACE,
    )
    server = _Server(settings)
    try:
        bound = settings.bind_socket()
    except SystemExit as error:
        raise ConfigError(f"cannot listen on port {config.port} for inbound messages") from error
    running = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        yield
    finally:
        server.should_exit = True
        await running
