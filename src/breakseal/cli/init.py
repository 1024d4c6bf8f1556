"""`breakseal init`: a new installation."""

from __future__ import annotations

from pathlib import Path

import click

from breakseal import config as settings
from breakseal.bootstrap import ambient, installation
from breakseal.cli import accounts
from breakseal.cli.output import json_option, say, show
from breakseal.config import FILE, Channel, Config, Courier, Listen, Settings
from breakseal.oversight import keyfile

_KEYS = """
Three oversight keys were made, because you named none. They are above everything: two of them
together can let organisations in and change who runs this. Do this now:

  1. Copy each folder to a stick of its own, or to paper:
{files}
  2. Give one to each of three people who will never ask to open a record: not the sheriff, not the
     call centre's head, not this computer's administrator.
  3. Remove the folders from this machine: rm -r {folder}

While they are here, whoever owns this machine can do all of it alone."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--web-origin", default="http://localhost:8911", show_default=True, help="What people's browsers open."
)
@click.option(
    "--door-origin", default="http://localhost:8912", show_default=True, help="The keyholder's own origin."
)
@click.option("--operator", default="", help="Who runs this, as the public pages name them.")
@click.option(
    "--oversight-key",
    "oversight",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Public key (PEM) of an overseer; name it three times. Without it three keys are made here.",
)
@json_option
def init(
    folder: Path,
    *,
    web_origin: str,
    door_origin: str,
    operator: str,
    oversight: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Make a new installation in FOLDER: keys, log, root statement and settings."""
    wanted = Settings(
        operator=operator,
        courier=Courier(
            name=operator or "Breakseal",
            desk=Channel(kind="desk", processor="own-desk", folder="courier/desk"),
        ),
        web=Listen(port=_port(web_origin), origin=web_origin),
        door=Listen(port=_port(door_origin), origin=door_origin),
    )
    config = Config(path=(folder / FILE).resolve(), settings=settings.parse(settings.render(wanted).encode()))
    keys = tuple(keyfile.read_public(path) for path in oversight)
    accounts.lay_out(config, apart=False)
    made = installation.found(config, ambient.clock(), ambient.entropy(), oversight=keys)
    if as_json:
        show(
            {
                "settings": str(config.path),
                "log_vkey": made.log.encode(),
                "oversight_keys": [str(path) for path in made.overseers],
                "statements": [str(path) for path in made.statements],
            }
        )
        return
    _tell(config, made)


def _tell(config: Config, made: installation.Founded) -> None:
    say(f"The installation is in {config.data}; its settings are in {config.path}.")
    say(f"The log's key, which receipts are checked with: {made.log.encode()}")
    if made.overseers:
        files = "\n".join(f"       {path.parent}" for path in made.overseers)
        say(_KEYS.format(files=files, folder=made.overseers[0].parent.parent))
    else:
        say("Each of these needs the signatures of two overseers (breakseal root sign FILE --key KEYFILE):")
        for path in made.statements:
            say(f"  {path}")
    say(f"\nThen: breakseal serve --config {config.path}")
    say(f"What is still missing here: breakseal doctor --config {config.path}")


def _port(origin: str) -> int:
    """Return the port of an origin; behind a proxy the settings name another later."""
    scheme, _, rest = origin.partition("://")
    text = rest.rpartition(":")[2]
    return int(text) if text.isdecimal() and len(text) <= 5 else (443 if scheme == "https" else 80)
