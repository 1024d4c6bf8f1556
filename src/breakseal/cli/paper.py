"""`breakseal order check`: what a PDF that is said to be a court's paper is, read on this machine alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from breakseal.cli.output import json_option, read_input, say, show
from breakseal.papers.apart import MOST_BYTES, read_apart
from breakseal.papers.verdict import PaperSignature, Verdict, certificate_name, judged

TOLD: dict[Verdict, str] = {
    "by-the-court": "signed by a certificate that you named, unchanged since",
    "changed": "signed, but changed afterwards",
    "by-nobody-known": "signed by nobody we know, unchanged since",
    "unsound": "signed by a method that can be forged, or with a certificate that was not valid then",
    "unsigned": "not signed",
    "unreadable": "not a PDF that can be read",
}
EVIDENCE = "evidence for those who call the court, nothing else: it opens nothing by itself"


@click.command("check")
@click.argument("paper_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@click.option(
    "--certificate", "certificates", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="A certificate (PEM or DER) with which the court signs; may be given several times.",
)  # fmt: skip
@json_option
def check(*, paper_file: Path, certificates: tuple[Path, ...], as_json: bool) -> None:
    """Show who signed the PDF in PAPER_FILE, and whether it is unchanged since.

    Exit code 0 only if a certificate named by --certificate signed the file as it is, 1 otherwise.
    """
    known = frozenset(certificate_name(read_input(one)) for one in certificates)
    paper = read_apart(read_input(paper_file, MOST_BYTES))
    verdict, best = judged(paper, known)
    if as_json:
        show({"verdict": verdict, "paper": msgspec.to_builtins(paper)})
    else:
        say(f"{paper_file}: {TOLD[verdict]}")
        for title, text in (*_lines(best), ("sha-256", paper.sha256), ("this is", EVIDENCE)):
            say(f"  {title:<12} {text}")
    if verdict != "by-the-court":
        click.get_current_context().exit(1)


def _lines(by: PaperSignature | None) -> tuple[tuple[str, str], ...]:
    if by is None:
        return ()
    when = datetime.fromtimestamp(by.at, UTC).strftime("%Y-%m-%d %H:%M UTC") if by.at else "no time said"
    return (
        ("signer", f"{by.name}, as the certificate says of itself"),
        ("issuer", by.issuer),
        ("certificate", by.certificate),
        ("signed", f"{when}, by the signer's own clock"),
    )
