"""`breakseal callgate`: the call centre's side."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from breakseal.bootstrap import ambient
from breakseal.callgate import program
from breakseal.callgate.config import load_config
from breakseal.cli.output import say


@click.command()
@click.option(
    "--settings",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The callgate's settings (TOML); see docs/operate/callgate.md.",
)
def callgate(settings: Path) -> None:
    """Turn the phone system's call events into signed ones, in the call centre's own network."""
    asyncio.run(program.run(load_config(settings), ambient.clock(), ambient.entropy(), say))
