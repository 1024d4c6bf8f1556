"""`breakseal root`: statements that the overseers sign."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from breakseal.bootstrap import ambient
from breakseal.cli.output import config_option, json_option, read_input, say, show, write_output
from breakseal.config import load
from breakseal.kernel.errors import RequestError
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.signed import MAX_SIGNATURES, Signed
from breakseal.kernel.model.statements import Statement
from breakseal.oversight import founding, keyfile


@click.group()
def root() -> None:
    """Sign and look at statements of the root: who oversees, who is let in, which policy holds."""


@root.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The overseer's private key (PEM).",
)
@json_option
def sign(file: Path, *, key_file: Path, as_json: bool) -> None:
    """Add an overseer's signature to the statement in FILE. Read it first with `root show`."""
    statement, signed = founding.read_draft(read_input(file))
    if not isinstance(statement, founding.ROOT_SIGNED):
        raise RequestError("this is not a statement that overseers sign")
    if len(signed.signatures) >= MAX_SIGNATURES:
        raise RequestError(f"a statement has at most {MAX_SIGNATURES} signatures")
    if statement.expires < ambient.clock().now():
        raise RequestError("the statement is past its date: prepare it anew")
    signed = founding.add_signature(signed, keyfile.read_signer(key_file))
    write_output(file, founding.envelope_bytes(signed))
    _tell(file, statement, signed, as_json=as_json)


@root.command("show")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def show_statement(file: Path, *, as_json: bool) -> None:
    """Show what the statement in FILE says and who signed it."""
    statement, signed = founding.read_draft(read_input(file))
    _tell(file, statement, signed, as_json=as_json)


@root.command()
@config_option
@json_option
def state(config_path: Path, *, as_json: bool) -> None:
    """Show the root of an installation, its signatures checked."""
    config = load(config_path)
    data = read_input(config.root_file)
    statement = founding.read_root(data)
    _, signed = founding.read_draft(data)
    _tell(config.root_file, statement, signed, as_json=as_json)


def _tell(file: Path, statement: Statement, signed: Signed, *, as_json: bool) -> None:
    members = msgspec.to_builtins(statement)
    names = [one.key for one in signed.signatures]
    if as_json:
        show({"file": str(file), "statement": members, "signed_by": names, "needed": _needed(statement)})
        return
    say(f"{file}: {members['type']}")
    for name, value in members.items():
        if name not in ("v", "type", "nonce"):
            say(f"  {name:<12} {_text(value)}")
    say(f"  {'signed by':<12} {', '.join(names) or 'nobody yet'}")


def _needed(statement: Statement) -> int | None:
    return statement.threshold if isinstance(statement, Root) else None


def _text(value: object) -> str:
    if isinstance(value, str):
        return " | ".join(value.strip().splitlines())
    if isinstance(value, list | tuple):
        return ", ".join(_text(one) for one in value) or "none"
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name} {_text(one)}" for name, one in value.items()) + ")"
    return str(value)
