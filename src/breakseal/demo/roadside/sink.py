"""The company's sink: an address on this machine at which it is told when a phone enters or leaves an area."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec

MAX_EVENT = 64 * 1024


class Event(msgspec.Struct, frozen=True):
    """What is read of a CloudEvent: its id, and its type in CAMARA's words."""

    id: str
    type: str

    @property
    def name(self) -> str:
        """The last word of the type, such as `area-entered`."""
        return self.type.rpartition(".")[2]


class Sink(ThreadingHTTPServer):
    """Hears events; `heard` has them in the order in which they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[Event] = []

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_address[1]}/events"


class _Handler(BaseHTTPRequestHandler):
    server: Sink

    def do_POST(self) -> None:  # the library's name
        size = min(int(self.headers.get("content-length", "0")), MAX_EVENT)
        try:
            self.server.heard.append(msgspec.json.decode(self.rfile.read(size), type=Event))
            status = 204
        except msgspec.MsgspecError:
            status = 400
        self.send_response(status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the library's name
        """Say nothing: an event is somebody's."""


@contextmanager
def listening() -> Iterator[Sink]:
    """Hear events while the block runs."""
    sink = Sink()
    thread = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        sink.shutdown()
        thread.join()
        sink.server_close()
