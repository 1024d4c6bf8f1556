"""A carrier's two addresses on this machine for courier tests: tokens, and whatever the test has it answer."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from breakseal.courier.config import Camara, Mlp

CIRCLE: dict[str, Any] = {
    "lastLocationTime": "2027-01-15T08:00:00Z",
    "area": {"areaType": "CIRCLE", "center": {"latitude": 44.0572, "longitude": -123.0869}, "radius": 800},
}
TOKEN = {"access_token": "first", "token_type": "Bearer", "expires_in": 300}


@dataclass(frozen=True, slots=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes


class Carrier(ThreadingHTTPServer):
    """Answers tokens at `/token`, and everything else as the test says; keeps what it got."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[Request] = []
        self.token: tuple[int, object] = (200, TOKEN)
        self.answers: list[tuple[int, bytes]] = []
        """What is answered next; the last stays."""
        self.headers: dict[str, str] = {}
        self.silent = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def says(self, value: object, status: int = 200) -> None:
        self.answers = [(status, value if isinstance(value, bytes) else json.dumps(value).encode())]

    def asked(self, path: str) -> list[Request]:
        return [one for one in self.got if one.path == path]

    def encrypt(self, certificate: Path, key: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def camara(self, folder: Path, **changes: Any) -> Camara:
        known: dict[str, Any] = {
            "processor": "demo-phone", "base_url": self.url, "token_url": f"{self.url}/token",
            "client_id": "county:9", "secret_file": str(secret_file(folder)),
        }  # fmt: skip
        return Camara(**(known | changes))

    def mlp(self, folder: Path, **changes: Any) -> Mlp:
        known: dict[str, Any] = {
            "processor": "demo-phone", "url": f"{self.url}/mlp", "client_id": "a<b",
            "secret_file": str(secret_file(folder)),
        }  # fmt: skip
        return Mlp(**(known | changes))


class _Handler(BaseHTTPRequestHandler):
    server: Carrier
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:  # the library's name
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append(Request(self.path, headers, body))
        if self.path == "/token":
            status, value = self.server.token
            data = json.dumps(value).encode()
        else:
            status, data = self.server.answers[0]
            if len(self.server.answers) > 1:
                self.server.answers.pop(0)
        if self.server.headers.get("silent"):
            self.server.silent.wait(5)
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
        pass


@contextmanager
def running(carrier: Carrier) -> Iterator[Carrier]:
    thread = threading.Thread(target=carrier.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield carrier
    finally:
        carrier.silent.set()
        carrier.shutdown()
        thread.join()
        carrier.server_close()


def secret_file(folder: Path, text: str = "a secret/9\n") -> Path:
    path = folder / "carrier.secret"
    path.write_text(text, "utf-8")
    path.chmod(0o600)
    return path
