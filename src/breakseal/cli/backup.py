"""`breakseal backup`: copies of the stores."""

from __future__ import annotations

from pathlib import Path

import click

from breakseal.bootstrap import copies
from breakseal.cli.output import config_option, json_option, say, show
from breakseal.config import load


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@config_option
@json_option
def backup(folder: Path, *, config_path: Path, as_json: bool) -> None:
    """Copy the stores of a running installation to the new FOLDER. No key is in it."""
    config = load(config_path)
    files = copies.back_up(config, folder)
    if as_json:
        show({"ok": True, "folder": str(folder), "files": {str(one): one.stat().st_size for one in files}})
        return
    for one in files:
        say(f"  {one.stat().st_size:>10}  {one}")
    say("Not in it, on purpose: the epoch keys and the services' keys. Keep copies of those apart, and let")
    say(f"each epoch key's copy die with it: {config.epochs}")
    say(f"services' keys: {config.key('keyholder').parent} and {config.key('courier').parent}")
