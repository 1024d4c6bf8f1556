"""`breakseal key`: key files."""

from __future__ import annotations

from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric import ed25519

from breakseal.cli.output import json_option, say, show
from breakseal.kernel.model.shortcode import short_code
from breakseal.oversight import keyfile


@click.group()
def key() -> None:
    """Make and look at key files (overseers, call-handling systems)."""


@key.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def new(file: Path, *, as_json: bool) -> None:
    """Make a signing key in FILE, and its public half beside it in FILE.pub."""
    private = ed25519.Ed25519PrivateKey.generate()
    public = keyfile.public_of(private)
    keyfile.write_private(file, private)
    beside = file.with_name(f"{file.name}.pub")
    keyfile.write_public(beside, public)
    _tell(beside, public.id, short_code(public), as_json=as_json)


@key.command("show")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def show_key(file: Path, *, as_json: bool) -> None:
    """Show the name and the short code of the public key in FILE (PEM, or the door's JSON), to be compared by voice."""
    public = keyfile.read_described(file)
    _tell(file, public.id, short_code(public), as_json=as_json)


def _tell(file: Path, name: str, code: str, *, as_json: bool) -> None:
    if as_json:
        show({"public": str(file), "id": name, "code": code})
        return
    say(f"public key  {file}")
    say(f"name        {name}")
    say(f"short code  {code}")
