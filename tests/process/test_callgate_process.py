"""The callgate as its own process: killed with events in the spool while the web is down, it loses none."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from breakseal.ambient import SystemClock
from breakseal.callgate.sender import EventPost
from breakseal.kernel.model import canonical, signed
from breakseal.kernel.model.enrolments import Door, IngestKey, KeyholderKeys, Root
from breakseal.kernel.model.signers import Ed25519Signer
from breakseal.kernel.model.statements import CallEvent
from breakseal.kernel.seal import hpke
from tests.support.stage import TOKEN, _bound

SHOWN = {"authorization": f"Bearer {TOKEN}"}


class Web:
    """The two addresses of the web tier that the callgate uses; `answer` is the status for an event.

    As at the real one, an event told again counts once: what a callgate was posting when it was killed, this may
    read only after the next callgate has begun.
    """

    def __init__(self, ingest: bytes) -> None:
        self.events: list[CallEvent] = []
        self.answer = 202
        facts = msgspec.json.encode({"ingest": canonical.b64(ingest), "more": 1})
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._respond(200, facts)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if web.answer == 202:
                    event = signed.read(canonical.unb64(msgspec.json.decode(body, type=EventPost).event))[1]
                    assert isinstance(event, CallEvent)
                    if (event.call, event.seq) not in web.told():
                        web.events.append(event)
                self._respond(web.answer, b"{}")

            def _respond(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the base class names it so
                """Say nothing."""

        self.server = ThreadingHTTPServer(("localhost", 0), Handler)
        self.origin = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def told(self) -> list[tuple[str, int]]:
        """Return the call and number of each event, in the order of arrival."""
        return [(event.call, event.seq) for event in self.events]


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    keyholder = Ed25519Signer(ed25519.Ed25519PrivateKey.generate())
    now = SystemClock().now()
    point = canonical.b64(hpke.point_of(ec.generate_private_key(ec.SECP256R1()).public_key()))
    nonce = canonical.b64(bytes(16))
    ingest = IngestKey(issued=now, expires=now + 86_400, nonce=nonce, keyholder="kh", key=point)
    root = Root(
        issued=now, expires=now + 900, nonce=nonce, version=1, origin="log", witnesses="", set="s", needed=1,
        keyholders=(KeyholderKeys(id="kh", share=1, sign=keyholder.key),),
        door=Door(origin="http://d", rp_id="d", web_origin="http://w"), oversight=(), threshold=2, demo=True,
    )  # fmt: skip
    client = ed25519.Ed25519PrivateKey.generate()
    pem = client.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for name, data in (
        ("key.pem", pem),
        ("root.json", signed.write(root, keyholder)),
        ("token", TOKEN.encode()),
    ):
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    running = Web(signed.write(ingest, keyholder))
    yield running
    running.server.shutdown()
    running.server.server_close()


@contextmanager
def callgate(folder: Path, web: Web) -> Iterator[tuple[subprocess.Popen[str], str]]:
    bound = _bound()
    port = bound.getsockname()[1]
    bound.close()
    settings = folder / "callgate.toml"
    settings.write_text(
        f'org = "cedar"\nweb = "{web.origin}"\nkey = "key.pem"\nroot = "root.json"\ntoken = "token"\n'
        f'spool = "spool.db"\nport = {port}\n'
    )
    command = [sys.executable, "-m", "breakseal.cli.main", "callgate", "--settings", str(settings)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    intake = f"http://localhost:{port}"
    try:
        until(lambda: _state(intake).get("ingest_until", 0) != 0)
        yield process, intake
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=15)


def _state(intake: str) -> dict[str, object]:
    try:
        found: dict[str, object] = httpx.get(f"{intake}/v1/state", headers=SHOWN).json()
    except httpx.HTTPError:
        return {}
    return found


def until(true: Callable[[], object], seconds: float = 15.0) -> None:
    over = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < over, "it did not happen in time"
        time.sleep(0.05)


def report(intake: str, call: str, event: str, position: str = "1") -> int:
    body = {"call": call, "event": event, "number": "6085550117", "position": position}
    return httpx.post(f"{intake}/v1/events", json=body, headers=SHOWN).status_code


def test_nothing_is_lost_when_the_web_is_down_and_the_callgate_is_killed(tmp_path: Path, web: Web) -> None:
    web.answer = 503
    with callgate(tmp_path, web) as (process, intake):
        assert [report(intake, f"c{at}", "answered") for at in range(5)] == [202] * 5
        assert report(intake, "c0", "transferred", "2") == 202
        process.kill()
        process.wait(10)
    assert web.events == []
    assert b"5550117" not in b"".join(path.read_bytes() for path in tmp_path.glob("spool.db*"))
    web.answer = 202
    with callgate(tmp_path, web) as (_, intake):
        until(lambda: len(web.events) == 6)
        assert web.told() == [("c0", 1), ("c1", 1), ("c2", 1), ("c3", 1), ("c4", 1), ("c0", 2)]
        assert report(intake, "c0", "ended") == 202
        assert report(intake, "c0", "ended") == 202
        until(lambda: len(web.events) == 7)
        time.sleep(0.3)
        assert [event.seq for event in web.events if event.event == "ended"] == [3]


def test_its_output_tells_what_happens_and_no_number(tmp_path: Path, web: Web) -> None:
    with callgate(tmp_path, web) as (process, intake):
        report(intake, "c1", "answered")
        until(lambda: web.events)
        web.answer = 403
        report(intake, "c2", "answered")
        until(lambda: "refused" in _state(intake)["events"])  # type: ignore[operator] # a table of counts
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=15)
    assert "call c1 event 1: sent" in said
    assert "call c2 event 1: refused" in said
    assert "5550117" not in said
