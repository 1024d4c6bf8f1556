"""The line between a part's process and the one that started it: one end says ready, the other that it is there."""

from __future__ import annotations

import asyncio
import os
import signal

READY = b"ready\n"


class Tether:
    """A part's end: an inherited socket's file descriptor, or none where nobody supervises."""

    def __init__(self, fd: int | None) -> None:
        self._fd = fd
        self._over = asyncio.Event()

    def watch(self) -> None:
        """Begin to watch for the end: a signal to stop, or the starter gone; call inside the loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._over.set)
        if self._fd is not None:
            os.set_blocking(self._fd, False)
            loop.add_reader(self._fd, self._heard)

    def ready(self) -> None:
        """Tell the starter that this part now serves."""
        if self._fd is not None:
            os.write(self._fd, READY)

    async def over(self) -> None:
        """Return when this part should stop."""
        await self._over.wait()

    def _heard(self) -> None:
        """The starter never speaks; hearing anything means that it closed its end, or died."""
        if self._fd is not None:
            asyncio.get_running_loop().remove_reader(self._fd)
        self._over.set()
