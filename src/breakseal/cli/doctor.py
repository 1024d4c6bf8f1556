"""`breakseal doctor`: what this installation does not guarantee."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from breakseal.bootstrap import ambient, standing
from breakseal.bootstrap.suspended import suspended
from breakseal.cli.accounts import why_shared
from breakseal.cli.output import config_option, json_option, say, show
from breakseal.config import load


@click.command()
@config_option
@json_option
def doctor(config_path: Path, *, as_json: bool) -> None:
    """Name each guarantee that is missing in this installation, and what would bring it. Always exits with 0."""
    config = load(config_path)
    found = (*standing.missing(config, why_shared(config)), *suspended(config, ambient.clock()))
    if as_json:
        show({"ok": not found, "missing": [asdict(one) for one in found]})
        return
    if not found:
        say("Nothing that this program can see is missing.")
    for one in found:
        say(f"{one.id}")
        say(f"  means  {one.means}")
        say(f"  mend   {one.mend}")
    say(
        "\nNot seen from here: whether the overseers are apart, who else has root on this machine, backups elsewhere."
    )
