"""`breakseal exigent`: reads what officers and reviewers signed in a danger to life; they sign at the door."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from breakseal.cli.output import json_option, read_input, say, show
from breakseal.kernel.errors import RequestError
from breakseal.kernel.model import canonical
from breakseal.kernel.model.exigent import ConfirmExigent, Exigent, ReviewExigent, SecondExigent
from breakseal.kernel.model.signed import MAX_ENVELOPE, parse

_Kinds = Exigent | SecondExigent | ConfirmExigent | ReviewExigent


@click.group()
def exigent() -> None:
    """Read urgent requests of officers. They are signed at the door, not here."""


@exigent.command("show")
@click.argument("statement_file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
@json_option
def show_exigent(*, statement_file: Path, as_json: bool) -> None:
    """Show what the statement in STATEMENT_FILE says, and the name of its request; checks no signature."""
    said = _said(read_input(statement_file, MAX_ENVELOPE + 1).strip())
    asked = said[0].statement
    name = (
        canonical.b64(canonical.digest(said[0].payload))
        if isinstance(asked, Exigent | SecondExigent)
        else asked.exigent
    )
    if as_json:
        show(
            {
                "name": name,
                "checked": False,
                "statements": [msgspec.to_builtins(one.statement) for one in said],
            }
        )
        return
    for one in said:
        for title, text in (*_lines(one.statement), ("signed", _signed(one))):
            say(f"{title:<11} {text}")
    say(f"{'name':<11} {name}")


class _One(NamedTuple):
    """A statement that was read, the bytes that were signed, and the ids of the keys that are said to have signed."""

    statement: _Kinds
    payload: bytes
    keys: tuple[str, ...]


def _said(data: bytes) -> tuple[_One, ...]:
    """Return the statement, and before it that of the investigator if it carries one."""
    parsed = parse(data)
    statement = parsed.statement
    if not isinstance(statement, Exigent | SecondExigent | ConfirmExigent | ReviewExigent):
        raise RequestError("this is no urgent request, and no word about one")
    one = _One(statement, parsed.payload, tuple(each.key for each in parsed.signed.signatures))
    if not isinstance(statement, SecondExigent):
        return (one,)
    first = _said(canonical.unb64(statement.request))
    if not isinstance(first[0].statement, Exigent):
        raise RequestError("the supervisor signed for something else")
    return (*first, one)


def _lines(said: _Kinds) -> tuple[tuple[str, str], ...]:
    if isinstance(said, Exigent):
        return ("danger", said.danger), ("phone", f"ends with {said.digits}; the number is sealed")
    if isinstance(said, SecondExigent):
        return (("supervisor", said.reason),)
    if isinstance(said, ConfirmExigent):
        heard = f"ends with {said.digits}" if said.digits else "no digits were read back"
        return ("called", said.line), ("phone", heard), ("answer", said.result)
    return ("review", said.result), ("reason", said.reason)


def _signed(one: _One) -> str:
    return f"{', '.join(one.keys)}, {_time(one.statement.issued)} (not checked here)"


def _time(time: int) -> str:
    try:
        return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, ValueError) as error:
        raise RequestError("the statement has a time that no calendar knows") from error
