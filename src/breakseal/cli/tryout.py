"""`breakseal tryout`: the public page on which anybody has their own phone asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from breakseal.bootstrap import ambient
from breakseal.cli.output import say
from breakseal.tryout import program
from breakseal.tryout.config import load_config


@click.command()
@click.option(
    "--settings",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The page's settings (TOML), with its enrolled client key; see docs/operate/tryout.md.",
)
def tryout(settings: Path) -> None:
    """Serve "try it on your own phone": one question to one phone, one rough answer, then it is over."""
    asyncio.run(program.run(load_config(settings), ambient.clock(), ambient.entropy(), say))
