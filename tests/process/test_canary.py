"""`breakseal canary` against a running demo: every attack is refused; and a hole in front of it is found, by name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from breakseal.canary import clients, strangers
from breakseal.demo import town as people
from tests.support.brokenproxy import Cache, Hole, numbers, proxy, xml_accept, xml_suffix
from tests.support.demotown import DemoTown, running_demo

ALL = {one.name for one in (*strangers.ATTACKS, *clients.ATTACKS, *clients.AGREED)} | {
    "the-canarys-phone-agrees"
}
OPEN = {one.name for one in strangers.ATTACKS if one.needs == "nothing"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoTown]:
    with running_demo(tmp_path_factory.mktemp("town")) as town:
        yield town


def canary(*arguments: str) -> tuple[int, dict[str, Any]]:
    command = [sys.executable, "-m", "breakseal.cli.main", "canary", "--json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert done.stdout, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, told


def own(town: DemoTown, number: int, *nobody: int) -> list[str]:
    """Return the canary's own key, phone and numbers: others for each run, as a phone is asked thrice a day at most."""
    key = town.folder / "demo" / "roadside" / "client.pem"
    return [
        "--key", str(key), "--number", people.LOCATED_PHONES[number], "--phone-url", town.phone,
        *(part for one in nobody for part in ("--nobody", f"+120255501{one:02}")),
    ]  # fmt: skip


def findings(told: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: " ".join(one["found"]) for one in told["attacks"] if not one["held"]}


def test_every_attack_is_refused_by_a_running_instance(town: DemoTown) -> None:
    code, told = canary(
        "--url", town.web, "--door-url", town.door, "--try-url", town.tryout, *own(town, 20, 11, 12)
    )  # fmt: skip
    assert findings(told) == {}
    assert (code, told["ok"]) == (0, True)
    assert {one["name"] for one in told["attacks"] if one["ran"]} == ALL
    assert all(one["requests"] > 0 for one in told["attacks"] if one["name"] != "the-canarys-phone-agrees")


def test_without_a_key_what_anybody_can_try_is_tried(town: DemoTown) -> None:
    code, told = canary("--url", town.web)
    assert (code, {one["name"] for one in told["attacks"]}) == (0, OPEN)


@pytest.mark.parametrize(
    ("hole", "name"), [(xml_suffix, "addresses-without-consent"), (xml_accept, "formats-without-consent")]
)
def test_a_format_that_skips_the_check_is_found(town: DemoTown, hole: Hole, name: str) -> None:
    """LocationSmart's hole, in a proxy before a sound instance."""
    with proxy(town.web, hole) as broken:
        code, told = canary("--url", broken)
    assert code == 1
    assert told["ok"] is False
    assert "a place was told" in findings(told)[name]


def test_a_proxy_without_a_hole_is_not_accused(town: DemoTown) -> None:
    with proxy(town.web, lambda _: None) as sound:
        code, told = canary("--url", sound)
    assert (code, findings(told)) == (0, {})


def test_a_proxy_that_tells_numbers_apart_is_found(town: DemoTown) -> None:
    with proxy(town.web, numbers) as broken:
        code, told = canary("--url", broken, *own(town, 21, 13, 14))
    assert code == 1
    assert "numbers-read-alike" in findings(told)


def test_a_proxy_that_keeps_a_location_beyond_stop_is_found(town: DemoTown) -> None:
    with proxy(town.web, Cache()) as broken:
        code, told = canary("--url", broken, *own(town, 22, 15, 16))
    assert code == 1
    found = findings(told)
    assert "a place was told" in found["after-stop"]
    assert "a proof sent twice" in found["stolen-token"]


NOWHERE = "http://127.0.0.1:9"
BAD = [
    (), ("--url", "localhost:8911"), ("--url", "http://localhost:8911/api"), ("--url", NOWHERE),
    *(("--url", NOWHERE, *more) for more in (
        ("--number", "5550117"), ("--key", "/nowhere.pem"), ("--nobody", "+12025550111"), ("--phone-url", "http://x"),
        ("--number", "+12025550111"),
    )),
]  # fmt: skip


@pytest.mark.parametrize("arguments", BAD)
def test_bad_input_is_no_finding(arguments: tuple[str, ...]) -> None:
    code, told = canary(*arguments)
    assert code == 2
    assert told["ok"] is False
    assert told["error"]


def test_the_manual_page_names_every_attack() -> None:
    page = (Path(__file__).parents[2] / "docs/operate/canary.md").read_text("utf-8")
    assert [name for name in sorted(ALL) if f"`{name}`" not in page] == []
