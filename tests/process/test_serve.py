"""The real processes of `breakseal serve --demo`: they start, are kept running, and stop."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from breakseal.bootstrap import ambient
from breakseal.bootstrap.journal import FIELDS
from breakseal.cli import main
from breakseal.demo import instance, places
from breakseal.demo.instance import Running
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.signers import P256Signer
from breakseal.kernel.model.statements import Hello
from breakseal.oversight.founding import Stamp
from tests.support.parts import pids, until

PARTS = {"keyholder", "courier", "web", "callgate", "phone", "carrier", "roadside", "courthouse", "tryout"}


@pytest.fixture(scope="module")
def demo() -> Iterator[Running]:
    with instance.running() as own:
        yield own


def facts(demo: Running, surface: str = "web") -> int:
    settings = demo.config.settings.web if surface == "web" else demo.config.settings.door
    try:
        return httpx.get(f"{settings.origin}/api/facts", timeout=10.0).status_code
    except httpx.HTTPError:
        return 0


def hello(demo: Running) -> int:
    """Sign in with a key that nobody knows; the keyholder must be asked."""
    signer = P256Signer(ec.generate_private_key(ec.SECP256R1()), "session")
    stamp = Stamp(ambient.clock(), ambient.entropy())(300)
    statement = Hello(**stamp, origin=demo.config.settings.web.origin)
    body = {"signed": b64(signed.write(statement, signer))}
    return httpx.post(f"{demo.config.settings.web.origin}/api/hello", json=body, timeout=20.0).status_code


def told(demo: Running) -> str:
    return demo.output.read_text(errors="replace")


def test_every_part_is_a_process_and_answers(demo: Running) -> None:
    found = pids(demo.config)
    assert set(found) == PARTS
    assert len(set(found.values())) == len(PARTS)
    assert (facts(demo), facts(demo, "door")) == (200, 200)
    assert httpx.get(f"{demo.config.settings.door.origin}/log/checkpoint", timeout=10.0).status_code == 200
    pages = (places.phone_origin, places.roadside_origin, places.courthouse_origin, places.tryout_origin)
    for page in (origin(demo.config) for origin in pages):
        assert httpx.get(page, timeout=10.0).status_code == 200


def test_the_terminal_says_what_to_open_first(demo: Running) -> None:
    until(lambda: "10. Stop with Ctrl-C" in told(demo), "the greeting")
    lines = [
        line for line in told(demo).splitlines() if line[:2] in {f"{number}." for number in range(1, 10)}
    ]
    assert len(lines) == 9
    assert demo.config.settings.web.origin in lines[0]
    assert "Not guaranteed here" in told(demo)
    assert "--tls-cert" in told(demo)


def test_sockets_and_stores_are_closed_to_others(demo: Running) -> None:
    for name in ("web", "courier", "admin", "courier-web"):
        mode = demo.config.socket(name).stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert mode & 0o007 == 0, name
    assert demo.config.socket("admin").stat().st_mode & 0o777 == 0o600
    for store in (demo.config.register, demo.config.log_store, demo.config.records, demo.config.calls):
        assert store.stat().st_mode & 0o077 == 0, store.name


@pytest.mark.parametrize(
    "name", ["web", "courier", "callgate", "phone", "carrier", "roadside", "courthouse", "tryout"]
)
def test_a_part_that_dies_is_started_again(demo: Running, name: str) -> None:
    first = pids(demo.config)
    os.kill(first[name], signal.SIGKILL)
    until(lambda: pids(demo.config).get(name, first[name]) != first[name], f"another {name}")
    until(lambda: f"{name} is back" in told(demo), "the word that it is back")
    others = {key: value for key, value in pids(demo.config).items() if key != name}
    assert others == {key: value for key, value in first.items() if key != name}
    until(lambda: facts(demo) == 200, "the web's answer")


def test_without_its_keyholder_the_web_says_so_and_recovers(demo: Running) -> None:
    os.kill(pids(demo.config)["keyholder"], signal.SIGKILL)
    until(lambda: hello(demo) == 503, "an honest answer")
    until(lambda: "keyholder is back" in told(demo), "the word that it is back")
    until(lambda: facts(demo) == 200 and facts(demo, "door") == 200, "web and door")


def test_a_taken_port_stops_the_second_start_only(demo: Running) -> None:
    before = pids(demo.config)
    command = [sys.executable, "-P", "-m", "breakseal.cli.main", "serve", "--demo"]
    command += ["--config", str(demo.config.path), "--web-port", str(demo.config.settings.web.port)]
    command += ["--door-port", str(demo.config.settings.door.port)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 2
    assert second.stderr.startswith("breakseal: cannot listen on")
    assert second.stderr.count("\n") == 1
    assert pids(demo.config) == before


def test_what_parts_say_has_allowed_members_only(demo: Running) -> None:
    lines = [json.loads(line) for line in told(demo).splitlines() if line.startswith('{"part"')]
    assert all(set(line) <= FIELDS for line in lines)


def test_a_story_plays_on_a_running_demo(demo: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["demo", "story", "call", "--config", str(demo.config.path), "--json"]) == 0
    steps = [step["name"] for step in json.loads(capsys.readouterr().out)["steps"]]
    assert steps[:5] == ["sign-up", "phone", "profile", "call", "opening"]
    assert steps[-1] == "new call after erasure"


def test_ctrl_c_stops_everything() -> None:
    with instance.running() as own:
        own.process.send_signal(signal.SIGINT)
        assert own.process.wait(30) == 0
        assert pids(own.config) == {}
        assert own.output.read_text().rstrip().endswith("stopped")


def test_parts_end_when_their_supervisor_is_killed() -> None:
    with instance.running() as own:
        own.process.kill()
        own.process.wait(10)
        until(lambda: not pids(own.config), "the parts to end by themselves")
