"""The demo centre's callgate as a part of `serve --demo`."""

from __future__ import annotations

import socket
import sys

import httpx

from breakseal.bootstrap import ambient
from breakseal.bootstrap.serving import Surface, until_over
from breakseal.bootstrap.tether import Tether
from breakseal.callgate import program
from breakseal.callgate.sender import TIMEOUT
from breakseal.config import Config
from breakseal.demo import places
from breakseal.demo.visitor import trust


async def run(config: Config, tether: Tether, bound: socket.socket) -> None:
    """Take reports on `bound` and send signed events to the web tier until the tether is over."""
    tether.watch()
    clock = ambient.clock()
    async with httpx.AsyncClient(timeout=TIMEOUT, verify=trust(config)) as client:
        parts = program.build(places.callgate_settings(config), clock, ambient.entropy(), client, _silent)
        try:
            async with program.background(parts, clock):
                await until_over(Surface(parts.intake, bound), tether)
        finally:
            parts.spool.close()


def _silent(text: str) -> None:
    """Say nothing: the terminal of the demo is for people; `breakseal callgate` prints its state."""
    if "refused" in text:
        print(f"callgate: {text}", file=sys.stderr)  # noqa: T201 # a part's own error stream
