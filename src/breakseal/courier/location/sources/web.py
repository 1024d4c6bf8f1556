"""One request to a source over HTTPS: verified, without redirects, in its time, and no more bytes than allowed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import aiohttp

from breakseal.courier.config import LOOPBACK
from breakseal.courier.events import silence_libraries
from breakseal.courier.location.sources.port import MAX_ANSWER, NotLocatedError
from breakseal.kernel.errors import ConfigError

STEP_SECONDS = 10.0
"""For each step of a request; the whole of it is bounded by who asks."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer's status and whole body."""

    status: int
    body: bytes


class Client:
    """Kept connections to a source; they are made when the first request is."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        self._session: aiohttp.ClientSession | None = None

    def session(self) -> aiohttp.ClientSession:
        """Return the connections, in the event loop that uses them."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(ssl=self._context),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None, connect=STEP_SECONDS, sock_read=STEP_SECONDS),
                headers={"accept-encoding": "identity"},
                auto_decompress=False,
            )
        return self._session

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


def make_client(ca_file: str) -> Client:
    """Return a client that trusts the machine's certificates, or those of `ca_file` alone.

    Raises:
        ConfigError: `ca_file` holds no certificate.
    """
    silence_libraries()
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError("`ca_file` holds no certificate") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return Client(context)


def check_url(name: str, url: str) -> str:
    """Return `url` without a slash at the end.

    Raises:
        ConfigError: it is not https (http on this machine's own address alone), or carries credentials or a query.
    """
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ConfigError(f"`{name}` of the carrier is no https address: write it as https://host/path")
    return url.rstrip("/")


async def post(client: Client, url: str, body: bytes, headers: dict[str, str]) -> Answered:
    """Return the answer to a POST of `body`.

    Raises:
        NotLocatedError: no connection, or more bytes than allowed.
    """
    # SAFETY: the library's errors may name the address with what was sent, so none is chained or shown.
    try:
        async with client.session().post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return Answered(answer.status, await _read(answer.content))
    except TimeoutError:
        raise NotLocatedError("the carrier took too long", reason="carrier-slow") from None
    except (aiohttp.ClientError, OSError, ValueError):
        raise NotLocatedError("the carrier does not answer", reason="carrier-unreachable") from None


async def _read(content: aiohttp.StreamReader) -> bytes:
    data = bytearray()
    async for chunk in content.iter_any():
        data += chunk
        if len(data) > MAX_ANSWER:
            raise NotLocatedError("the carrier's answer is too long", reason="carrier-too-large")
    return bytes(data)
