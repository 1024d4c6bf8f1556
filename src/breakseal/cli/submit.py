"""`breakseal submit`: hands signed statements in at the door."""

from __future__ import annotations

from pathlib import Path

import click
import httpx
import msgspec

from breakseal.bootstrap import rootfiles
from breakseal.cli.output import config_option, json_option, read_input, say, show
from breakseal.config import load
from breakseal.kernel.errors import BreaksealError, ConfigError, RefusedError, RequestError, UnavailableError
from breakseal.kernel.model import signed
from breakseal.kernel.model.canonical import b64, unb64
from breakseal.kernel.model.enrolments import Root

TIMEOUT = 20.0
MAX_TOGETHER = 4


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """The door's answer: handle, and the SHA-256 of each entry (base64url)."""

    handle: str = ""
    leaves: tuple[str, ...] = ()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """A problem document (RFC 9457), as far as a line needs it."""

    title: str = ""
    detail: str = ""
    reason: str = ""
    type: str = ""


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--door", default="", help="The door's origin; without it that of the settings.")
@config_option
@json_option
def submit(files: tuple[Path, ...], *, door: str, config_path: Path, as_json: bool) -> None:
    """Hand in the signed statements in FILES; all are taken, or none."""
    if len(files) > MAX_TOGETHER:
        raise RequestError(f"hand in at most {MAX_TOGETHER} statements at once")
    statements = [read_input(path).rstrip(b"\n") for path in files]
    roots = [data for data in statements if isinstance(signed.read(data)[1], Root)]
    taken = hand_in(door or load(config_path).settings.door.origin, statements)
    notes = [note for data in roots if (note := _keep(config_path, data))]
    if as_json:
        show({"ok": True, "handle": taken.handle, "leaves": taken.leaves, "notes": notes})
        return
    say("taken; recorded as:")
    for leaf in taken.leaves:
        say(f"  {unb64(leaf).hex()}")
    for note in notes:
        say(f"note: {note}")


def _keep(config_path: Path, root: bytes) -> str:
    """Keep a root statement in the installation, if it is on this machine; return why not, if not."""
    try:
        return rootfiles.keep(load(config_path), root)
    except ConfigError:
        return "the root was taken; keep its file in the installation's folder `public` under the name root-N.json"


def hand_in(door: str, statements: list[bytes]) -> Receipt:
    """Post signed statements to the door's origin and return what came of them.

    Raises:
        RefusedError: the keyholder refused them.
        UnavailableError: the door does not answer.
    """
    body = {"statements": [b64(one) for one in statements]}
    try:
        answer = httpx.post(f"{door}/api/submit", json=body, timeout=TIMEOUT, headers={"origin": door})
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnavailableError(f"the door `{door}` does not answer: is `breakseal serve` running?") from error
    try:
        if answer.is_success:
            return msgspec.json.decode(answer.content, type=Receipt)
        raise refusal(answer)
    except msgspec.MsgspecError as error:
        raise UnavailableError(f"`{door}` answered something else: is that the door?") from error


def refusal(answer: httpx.Response) -> BreaksealError:
    """Return the error that a problem document tells of.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    problem = msgspec.json.decode(answer.content, type=Problem)
    text = problem.detail or problem.title or "refused"
    reason = problem.reason or problem.type.rpartition("/")[2].rpartition(":")[2] or "refused"
    family = UnavailableError if answer.status_code >= 500 else RefusedError
    return family(text, reason=reason)
