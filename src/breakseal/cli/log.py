"""`breakseal log`: the transparency log."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click
import httpx

from breakseal.bootstrap import logfiles
from breakseal.cli.output import json_option, read_input, say, show
from breakseal.kernel.errors import RequestError, UnavailableError
from breakseal.kernel.tlog import witnesspolicy
from breakseal.kernel.tlog.note import parse_vkey
from breakseal.kernel.tlog.tilepath import TilePath
from breakseal.kernel.tlog.witnesspolicy import WitnessPolicy
from breakseal.oversight import founding

MAX_ANSWER = 256 * (2 + 65_535)
TIMEOUT = 30.0


class ServedLog:
    """A log that is served over HTTP (C2SP tlog-tiles)."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._http = httpx.Client(timeout=TIMEOUT)

    def checkpoint(self) -> bytes:
        """Return the published checkpoint; raises `UnavailableError`."""
        return self._get("checkpoint")

    def tile(self, path: TilePath) -> bytes:
        """Return a tile or bundle; raises `UnavailableError`."""
        return self._get(path.encode())

    def _get(self, path: str) -> bytes:
        try:
            answer = self._http.get(f"{self._url}/{path}")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnavailableError(f"the log `{self._url}` does not answer") from error
        if answer.status_code != 200:
            raise UnavailableError(f"the log has no `{path}` (status {answer.status_code})")
        if len(answer.content) > MAX_ANSWER:
            raise UnavailableError(f"`{path}` is longer than it can be")
        return answer.content


@click.group()
def log() -> None:
    """Look at the transparency log."""


@log.command()
@click.argument("where")
@click.option("--vkey", default="", help="The log's verifier key.")
@click.option(
    "--root",
    "root_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The signed root statement; its witnesses are checked too.",
)
@json_option
def audit(where: str, *, vkey: str, root_file: Path | None, as_json: bool) -> None:
    """Read the whole log at WHERE (a URL, a folder of tiles or a log's store) and check every byte of it."""
    policy = _policy(vkey, root_file)
    source = (
        ServedLog(where) if where.startswith(("http://", "https://")) else logfiles.open_copy(Path(where))
    )
    report = logfiles.audit(source, policy, progress=_bar() if not as_json and sys.stderr.isatty() else None)
    point = report.checkpoint
    if as_json:
        show(
            {
                "ok": True,
                "origin": point.origin,
                "size": point.size,
                "root": point.root.hex(),
                "entries": report.entries,
                "tiles": report.tiles,
                "witnesses": report.witnesses,
            }
        )
        return
    say(f"The log holds: {point.origin}, {point.size} entries, {report.tiles} tiles checked.")
    say(f"  root       {point.root.hex()}")
    say(f"  witnesses  {', '.join(report.witnesses) or 'none'}")


def _policy(vkey: str, root_file: Path | None) -> WitnessPolicy:
    if bool(vkey) == (root_file is not None):
        raise RequestError("name the log's key with --vkey, or the root statement with --root")
    if root_file is None:
        return witnesspolicy.single_log(parse_vkey(vkey))
    return witnesspolicy.parse_policy(founding.read_root(read_input(root_file)).witnesses.encode())


def _bar() -> Callable[[int, int], None]:
    """Return what draws one line of progress on the terminal."""

    def draw(done: int, total: int) -> None:
        if done == total or done % 25_600 == 0:
            percent = 100 if not total else done * 100 // total
            end = "\n" if done == total else ""
            click.echo(f"\r  {percent:3d} %  {done} of {total} entries{end}", nl=False, err=True)

    return draw
