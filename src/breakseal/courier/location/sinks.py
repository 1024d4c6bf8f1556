"""Speaking to a client's sink: an address that the client chose, so one that this machine would not choose.

SAFETY: only https, only addresses of the open internet, and the connection goes to the very address that was checked: a
name that means another one a moment later gains nothing. No redirect is followed, no proxy is used, of an answer the
status is read and nothing else. In the demo this machine's own sinks are spoken to as well.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from breakseal.courier.config import LOOPBACK
from breakseal.courier.private import Private
from breakseal.kernel.errors import RefusedError, UnavailableError

_URL = re.compile(r"[!-~]{1,2048}")
_TOKEN = re.compile(r"[!-~]{1,4096}")
_OPEN6, _TUNNELS = IPv6Network("2000::/3"), (IPv6Network("2001::/32"), IPv6Network("2002::/16"))
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})[ \r]")
MAX_STATUS_LINE = 1024
LOOKUPS = 8
LOOKUPS_OF_ONE = 2
"""Lookups of names below one domain (its last two labels) that run at a time."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a sink is; `target` is path and query."""

    secure: bool
    host: str
    port: int
    target: str

    @property
    def name(self) -> str:
        """What the request calls it (RFC 9110 section 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def parse(url: str, *, local: bool) -> Address:
    """Return the parts of a sink's address; `local` admits this machine's own by http.

    Raises:
        RefusedError: no such address.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused() from None
    own = local and parts.scheme == "http" and host in LOOPBACK
    plain = _URL.fullmatch(url) and host and parts.username is None and not parts.fragment and port != 0
    if not plain or not (own or parts.scheme == "https"):
        raise _refused()
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address(not own, host, port or (80 if own else 443), target)


def is_open(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of the open internet: none of a private network, this machine, or a tunnel."""
    if isinstance(address, IPv6Address):
        return address in _OPEN6 and address.is_global and not any(address in net for net in _TUNNELS)
    return address.is_global and not address.is_multicast


Look = Callable[..., list[Any]]
"""As `socket.getaddrinfo`, in a thread that it may keep for long."""


class Names:
    """What the names of sinks mean, asked in threads of their own.

    SAFETY: a lookup cannot be ended, and a client's name server may never answer. The loop's own threads look up
    carriers and mail hosts, so no sink's name is looked up there; and of one domain few run at a time, the rest wait.
    """

    def __init__(self, look: Look = socket.getaddrinfo) -> None:
        self._look = look
        self._threads = ThreadPoolExecutor(max_workers=LOOKUPS, thread_name_prefix="sinks")
        self._lanes: dict[str, _Lane] = {}

    async def resolve(self, address: Address, *, local: bool) -> str:
        """Return the address to connect to; of a name that means an inner one too nothing is used.

        Raises:
            RefusedError: it means an address that is not of the open internet.
            UnavailableError: it means none.
        """
        try:
            found = await self._ask(address)
        except (OSError, UnicodeError):
            raise UnavailableError("the sink's name means no address", reason="sink-unknown") from None
        meant = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
        if not meant or not all(is_open(one) or (local and one.is_loopback) for one in meant):
            raise _refused()
        return str(meant[0])

    async def _ask(self, address: Address) -> list[Any]:
        domain = ".".join(address.host.lower().rstrip(".").split(".")[-2:])
        lane = self._lanes.setdefault(domain, _Lane())
        lane.wanted += 1
        try:
            await lane.turn.acquire()
        except BaseException:
            self._left(domain)
            raise
        asked = self._threads.submit(self._look, address.host, address.port, type=socket.SOCK_STREAM)
        asked.add_done_callback(partial(_soon, asyncio.get_running_loop(), partial(self._ended, domain)))
        return await asyncio.wrap_future(asked)

    def _ended(self, domain: str) -> None:
        self._lanes[domain].turn.release()
        self._left(domain)

    def _left(self, domain: str) -> None:
        self._lanes[domain].wanted -= 1
        if not self._lanes[domain].wanted:
            del self._lanes[domain]


class _Lane:
    """The lookups of one domain: `wanted` counts those that run or wait for their turn."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(LOOKUPS_OF_ONE)
        self.wanted = 0


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[[], None], _: object) -> None:
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(call)


class Line:
    """A connection to a sink on which nothing was said yet."""

    def __init__(self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._address = address
        self._reader = reader
        self._writer = writer

    def say(self, body: bytes, token: Private) -> None:
        """Hand a POST of a CloudEvent to the connection; nothing is awaited."""
        head = [
            f"POST {self._address.target} HTTP/1.1", f"Host: {self._address.name}",
            "Content-Type: application/cloudevents+json", f"Content-Length: {len(body)}", "Connection: close",
        ]  # fmt: skip
        if _TOKEN.fullmatch(token.reveal()):
            head.append(f"Authorization: Bearer {token.reveal()}")
        self._writer.write("\r\n".join([*head, "", ""]).encode("ascii") + body)

    async def status(self) -> int:
        """Return the answer's status.

        Raises:
            UnavailableError: that is no answer.
        """
        try:
            await self._writer.drain()
            line = await self._reader.readuntil(b"\n")
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            line = b""
        found = _STATUS.match(line)
        if found is None:
            raise UnavailableError("the sink gives no answer", reason="sink-silent")
        return int(found[1])


class Sinks:
    """Connects to sinks; trusts the certificates that this machine trusts."""

    def __init__(self, *, local: bool, look: Look = socket.getaddrinfo) -> None:
        self._local = local
        self._names = Names(look)
        self._context = ssl.create_default_context()
        self._context.minimum_version = ssl.TLSVersion.TLSv1_2

    @asynccontextmanager
    async def open(self, url: str) -> AsyncIterator[Line]:
        """Connect to a sink while the block runs; the caller bounds the time.

        Raises:
            RefusedError: an address to which nothing is sent.
            UnavailableError: nobody answers there, or not by its name.
        """
        address = parse(url, local=self._local)
        where = await self._names.resolve(address, local=self._local)
        secure = {"ssl": self._context, "server_hostname": address.host} if address.secure else {}
        try:
            reader, writer = await asyncio.open_connection(
                where,
                address.port,
                limit=MAX_STATUS_LINE,
                **secure,  # type: ignore[arg-type] # by name
            )
        except (OSError, ssl.SSLError):
            raise UnavailableError("the sink does not answer", reason="sink-unreachable") from None
        try:
            yield Line(address, reader, writer)
        finally:
            writer.transport.abort()


def _refused() -> RefusedError:
    return RefusedError("nothing is sent to such an address", reason="sink-refused")
