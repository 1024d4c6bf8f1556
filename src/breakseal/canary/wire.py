"""HTTP as it is spelt: addresses, methods and headers go out as given, which client libraries would put right."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from breakseal.canary.variants import Headers
from breakseal.kernel.errors import ConfigError, UnavailableError

TIMEOUT = 20.0
MOST = 1024 * 1024
PLACE_WORDS = ("latitude", "longitude", "lastlocation", "verificationresult", "coordinates", "<lat", '"lat"')
"""Words of an answer that could hold a place, in whatever format."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: status, headers as (lower-case name, value), and body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    @property
    def tells_a_place(self) -> bool:
        """Whether there is any word in it that goes with a place."""
        text = self.body.decode("utf-8", "replace").lower()
        return any(word in text for word in PLACE_WORDS)

    @property
    def alike(self) -> tuple[int, int, tuple[str, ...]]:
        """What must not differ between two numbers where a body holds something random: status, size, headers."""
        return self.status, len(self.body), tuple(sorted(name for name, _ in self.headers))

    def whole(self, besides: frozenset[str] = frozenset()) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        """Return all of it, but for the headers `besides` and the time of day."""
        kept = tuple(sorted(pair for pair in self.headers if pair[0] not in besides | {"date"}))
        return self.status, self.body, kept

    def unsteady(self, other: Reply) -> frozenset[str]:
        """Return the headers in which two answers to one request differ, such as a proxy's own number of it."""
        return frozenset(name for name, _ in set(self.headers) ^ set(other.headers))

    def member(self, name: str) -> str:
        """Return a member of a JSON body as text, empty without one."""
        try:
            tree: Any = json.loads(self.body)
        except ValueError:
            return ""
        return str(tree.get(name, "")) if isinstance(tree, dict) else ""


class Wire:
    """Sends to one origin, a connection for each request; counts what it sent."""

    def __init__(self, origin: str, trust: ssl.SSLContext | None = None) -> None:
        """Take an origin ("https://host[:port]", no path).

        Raises:
            ConfigError: it is none.
        """
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
            raise ConfigError(f"`{origin}` is not an origin: write it as https://host or https://host:port")
        self.origin = origin
        self.host = parts.netloc
        self.sent = 0
        self._secure = parts.scheme == "https"
        self._name, self._port = parts.hostname, parts.port
        self._trust = trust or ssl.create_default_context()

    def send(self, method: str, address: str, headers: Headers | None = None, body: bytes = b"") -> Reply:
        """Return the answer to one request.

        Raises:
            UnavailableError: nobody answers.
        """
        self.sent += 1
        connection = self._connection()
        try:
            connection.putrequest(method, address, skip_host=True, skip_accept_encoding=True)
            for name, value in [("host", self.host), *(headers or []), ("content-length", str(len(body)))]:
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            read = answer.read(MOST)
            told = tuple((name.lower(), value) for name, value in answer.getheaders())
            return Reply(answer.status, told, read)
        except (OSError, http.client.HTTPException) as error:
            raise UnavailableError(f"`{self.origin}` does not answer", reason="server-unavailable") from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._name, self._port, timeout=TIMEOUT, context=self._trust)
        return http.client.HTTPConnection(self._name, self._port, timeout=TIMEOUT)
