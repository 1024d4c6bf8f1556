"""Whom `doctor` and the public page name as suspended."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import msgspec

from breakseal import config
from breakseal.bootstrap.suspended import suspended
from breakseal.cli import main
from breakseal.keyholder.protocol import OrganisationFact
from breakseal.keyholder.register.organisations import PROOF_LIFE
from tests.support.courier import NOON, SetClock, free_port
from tests.support.locating import Locating
from tests.support.webapp import WebWorld, in_web


def fact(name: str, until: int, kind: str = "company") -> OrganisationFact:
    return OrganisationFact(
        org=name.lower(), name=name, kind=kind, places=(), active_from=0, roster_until=0, proved_until=until
    )


@contextmanager
def door(port: int, said: bytes) -> Iterator[None]:
    """Serve `said` as the door's facts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/api/facts" else 404)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_doctor_names_companies_that_nobody_vouched_for_this_quarter(tmp_path: Path) -> None:
    port, where = free_port(), tmp_path / "one/breakseal.toml"
    origin = f"http://localhost:{port}"
    init = ["init", str(tmp_path / "one"), "--door-origin", origin]
    assert main.run(init) == 0
    installed = config.load(where)
    facts = (fact("Lapsed", NOON), fact("Proved", NOON + 1), fact("Centre", 0, "call-centre"))
    clock = SetClock(NOON)
    assert suspended(installed, clock) == (), "no door"
    with door(port, json.dumps({"organisations": msgspec.to_builtins(facts), "more": 1}).encode()):
        (found,) = suspended(installed, clock)
    assert (found.id, "Lapsed" in found.means, "`lapsed`" in found.mend) == ("suspended-client", True, True)
    for said in (b"not json", b'{"organisations": 1}'):
        with door(port, said):
            assert suspended(installed, clock) == ()


def test_the_public_page_says_until_when_and_who_is_suspended(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        Locating(web.world)
        page = (await web.http.get("/public", headers={"accept": "text/html"})).text
        assert "May ask people where their phone is until 2026-" in page or "until 2027-" in page
        assert "Suspended since" not in page
        web.world.clock.time += PROOF_LIFE
        page = (await web.http.get("/public?lang=es", headers={"accept": "text/html"})).text
        assert "Suspendida desde el " in page

    in_web(tmp_path, work)
