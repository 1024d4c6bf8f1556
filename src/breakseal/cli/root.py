"""`breakseal root`: statements that the overseers sign."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from breakseal import config as settings
from breakseal.bootstrap import ambient, rootfiles
from breakseal.cli.output import config_option, json_option, read_input, say, show, write_output
from breakseal.config import Listen, Settings, load
from breakseal.kernel.errors import RequestError
from breakseal.kernel.model.enrolments import Door, Root
from breakseal.kernel.model.signed import MAX_SIGNATURES, Signed
from breakseal.kernel.model.statements import Statement
from breakseal.kernel.tlog.witnesspolicy import parse_policy
from breakseal.oversight import founding, keyfile, succession
from breakseal.oversight.founding import Stamp
from breakseal.oversight.succession import Changes


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
    succession.check_fits(signed)
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
    found = rootfiles.current(load(config_path))
    _tell(found.path, found.root, found.signed, as_json=as_json)


@root.command("next")
@click.option(
    "--overseer", "added", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="Public key (PEM) of a new overseer.",
)  # fmt: skip
@click.option(
    "--drop-overseer", "dropped", multiple=True, metavar="KEY",
    help="The key's name as `root state` shows it, or its first 8 characters.",
)  # fmt: skip
@click.option("--threshold", type=int, help="How many overseers must sign from then on.")
@click.option(
    "--witness-policy", "witness_file", type=click.Path(path_type=Path, dir_okay=False),
    help="A file with the new witness policy (C2SP tlog-policy).",
)  # fmt: skip
@click.option("--door-origin", default="", help="The door's new origin: passkeys of another host name end.")
@click.option("--web-origin", default="", help="The new web origin to which the door sends people back.")
@click.option(
    "--from", "from_file", type=click.Path(path_type=Path, dir_okay=False),
    help="The root statement in force; without it that of the settings.",
)  # fmt: skip
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Where to write the statement.",
)  # fmt: skip
@config_option
@json_option
def next_root(
    *,
    added: tuple[Path, ...],
    dropped: tuple[str, ...],
    threshold: int | None,
    witness_file: Path | None,
    door_origin: str,
    web_origin: str,
    from_file: Path | None,
    out: Path,
    config_path: Path,
    as_json: bool,
) -> None:
    """Prepare the next root statement: the one in force, with what you name changed.

    The overseers of both sign it, each by the threshold of their own. It counts at once when it is handed in.
    """
    last = (
        founding.read_root(read_input(from_file)) if from_file else rootfiles.current(load(config_path)).root
    )
    changes = Changes(
        added=tuple(keyfile.read_public(path) for path in added),
        dropped=dropped,
        threshold=threshold,
        witnesses=_witnesses(witness_file) if witness_file else None,
        door=_door(last.door, door_origin, web_origin),
    )
    made = succession.next_root(last, changes, Stamp(ambient.clock(), ambient.entropy()))
    write_output(out, founding.draft_bytes(made))
    if as_json:
        needed = succession.signatures_needed(last, made)
        show({"file": str(out), "statement": msgspec.to_builtins(made), "needed": needed})
    elif str(out) != "-":
        _tell_next(last, made, out)


def _tell_next(last: Root, made: Root, out: Path) -> None:
    needed = succession.signatures_needed(last, made)
    say(f"{out}: root version {made.version} prepared; version {last.version} is in force until it is taken")
    say(
        f"signs: {last.threshold} of the {len(last.oversight)} overseers until now and {made.threshold} of the "
        f"{len(made.oversight)} from then on; who is both counts in both, so {needed} signatures can be enough"
    )
    if made.witnesses != last.witnesses and parse_policy(made.witnesses.encode()).quorum is not None:
        say(
            "note: it is taken only while the witnesses of its quorum cosign the log; see docs/operate/log.md"
        )
    if made.oversight != last.oversight or made.threshold != last.threshold:
        say(
            f"note: the courier is believed while {made.threshold} overseers of the root in force signed its "
            "enrolment; see docs/spec/root.md"
        )
    if made.door != last.door:
        say("note: change the origins in the settings on the same day, and start again")
    if made.door.rp_id != last.door.rp_id:
        say(
            "note: no passkey made at the old door works at a door of another host name: not even a sponsor's"
        )
    say(f"next: breakseal root sign {out} --key KEYFILE, by each; then breakseal submit {out}")


def _witnesses(file: Path) -> str:
    try:
        return read_input(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RequestError(f"`{file}` is not text") from error


def _door(last: Door, origin: str, web_origin: str) -> Door | None:
    """Return the door under its new names, held to what the settings may say; none if none is new."""
    if not (origin or web_origin):
        return None
    door, web = origin or last.origin, web_origin or last.web_origin
    settings.parse(
        settings.render(Settings(web=Listen(port=0, origin=web), door=Listen(port=0, origin=door))).encode()
    )
    return Door(origin=door, rp_id=urlsplit(door).hostname or "", web_origin=web)


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
