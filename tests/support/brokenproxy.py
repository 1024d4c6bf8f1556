"""A proxy before the web tier that has one of the holes that such have had in real life, to show that it is found."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

RETRIEVE = "/location-retrieval/v0.5/retrieve"
XML = b"<location><latitude>44.05</latitude><longitude>-123.08</longitude></location>"


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Hole = Callable[[Asked], tuple[int, str, bytes] | None]
"""What answers by itself: status, media type, body; None passes the request on."""


def xml_suffix(asked: Asked) -> tuple[int, str, bytes] | None:
    """The check was forgotten for `.xml`."""
    return (200, "application/xml", XML) if asked.path.endswith(".xml") else None


def xml_accept(asked: Asked) -> tuple[int, str, bytes] | None:
    """The check was forgotten where XML is asked for (LocationSmart, 2018)."""
    wanted = "application/xml" in asked.headers.get("accept", "")
    return (200, "application/xml", XML) if wanted and asked.path == RETRIEVE else None


def numbers(asked: Asked) -> tuple[int, str, bytes] | None:
    """Asking about a number that nobody has is answered otherwise."""
    nobody = asked.path == "/oauth/bc-authorize" and b"1202555" in asked.body and b"e30.e30" not in asked.body
    return (400, "application/json", b'{"error":"unknown_user_id"}') if nobody else None


class Cache:
    """Keeps the last location and gives it to whoever asks next, consent or not."""

    def __init__(self) -> None:
        self.kept: bytes | None = None

    def __call__(self, asked: Asked) -> tuple[int, str, bytes] | None:
        if self.kept is None or asked.path != RETRIEVE:
            return None
        return 200, "application/json", self.kept


class _Handler(BaseHTTPRequestHandler):
    """Answers by the hole, or passes on, whatever the method is."""

    protocol_version = "HTTP/1.1"
    hole: Hole
    forward: httpx.Client

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65_537)
        self.close_connection = True
        if self.raw_requestline and self.parse_request():
            self._answer()
            self.wfile.flush()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        status, kind, content = type(self).hole(asked) or self._passed_on(asked)
        self.send_response_only(status)
        self.send_header("content-type", kind)
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _passed_on(self, asked: Asked) -> tuple[int, str, bytes]:
        skipped = {"host", "content-length", "accept-encoding"}
        headers = [(name, value) for name, value in self.headers.items() if name.lower() not in skipped]
        answer = self.forward.request(asked.method, asked.path, headers=headers, content=asked.body)
        hole = type(self).hole
        if isinstance(hole, Cache) and asked.path == RETRIEVE and answer.status_code == 200:
            hole.kept = answer.content
        return answer.status_code, answer.headers.get("content-type", ""), answer.content

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 # the base class names it so
        """Say nothing."""


@contextmanager
def proxy(before: str, hole: Hole) -> Iterator[str]:
    """Yield the origin of a proxy before the web tier at `before`, with `hole` in it."""
    with httpx.Client(base_url=before, timeout=30) as forward:
        handler = type("Handler", (_Handler,), {"hole": staticmethod(hole), "forward": forward})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
