"""The demo, whole and real, as `breakseal serve --demo` starts it: its own processes, ports and folder."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from breakseal.demo import instance

START_SECONDS = 90


@dataclass(frozen=True, slots=True)
class DemoTown:
    """Where the demo is; `folder` holds its settings and the messages that phones got."""

    web: str
    door: str
    folder: Path

    @property
    def phone(self) -> str:
        """The demo's telephone page."""
        return self._after_door(1)

    @property
    def roadside(self) -> str:
        """The page of the company that asks where a phone is."""
        return self._after_door(3)

    @property
    def courthouse(self) -> str:
        """The page of the court."""
        return self._after_door(5)

    @property
    def tryout(self) -> str:
        """The page on which one has one's own phone asked."""
        return self._after_door(6)

    def _after_door(self, steps: int) -> str:
        host, _, port = self.door.rpartition(":")
        return f"{host}:{int(port) + steps}"

    def code(self, number: str) -> str:
        """Return the newest code that came to a phone."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            files = sorted((self.folder / "demo/phone").glob("*.json"))
            texts = [each["text"] for each in map(_read, files) if each["to"] == number]
            if texts:
                found = re.search(r"\d{6}", texts[-1])
                assert found is not None
                return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no code came to {number}")


@contextmanager
def running_demo(folder: Path) -> Iterator[DemoTown]:
    """Yield a running demo with its ports in a row; it stops with the block."""
    web, door = instance.free_ports()
    command = [
        sys.executable, "-m", "breakseal.cli.main", "serve", "--demo", "--config", str(folder / "breakseal.toml"),
        "--web-port", str(web), "--door-port", str(door),
    ]  # fmt: skip
    with (folder / "said.txt").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            town = DemoTown(f"http://localhost:{web}", f"http://localhost:{door}", folder)
            _wait(process, town)
            yield town
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], town: DemoTown) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        said = (town.folder / "said.txt").read_text("utf-8")
        assert process.poll() is None, said
        if "Stop with Ctrl-C" in said and httpx.get(f"{town.web}/api/facts").is_success:
            return
        time.sleep(0.3)
    raise AssertionError("the demo did not start: " + (town.folder / "said.txt").read_text("utf-8"))


def _read(path: Path) -> dict[str, str]:
    read: dict[str, str] = json.loads(path.read_text("utf-8"))
    return read
