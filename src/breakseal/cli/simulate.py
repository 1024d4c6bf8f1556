"""`breakseal simulate`: the other side of an outer protocol, as a program of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from breakseal.bootstrap import ambient
from breakseal.cli.output import say
from breakseal.simulate.carrier import program
from breakseal.simulate.carrier.settings import load_settings


@click.group()
def simulate() -> None:
    """Play an outside party, for trying out and for tests; never for real people."""


@simulate.command()
@click.option(
    "--settings",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The carrier's settings (TOML): its client, and its subscribers with their tracks.",
)
def carrier(settings: Path) -> None:
    """Be a mobile carrier that tells where its subscribers are (CAMARA location-retrieval)."""
    found = load_settings(settings)
    network = program.build(found, settings.parent, ambient.clock(), ambient.entropy())
    say(f"carrier  http://{found.host}:{found.port}, {len(found.subscribers)} subscribers")
    asyncio.run(program.run(found, network))
