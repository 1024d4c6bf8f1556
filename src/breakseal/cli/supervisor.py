"""Keeps the parts of an installation running, each a process of its own with its own account.

A part that ends is started again with growing pauses, and it is said. A part that ends before it
ever served ends everything, because its settings need a person.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from breakseal.cli.accounts import Account, PopenArguments
from breakseal.kernel.errors import ConfigError, UnavailableError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 60.0
"""Seconds after which a part counts as well again."""
START_LIMIT = 60.0
"""Seconds that a part has until it serves."""
STOP_LIMIT = 10.0
FAILED_START = 2

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Part:
    """One process: its name, its program's arguments, the bound sockets it gets, and whose account it runs in."""

    name: str
    arguments: tuple[str, ...]
    sockets: tuple[socket.socket, ...] = ()
    account: Account | None = None


class Supervisor:
    """Runs parts; stops them in the opposite order."""

    def __init__(self, parts: tuple[Part, ...], tell: Tell) -> None:
        """Take the parts and whom to tell what happens to them."""
        self._parts = parts
        self._tell = tell
        self._over = asyncio.Event()
        self._running: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: list[asyncio.Task[None]] = []

    def watch(self) -> None:
        """Begin to watch for signals to stop; call inside the loop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._over.set)

    async def start(self, parts: tuple[Part, ...]) -> bool:
        """Start some of the parts, each once the one before serves; return False if told to stop meanwhile.

        Raises:
            ConfigError: a part ended before it ever served.
        """
        for part in parts:
            first: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._keepers.append(asyncio.create_task(self._keep(part, first)))
            over = asyncio.create_task(self._over.wait())
            await asyncio.wait((first, over), return_when=asyncio.FIRST_COMPLETED)
            over.cancel()
            if self._over.is_set():
                return False
            first.result()
        return True

    async def wait(self) -> None:
        """Return when a signal to stop came."""
        await self._over.wait()

    async def stop(self) -> None:
        """Stop all parts, the last started first, and return when they are gone."""
        self._over.set()
        for name in reversed([part.name for part in self._parts]):
            await self._end(name)
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)

    def pids(self) -> dict[str, int]:
        """Return the process ids of the running parts."""
        return {name: process.pid for name, process in self._running.items()}

    async def _end(self, name: str) -> None:
        process = self._running.get(name)
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_LIMIT)
        except TimeoutError:
            self._tell(f"{name} does not stop: ending it")
            process.kill()
            await process.wait()

    async def _keep(self, part: Part, first: asyncio.Future[None]) -> None:
        """Run `part` for ever; set `first` when it serves for the first time, or will not."""
        pause = FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while not self._over.is_set():
            begun = loop.time()
            code = await self._once(part, first)
            if self._over.is_set():
                return
            if not first.done():
                first.set_exception(ConfigError(_no_start(part, code)))
                return
            pause = FIRST_PAUSE if loop.time() - begun > STEADY else min(pause * 2, LONGEST_PAUSE)
            self._tell(f"{part.name} ended (code {code}); starting it again in {pause:.0f} s")
            await asyncio.sleep(pause)

    async def _once(self, part: Part, first: asyncio.Future[None]) -> int:
        """Run `part` until it ends; return its exit code."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                process = await self._spawn(part, theirs)
            self._running[part.name] = process
            ended = asyncio.create_task(process.wait())
            heard = asyncio.create_task(_hear(ours))
            await asyncio.wait((ended, heard), timeout=START_LIMIT, return_when=asyncio.FIRST_COMPLETED)
            served = heard.done() and heard.result()
            if served:
                self._told(part, first)
            elif not ended.done():
                process.kill()
            code = await ended
            heard.cancel()
            return code

    def _told(self, part: Part, first: asyncio.Future[None]) -> None:
        if first.done():
            self._tell(f"{part.name} is back")
        else:
            first.set_result(None)

    async def _spawn(self, part: Part, tether: socket.socket) -> asyncio.subprocess.Process:
        fds = [one.fileno() for one in part.sockets]
        arguments = [*part.arguments, "--tether", str(tether.fileno())]
        for fd in fds:
            arguments += ["--fd", str(fd)]
        account: PopenArguments = part.account.arguments() if part.account else {}
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                *arguments,
                pass_fds=(*fds, tether.fileno()),
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops them in order
                stdin=asyncio.subprocess.DEVNULL,
                **account,
            )
        except OSError as error:
            raise UnavailableError(f"cannot start {part.name}: {error.strerror}") from error


async def _hear(ours: socket.socket) -> bool:
    """Return whether the part said that it serves before it closed its end."""
    ours.setblocking(False)  # noqa: FBT003 # the standard library's signature
    loop = asyncio.get_running_loop()
    try:
        return bool(await loop.sock_recv(ours, 64))
    except OSError:
        return False


def _no_start(part: Part, code: int) -> str:
    if code == FAILED_START:
        return f"{part.name} did not start, for the reason above"
    return f"{part.name} ended before it served (code {code}): see the lines above"
