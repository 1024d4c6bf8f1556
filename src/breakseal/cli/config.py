"""`breakseal config`: the settings."""

from __future__ import annotations

from pathlib import Path

import click

from breakseal import config as settings
from breakseal.cli.output import config_option, json_option, read_input, say, show
from breakseal.oversight import founding


@click.group()
def config() -> None:
    """Look at the settings of an installation."""


@config.command()
@config_option
@json_option
def check(config_path: Path, *, as_json: bool) -> None:
    """Say whether an installation could start with its settings, and stop at what it could not."""
    found = settings.load(config_path)
    settings.check(found)
    root = founding.read_root(read_input(found.root_file))
    if as_json:
        show({"ok": True, "settings": str(found.path), "data": str(found.data), "demo": root.demo})
        return
    say(f"{found.path}: good")
    say(f"  web   {found.settings.web.origin}")
    say(f"  door  {found.settings.door.origin}")
    say(f"  data  {found.data}")
