"""`breakseal restore` and `breakseal release-restore`: putting a backup back, and opening again after it."""

from __future__ import annotations

from pathlib import Path

import click

from breakseal.bootstrap import ambient, copies, rootfiles
from breakseal.cli.output import config_option, json_option, read_input, say, show, write_output
from breakseal.config import load
from breakseal.kernel.errors import FormatError, RequestError
from breakseal.kernel.model.canonical import b64
from breakseal.kernel.model.enrolments import RestoreRelease
from breakseal.kernel.tlog import witnesspolicy
from breakseal.oversight import founding
from breakseal.oversight.founding import Stamp

_WHY = """
Nothing opens now. The backup is older than what people have signed since: consents that they took
back, keys that were ended and records that they erased would work again. So the keyholder waits:

  1. Find the newest checkpoint that anybody outside this machine has seen: a witness's, an auditor's
     copy, or the newest receipt in a person's hands. It says how far the log had come.
  2. If the log here is shorter, bring the missing entries first (the log is public: any copy will do).
  3. breakseal release-restore --checkpoint FILE --out release.json
  4. Two overseers sign it: breakseal root sign release.json --key KEYFILE
  5. breakseal serve, then: breakseal submit release.json
     The keyholder then applies every withdrawal, end of a key and erasure up to there again."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([copies.REGISTER, copies.LOG, copies.RECORDS, copies.CALLS, copies.OUTBOX]),
    help="Put only this store back.",
)
@config_option
@json_option
def restore(folder: Path, *, only: tuple[str, ...], config_path: Path, as_json: bool) -> None:
    """Put the backup in FOLDER back. The installation must be stopped; the keyholder stays closed after it."""
    config = load(config_path)
    names = copies.put_back(config, folder, only=only)
    if as_json:
        show({"ok": True, "restored": names, "state": "quarantine", "reason": copies.RESTORED})
        return
    say(f"Put back: {', '.join(names)}. What was there before is beside, as *.before-restore.")
    say(_WHY)


@click.command("release-restore")
@click.option(
    "--checkpoint",
    "checkpoint_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The newest signed checkpoint that anybody outside has seen.",
)
@click.option("--size", type=click.IntRange(1), help="Instead of it: the log's size ...")
@click.option("--root-hash", default="", help="... and root hash (64 hex digits).")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Where to write the statement.",
)
@config_option
@json_option
def release_restore(
    *,
    checkpoint_file: Path | None,
    size: int | None,
    root_hash: str,
    out: Path,
    config_path: Path,
    as_json: bool,
) -> None:
    """Prepare the statement by which two overseers open the keyholder again after a restore."""
    if checkpoint_file is not None:
        named = _of_checkpoint(config_path, checkpoint_file)
    elif size is not None and root_hash:
        named = (size, _hash(root_hash))
    else:
        raise RequestError("name a checkpoint with --checkpoint, or --size and --root-hash")
    statement = RestoreRelease(
        **Stamp(ambient.clock(), ambient.entropy())(),  # type: ignore[arg-type] # the stamp's members by name
        size=named[0],
        root=b64(named[1]),
    )
    write_output(out, founding.draft_bytes(statement))
    if as_json:
        show({"file": str(out), "size": named[0], "root": named[1].hex()})
    elif str(out) != "-":
        say(f"{out}: prepared for a log of {named[0]} entries")
        say(f"next: breakseal root sign {out} --key KEYFILE, twice; then breakseal submit {out}")


def _of_checkpoint(config_path: Path, file: Path) -> tuple[int, bytes]:
    root = rootfiles.current(load(config_path)).root
    policy = witnesspolicy.parse_policy(root.witnesses.encode())
    point = policy.check(read_input(file)).checkpoint
    return point.size, point.root


def _hash(text: str) -> bytes:
    try:
        data = bytes.fromhex(text)
    except ValueError as error:
        raise FormatError("a root hash is 64 hex digits") from error
    if len(data) != 32:
        raise FormatError("a root hash is 64 hex digits")
    return data
