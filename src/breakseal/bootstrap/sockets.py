"""Unix sockets between the parts: waiting for one, and letting exactly one account connect."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from breakseal.kernel.errors import UnavailableError

PAUSE = 0.05
TRIES = 600


async def connectable(path: Path) -> None:
    """Return once something answers on the socket at `path`.

    Raises:
        UnavailableError: nothing does, for half a minute.
    """
    for _ in range(TRIES):
        if await _answers(path):
            return
        await asyncio.sleep(PAUSE)
    raise UnavailableError(f"nothing answers on `{path}`")


def let_connect(path: Path, group: int) -> None:
    """Let the accounts of `group` connect to the socket at `path`, and nobody else but its owner.

    Does nothing where this process is not in that group: then the parts share one account.
    """
    with suppress(PermissionError):
        os.chown(path, -1, group)
        path.chmod(0o660)


async def _answers(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(str(path))
    except OSError:
        return False
    writer.close()
    return True
