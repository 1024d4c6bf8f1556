"""Serving an ASGI application on a socket that was bound before, beside other work of the same process."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from breakseal.bootstrap.tether import Tether

GRACE = 5
"""Seconds that open requests get when a part stops."""
LOOP = uvloop.new_event_loop
"""The event loop of every part."""
App = Callable[[Any, Any, Any], Awaitable[None]]


class _Server(uvicorn.Server):
    """Leaves signals to the tether and tells when it listens."""

    capture_signals = staticmethod(contextlib.nullcontext)  # type: ignore[assignment] # uvicorn enters it with no argument

    def __init__(self, config: uvicorn.Config, listening: asyncio.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


class Surface:
    """One application on one bound socket, with TLS where a certificate is given."""

    def __init__(self, app: App, bound: socket.socket, tls: tuple[Path, Path] | None = None) -> None:
        self._bound = bound
        self._listening = asyncio.Event()
        settings = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            http="httptools",
            ws="none",
            timeout_graceful_shutdown=GRACE,
            ssl_certfile=tls[0] if tls else None,
            ssl_keyfile=tls[1] if tls else None,
        )
        self._server = _Server(settings, self._listening)

    async def run(self) -> None:
        """Serve until `stop`."""
        await self._server.serve(sockets=[self._bound])

    async def listening(self) -> None:
        """Return once connections are taken."""
        await self._listening.wait()

    def stop(self) -> None:
        """Take no more connections and end."""
        self._server.should_exit = True


async def until_over(surface: Surface, tether: Tether) -> None:
    """Serve `surface` till the tether is over; say ready when it listens.

    Raises:
        Exception: whatever ends the surface early.
    """
    running = asyncio.create_task(surface.run())
    listening = asyncio.create_task(surface.listening())
    over = asyncio.create_task(tether.over())
    await asyncio.wait((running, listening), return_when=asyncio.FIRST_COMPLETED)
    if not running.done():
        _rarely_collect()
        tether.ready()
        await asyncio.wait((running, over), return_when=asyncio.FIRST_COMPLETED)
    surface.stop()
    for task in (listening, over):
        task.cancel()
    await running


def _rarely_collect() -> None:
    """Collect garbage less often.

    Measured on the keyholder's engine: a fifth of its processor time went into looking again and again at
    objects that live as long as the process. What a request makes is freed by its reference count.
    """
    gc.set_threshold(50_000, 20, 20)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a part's main coroutine."""
    with asyncio.Runner(loop_factory=LOOP) as runner:
        runner.run(main)
