"""`breakseal receipt`: checking a receipt, offline."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from breakseal.cli.output import json_option, read_input, say, show
from breakseal.kernel.errors import RequestError, VerificationError
from breakseal.kernel.model.body import Body
from breakseal.kernel.model.canonical import digest, unb64
from breakseal.kernel.model.enrolments import Root
from breakseal.kernel.model.leaf import Leaf, verify_leaf
from breakseal.kernel.model.receipt import MAX_RECEIPT, read_receipt
from breakseal.kernel.tlog import proof, witnesspolicy
from breakseal.kernel.tlog.note import parse_vkey
from breakseal.kernel.tlog.proof import Inclusion
from breakseal.oversight import founding


@click.group()
def receipt() -> None:
    """Check receipts: proofs that exactly this was recorded."""


@receipt.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option("--vkey", default="", help="The log's verifier key, see docs/use/auditor.md.")
@click.option(
    "--root",
    "root_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The signed root statement; it names log, witnesses and keyholders.",
)
@json_option
def verify(file: Path, *, vkey: str, root_file: Path | None, as_json: bool) -> None:
    """Check the receipt in FILE, without asking anybody. Name the log's key or the root statement."""
    if bool(vkey) == (root_file is not None):
        raise RequestError("name the log's key with --vkey, or the root statement with --root")
    root = founding.read_root(read_input(root_file)) if root_file else None
    policy = (
        witnesspolicy.parse_policy(root.witnesses.encode())
        if root
        else witnesspolicy.single_log(parse_vkey(vkey))
    )
    found, leaf, body = read_receipt(read_input(file, MAX_RECEIPT))
    entry = unb64(found.leaf)
    inclusion = proof.verify(found.proof.encode(), entry, policy)
    if root is not None:
        _check_signer(leaf, root)
    checked = _checked(root)
    if as_json:
        show(
            {
                "ok": True,
                "leaf": digest(entry).hex(),
                "index": inclusion.index,
                "log": inclusion.checkpoint.log.name,
                "size": inclusion.checkpoint.checkpoint.size,
                "witnesses": sorted(inclusion.checkpoint.cosigned),
                "checked": checked,
                "body": msgspec.to_builtins(body),
            }
        )
        return
    _tell(inclusion, body, checked)


def _check_signer(leaf: Leaf, root: Root) -> None:
    keys = {one.sign.id: one.sign for one in root.keyholders}
    keys.update((key.id, key) for key in root.oversight)
    signer = keys.get(leaf.by)
    if signer is None:
        raise VerificationError("the entry is signed by nobody whom the root names", reason="unknown-signer")
    verify_leaf(leaf, signer)


def _checked(root: Root | None) -> list[str]:
    checked = ["the entry commits to exactly this text", "the log's signature", "the entry is in the log"]
    if root is None:
        return checked
    return [
        *checked,
        "the root's signatures",
        "the keyholder's signature",
        "the witnesses that the root asks for",
    ]


def _tell(inclusion: Inclusion, body: Body, checked: list[str]) -> None:
    say(f"The receipt holds. Entry {inclusion.index} of {inclusion.checkpoint.log.name}.")
    say(f"  what    {body.type}: {body.result}" + (f", for {body.purpose}" if body.purpose else ""))
    say(f"  when    {datetime.fromtimestamp(body.at, UTC):%Y-%m-%d %H:%M:%S} UTC")
    who = ", ".join(text for text in (body.party.name, body.party.role, body.party.org_name) if text)
    say(f"  who     {who or 'the person'}")
    if body.categories:
        say(f"  opened  {', '.join(body.categories)}")
    say(f"Checked: {'; '.join(checked)}.")
    if not inclusion.checkpoint.cosigned:
        say(
            "Not covered: no outside witness has cosigned this log, so its operator could show others another log."
        )
