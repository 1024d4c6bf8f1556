"""`breakseal part`: the program of one process; `serve` and service files start it."""

from __future__ import annotations

import importlib
import os
import socket
from contextlib import ExitStack
from pathlib import Path

import click

from breakseal import config as settings
from breakseal.bootstrap import serving
from breakseal.bootstrap.journal import Journal
from breakseal.bootstrap.tether import Tether
from breakseal.cli.output import config_option
from breakseal.config import Config, Listen
from breakseal.kernel.errors import ConfigError

BACKLOG = 1024
PROGRAMS = {
    "keyholder": "breakseal.bootstrap.keyholder",
    "courier": "breakseal.bootstrap.courier",
    "web": "breakseal.bootstrap.web",
    "callgate": "breakseal.demo.gate",
    "phone": "breakseal.demo.telephone",
    "carrier": "breakseal.demo.carrier",
    "roadside": "breakseal.demo.roadside.program",
    "courthouse": "breakseal.demo.courthouse.program",
    "tryout": "breakseal.demo.tryout",
}
"""The module of each part; a process loads its own alone."""
SURFACES = {"web": "web", "keyholder": "door"}
"""The parts that serve browsers, and the table of the settings that says where."""


@click.command(hidden=True)
@click.argument("name", type=click.Choice(list(PROGRAMS)))
@config_option
@click.option("--tether", "tether_fd", type=int, help="The starter's socket, inherited.")
@click.option("--fd", "fds", type=int, multiple=True, help="A bound socket, inherited.")
def part(name: str, config_path: Path, tether_fd: int | None, fds: tuple[int, ...]) -> None:
    """Run one part in this process."""
    os.umask(0o077)
    config = settings.load(config_path)
    settings.check(config, tuple(one for one in settings.PARTS if one == name))
    Journal(name).adopt_logging()
    program = importlib.import_module(PROGRAMS[name])
    surface = _surface(config, name)
    sockets = [socket.socket(fileno=fd) for fd in fds] or (
        [bind(surface.host, surface.port)] if surface else []
    )
    serving.run(program.run(config, Tether(tether_fd), *sockets))


def _surface(config: Config, name: str) -> Listen | None:
    table = SURFACES.get(name)
    return None if table is None else getattr(config.settings, table)


def bind(host: str, port: int) -> socket.socket:
    """Return a socket bound to `host` and `port`.

    Raises:
        ConfigError: the port is taken, or the host is none of this machine's.
    """
    with ExitStack() as undo:
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            bound = undo.enter_context(socket.socket(family[0], socket.SOCK_STREAM))
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(family[4])
            bound.listen(BACKLOG)
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host} port {port}: {error.strerror}; stop what uses it, or name another"
            ) from error
        undo.pop_all()
    return bound
