"""`breakseal serve`: the whole installation on this machine."""

from __future__ import annotations

import asyncio
import socket
import textwrap
from collections.abc import Callable
from pathlib import Path

import click

from breakseal import config as settings
from breakseal.bootstrap import handing_in, standing, tls
from breakseal.cli import accounts, demo_town
from breakseal.cli.output import config_option, say
from breakseal.cli.part import bind
from breakseal.cli.supervisor import Part, Supervisor
from breakseal.config import Config
from breakseal.kernel.errors import ConfigError


@click.command()
@config_option
@click.option("--demo", is_flag=True, help="A small town with ready people; no delays, no real data.")
@click.option(
    "--host", default="", help="Demo only: the name by which other machines reach this one; needs TLS."
)
@click.option(
    "--tls-cert", default="", type=click.Path(dir_okay=False), help="Demo only: certificate chain (PEM)."
)
@click.option(
    "--tls-key", default="", type=click.Path(dir_okay=False), help="Demo only: the certificate's key."
)
@click.option("--web-port", default=8911, show_default=True, type=click.IntRange(1, 65535), help="Demo only.")
@click.option(
    "--door-port", default=8912, show_default=True, type=click.IntRange(1, 65535), help="Demo only."
)
def serve(
    config_path: Path, *, demo: bool, host: str, tls_cert: str, tls_key: str, web_port: int, door_port: int
) -> None:
    """Start all parts of an installation, keep them running, and stop them at Ctrl-C."""
    if demo:
        place = demo_town.Place(host, tls_cert, tls_key, web_port, door_port)
        config = demo_town.prepare(config_path, place)
    else:
        config = _real(config_path, narrowed=(host, tls_cert, tls_key))
    settings.check(config)
    web, door = config.settings.web, config.settings.door
    sockets = {"web": bind(web.host, web.port), "keyholder": bind(door.host, door.port)}
    shared = accounts.why_shared(config)
    tls.hand_out(config)
    accounts.lay_out(config, apart=not shared)
    _say_missing(config, shared)
    asyncio.run(_run(config, _parts(config, sockets, apart=not shared)))


def _real(config_path: Path, narrowed: tuple[str, ...]) -> Config:
    if any(narrowed):
        raise ConfigError(
            "--host, --tls-cert and --tls-key are for --demo: write them into the settings file"
        )
    config = settings.load(config_path)
    if config.settings.demo:
        raise ConfigError(
            "these are a demo's settings: start with --demo, or make an installation with `breakseal init`"
        )
    return config


def _parts(config: Config, sockets: dict[str, socket.socket], *, apart: bool) -> tuple[Part, ...]:
    named = accounts.accounts(config)
    core = tuple(
        Part(
            name,
            ("-m", "breakseal.cli.main", "part", name, "--config", str(config.path)),
            (sockets[name],) if name in sockets else (),
            named[name] if apart else None,
        )
        for name in settings.PARTS
    )
    return core + (demo_town.parts(config, apart=apart) if config.settings.demo else ())


async def _run(config: Config, parts: tuple[Part, ...]) -> None:
    supervisor = Supervisor(parts, say)
    supervisor.watch()
    core = len(settings.PARTS)
    try:
        if await supervisor.start(parts[:core]):
            await handing_in.hand_in(config, _told("statement", say))
            if config.settings.demo:
                await asyncio.to_thread(demo_town.settle, config, say)
        if await supervisor.start(parts[core:]):
            _say_ready(config)
            await supervisor.wait()
    finally:
        await supervisor.stop()
        say("stopped")


def _told(what: str, tell: Callable[[str], None]) -> Callable[[str], None]:
    return lambda text: tell(f"{what} {text}")


def _say_ready(config: Config) -> None:
    if config.settings.demo:
        demo_town.greet(config, say)
    else:
        say(f"web   {config.settings.web.origin}")
        say(f"door  {config.settings.door.origin}")
        say("Ctrl-C stops it.")


def _say_missing(config: Config, shared: str) -> None:
    """Print, in one block, what this installation does not guarantee."""
    found = standing.missing(config, shared)
    if not found:
        return
    say("Not guaranteed here (breakseal doctor says what to do):")
    for one in found:
        say(textwrap.fill(one.means, 100, initial_indent="  - ", subsequent_indent="    "))
    say()
