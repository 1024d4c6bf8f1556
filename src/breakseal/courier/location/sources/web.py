"""One request to a source over HTTPS: verified, without redirects, in its time, and no more bytes than allowed."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

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


def make_client(ca_file: str) -> httpx.AsyncClient:
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
    return httpx.AsyncClient(verify=context, follow_redirects=False, trust_env=False, timeout=STEP_SECONDS)


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


async def post(client: httpx.AsyncClient, url: str, body: bytes, headers: dict[str, str]) -> Answered:
    """Return the answer to a POST of `body`.

    Raises:
        NotLocatedError: no connection, or more bytes than allowed.
    """
    # SAFETY: the library's errors may name the address with what was sent, so none is chained or shown.
    try:
        async with client.stream("POST", url, content=body, headers=headers) as answer:
            return Answered(answer.status_code, await _read(answer))
    except httpx.TimeoutException:
        raise NotLocatedError("the carrier took too long", reason="carrier-slow") from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        raise NotLocatedError("the carrier does not answer", reason="carrier-unreachable") from None


async def _read(answer: httpx.Response) -> bytes:
    data = bytearray()
    async for chunk in answer.aiter_bytes():
        data += chunk
        if len(data) > MAX_ANSWER:
            raise NotLocatedError("the carrier's answer is too long", reason="carrier-too-large")
    return bytes(data)
