"""A demo of its own for one story: free ports, a folder that goes away, the same program that people start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from breakseal.config import Config, load
from breakseal.demo import places
from breakseal.kernel.errors import UnavailableError

OUTPUT = "serve.log"
START_SECONDS = 90.0
_ROWS = 1_400
"""Rows of ports that are tried, from 21000 up."""
STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Running:
    """A demo that runs: its settings, the process that keeps it, and what it prints."""

    config: Config
    process: subprocess.Popen[bytes]
    output: Path


@contextmanager
def running() -> Iterator[Running]:
    """Yield a running demo; it and its folder are gone at the end.

    Raises:
        UnavailableError: it did not start.
    """
    with tempfile.TemporaryDirectory(prefix="breakseal-demo-", ignore_cleanup_errors=True) as folder:
        # Other accounts must pass, or the parts could not have accounts of their own.
        Path(folder).chmod(0o711)
        with _kept(Path(folder) / "breakseal.toml", free_ports()) as own:
            yield own


@contextmanager
def started(config: Config) -> Iterator[Running]:
    """Yield a demo that was made before, running again; raises as `running`."""
    with _kept(config.path, (config.settings.web.port, config.settings.door.port)) as own:
        yield own


@contextmanager
def _kept(path: Path, ports: tuple[int, int]) -> Iterator[Running]:
    process = _start(path, ports)
    try:
        yield Running(_await_ready(path, process), process, path.parent / OUTPUT)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def answers(config: Config) -> bool:
    """Tell whether the demo of `config` runs, down to the last of its own programs."""
    others = (places.roadside_origin(config), places.courthouse_origin(config), places.tryout_origin(config))
    pages = (f"{places.phone_origin(config)}/api/state", *others)
    try:
        return all(httpx.get(page, timeout=5.0, verify=False).is_success for page in pages)  # noqa: S501 # only whether it is there
    except httpx.HTTPError:
        return False


def _start(path: Path, ports: tuple[int, int]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", "breakseal.cli.main", "serve", "--demo", "--config", str(path)]
    command += ["--web-port", str(ports[0]), "--door-port", str(ports[1])]
    output = (path.parent / OUTPUT).open("wb")
    with output:
        return subprocess.Popen(  # noqa: S603 # our own program
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )


def _await_ready(path: Path, process: subprocess.Popen[bytes]) -> Config:
    for _ in range(int(START_SECONDS * 4)):
        if process.poll() is not None:
            raise UnavailableError(f"the demo did not start: {_last_line(path.parent / 'serve.log')}")
        if path.exists():
            config = load(path)
            if answers(config):
                return config
        time.sleep(0.25)
    raise UnavailableError("the demo did not start in time")


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return next((line for line in reversed(lines) if line.startswith("breakseal:")), "see its output")


def free_ports() -> tuple[int, int]:
    """Return two neighbouring free ports after which those of the demo's own programs are free too.

    Below the range from which systems take ports for connections, and from a place of this process's own, so that
    two that start at once do not meet.
    """
    begin = os.getpid() * 31 % _ROWS
    for row in range(_ROWS):
        port = 21_000 + (begin + row) % _ROWS * places.PORTS
        if all(_is_free(port + step) for step in range(places.PORTS)):
            return port, port + 1
    raise UnavailableError("there are no free ports")


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
