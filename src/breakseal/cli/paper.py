"""`breakseal order check`: what a PDF that is said to be a court's paper is, read on this machine alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from breakseal.cli import orderwords
from breakseal.cli.output import json_option, read_input, say, show, write_output
from breakseal.kernel.errors import RefusedError
from breakseal.kernel.model.orders import read_order
from breakseal.oversight import keyfile
from breakseal.papers.apart import MOST_BYTES, read_apart
from breakseal.papers.inside import Carried, KnownCourt, carried
from breakseal.papers.verdict import Inside, Paper, PaperSignature, Verdict, certificate_name, judged

TOLD: dict[Verdict, str] = {
    "by-the-court": "signed by a certificate that you named, unchanged since",
    "changed": "signed, but changed afterwards",
    "by-nobody-known": "signed by nobody we know, unchanged since",
    "unsound": "signed by a method that can be forged, or with a certificate that was not valid then",
    "unsigned": "not signed",
    "unreadable": "not a PDF that can be read",
}
INSIDE: dict[Inside, str] = {
    "none": "no: only people can read this file",
    "one": "yes",
    "several": "no: several files call themselves order.jws",
    "unfit": "no: what is called order.jws is no order",
    "loose": "no: no signature covers what is called order.jws",
}
EVIDENCE = "evidence for those who call the court, nothing else: it opens nothing by itself"
ORDER = "the court's own order: handed in, it opens what it says above, whatever the page says"
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("check")
@click.argument("paper_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--certificate", "certificates", multiple=True, type=_FILE,
    help="A certificate (PEM or DER) with which the court signs; may be given several times.",
)  # fmt: skip
@click.option(
    "--key", "keys", multiple=True, type=_FILE,
    help="A public key of the same court; may be given several times. Then the order inside is checked, too.",
)  # fmt: skip
@click.option(
    "--out", type=_FILE, help="Where to write the order inside, if it is that court's; it can be handed in."
)
@json_option
def check(
    *, paper_file: Path, certificates: tuple[Path, ...], keys: tuple[Path, ...], out: Path | None, as_json: bool
) -> None:  # fmt: skip
    """Show who signed the PDF in PAPER_FILE, whether it is unchanged since, and the order that it carries.

    Exit code 0 only if a certificate named by --certificate signed the file as it is and, with --key or --out, an order
    is inside that the same court signed; 1 otherwise.
    """
    certificate_names = frozenset(certificate_name(read_input(one)) for one in certificates)
    court = KnownCourt(tuple(keyfile.read_described(one) for one in keys), certificate_names)
    paper = read_apart(read_input(paper_file, MOST_BYTES))
    verdict, best = judged(paper, court.certificates)
    found, problem = _taken(paper, court) if keys or out else (None, "")
    if found is not None and out is not None:
        write_output(out, found.text.encode() + b"\n")
    if as_json:
        show({
            "verdict": verdict, "paper": msgspec.to_builtins(paper), "by_one_court": found is not None,
            "problem": problem,
        })  # fmt: skip
    else:
        say(f"{paper_file}: {TOLD[verdict]}")
        for title, text in (*_signer(best), ("sha-256", paper.sha256), *_order(paper, found, problem)):
            say(f"  {title:<12} {text}")
    if verdict != "by-the-court" or problem:
        click.get_current_context().exit(1)


def _taken(paper: Paper, court: KnownCourt) -> tuple[Carried | None, str]:
    try:
        return carried(paper, lambda _: court), ""
    except RefusedError as error:
        return None, str(error)


def _order(paper: Paper, found: Carried | None, problem: str) -> tuple[tuple[str, str], ...]:
    inside = ("order inside", INSIDE[paper.inside])
    if paper.inside != "one":
        return (inside, *((("problem", problem),) if problem else ()), ("this is", EVIDENCE))
    said = orderwords.lines(read_order(paper.order.encode())[1])
    one_court = "the same signed the PDF and, by a key that you named, the order" if found else problem
    checked = one_court or "not checked: name the court's public key with --key"
    return (inside, *said, ("one court", checked), ("this is", ORDER if found else EVIDENCE))


def _signer(by: PaperSignature | None) -> tuple[tuple[str, str], ...]:
    if by is None:
        return ()
    when = datetime.fromtimestamp(by.at, UTC).strftime("%Y-%m-%d %H:%M UTC") if by.at else "no time said"
    return (
        ("signer", f"{by.name}, as the certificate says of itself"),
        ("issuer", by.issuer),
        ("certificate", by.certificate),
        ("signed", f"{when}, by the signer's own clock"),
    )
