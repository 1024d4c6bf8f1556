"""`breakseal org`, `processor` and `courier`: statements that let others in, prepared for the overseers' signatures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import click
import msgspec

from breakseal.bootstrap import ambient
from breakseal.cli.output import json_option, read_input, say, show, write_output
from breakseal.kernel.errors import RequestError
from breakseal.kernel.model.base import SignedStatement
from breakseal.kernel.model.enrolments import (
    EnrolCourier,
    EnrolCourtLine,
    EnrolOrganisation,
    EnrolProcessor,
    NamedKey,
)
from breakseal.kernel.model.words import OrganisationClass
from breakseal.oversight import founding, keyfile
from breakseal.oversight.founding import Stamp
from breakseal.papers.verdict import certificate_name

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_PLACE = re.compile(r"[0-9]{5}", re.ASCII)
_OUT = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Where to write the statement.",
)


@click.group()
def org() -> None:
    """Prepare statements that let an organisation in. They work 72 hours after they are public."""


@org.command("new")
@click.argument("name")
@click.option("--id", "org_id", required=True, help="Short name for ever, such as `dane-county-911`.")
@click.option("--kind", required=True, type=click.Choice(get_args(OrganisationClass)), help="What it is.")
@click.option("--place", "places", multiple=True, help="Five-digit county code (FIPS 6-4) that it serves.")
@click.option(
    "--sponsor", "sponsors", multiple=True, metavar="NAME=FILE",
    help="Whose public key lets its officers in: the JSON file that the door gave them, or PEM.",
)  # fmt: skip
@click.option(
    "--client", "clients", multiple=True, metavar="NAME=FILE", help="Its call-handling system's key."
)
@_OUT
@json_option
def new(
    *,
    name: str,
    org_id: str,
    kind: OrganisationClass,
    places: tuple[str, ...],
    sponsors: tuple[str, ...],
    clients: tuple[str, ...],
    out: Path,
    as_json: bool,
) -> None:
    """Prepare the statement that lets the organisation NAME in."""
    _check_id(org_id)
    for place in places:
        if _PLACE.fullmatch(place) is None:
            raise RequestError(f"`{place}` is not a county code: five digits, such as 55025")
    if len(sponsors) < 2 and kind != "oversight-body":
        raise RequestError("name two sponsors at least: one of them must answer when a key is lost at 3 a.m.")
    statement = EnrolOrganisation(
        **_stamp(),  # type: ignore[arg-type] # the stamp's members by name
        org=org_id,
        name=name,
        kind=kind,
        places=tuple(sorted(set(places))),
        sponsors=tuple(_sponsor(one) for one in sponsors),
        clients=tuple(_named(one) for one in clients),
    )
    _put(statement, out, as_json=as_json)


@org.command()
@click.argument("statement_file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--add", "added", multiple=True, metavar="NAME=FILE", help="A call-handling system's public key."
)
@click.option("--remove", "removed", multiple=True, metavar="NAME", help="A call-handling system to end.")
@_OUT
@json_option
def client(
    *, statement_file: Path, added: tuple[str, ...], removed: tuple[str, ...], out: Path, as_json: bool
) -> None:
    """Prepare a newer statement with other call-handling keys, from the last one in STATEMENT_FILE."""
    last, _ = founding.read_draft(read_input(statement_file))
    if not isinstance(last, EnrolOrganisation):
        raise RequestError("this is not the statement of an organisation")
    clients = {one.name: one for one in last.clients}
    for name in removed:
        if clients.pop(name, None) is None:
            raise RequestError(f"the organisation has no call-handling system `{name}`")
    clients.update((one.name, one) for one in map(_named, added))
    stamped = msgspec.structs.replace(last, **_stamp(), clients=tuple(clients.values()))
    _put(stamped, out, as_json=as_json)


@org.command("call-back")
@click.argument("court")
@click.argument("number")
@click.option(
    "--certificate", "certificates", multiple=True, type=click.Path(path_type=Path, dir_okay=False),
    help="A certificate (PEM or DER) with which the court signs PDFs; may be given several times.",
)  # fmt: skip
@_OUT
@json_option
def call_back(*, court: str, number: str, certificates: tuple[Path, ...], out: Path, as_json: bool) -> None:
    """Prepare an entry of the register: reviewers call COURT back at NUMBER (+1...), nowhere else.

    COURT is the id of a court, or of an agency that may have to ask in a danger to life. Take the number, and
    certificates, from a public source of your own, never from a paper or from whoever asks. A new entry says all anew:
    a certificate that it leaves out is no longer the court's.
    """
    _check_id(court)
    if _NUMBER.fullmatch(number) is None:
        raise RequestError("write the number as +16085550100")
    statement = EnrolCourtLine(
        **_stamp(),  # type: ignore[arg-type] # the stamp's members by name
        court=court,
        line=number,
        certificates=tuple(sorted({certificate_name(read_input(one)) for one in certificates})),
    )
    _put(statement, out, as_json=as_json)


@click.group()
def processor() -> None:
    """Prepare statements that name who else handles data, such as a text message company."""


@processor.command("new")
@click.argument("name")
@click.option("--id", "processor_id", required=True, help="Short name for ever.")
@click.option("--does", required=True, help="What for, in a few plain words for the public page.")
@_OUT
@json_option
def new_processor(*, name: str, processor_id: str, does: str, out: Path, as_json: bool) -> None:
    """Prepare the statement that names the processor NAME."""
    _check_id(processor_id)
    statement = EnrolProcessor(
        **_stamp(),  # type: ignore[arg-type] # the stamp's members by name
        processor=processor_id,
        name=name,
        does=does,
    )
    _put(statement, out, as_json=as_json)


@click.group()
def courier() -> None:
    """Prepare statements about the courier, who sends codes and messages."""


@courier.command("again")
@click.argument("statement_file", type=click.Path(path_type=Path, dir_okay=False))
@_OUT
@json_option
def courier_again(*, statement_file: Path, out: Path, as_json: bool) -> None:
    """Prepare the enrolment in STATEMENT_FILE with today's date, for the overseers of a new root to sign.

    Browsers seal only to the courier whom overseers of the root in force named. It works at once: its keys stay.
    """
    last, _ = founding.read_draft(read_input(statement_file))
    if not isinstance(last, EnrolCourier):
        raise RequestError("this is not the statement that enrols a courier")
    _put(msgspec.structs.replace(last, **_stamp()), out, as_json=as_json)


def _stamp() -> dict[str, int | str]:
    return Stamp(ambient.clock(), ambient.entropy())()


def _check_id(text: str) -> None:
    if _ID.fullmatch(text) is None:
        raise RequestError("an id has 2 to 40 small letters, digits and hyphens")


def _named(text: str) -> NamedKey:
    name, file = _parted(text)
    return NamedKey(name=name, key=keyfile.read_public(file))


def _sponsor(text: str) -> NamedKey:
    """Return a sponsor's key: a passkey made at the door (JSON), or a machine's key (PEM)."""
    name, file = _parted(text)
    key = keyfile.read_described(file)
    if key.use not in ("passkey", "service"):
        raise RequestError(
            f"`{file}` holds a {key.use} key: a sponsor makes a passkey at the door, under /join"
        )
    return NamedKey(name=name, key=key)


def _parted(text: str) -> tuple[str, Path]:
    name, sign, file = text.partition("=")
    if not (name and sign and file):
        raise RequestError("write a key as NAME=FILE")
    return name, Path(file)


def _put(statement: SignedStatement, out: Path, *, as_json: bool) -> None:
    write_output(out, founding.draft_bytes(statement))
    if as_json:
        show({"file": str(out), "statement": msgspec.to_builtins(statement)})
    elif str(out) != "-":
        say(f"{out}: prepared; it says nothing before two overseers signed it")
        say(f"next: breakseal root sign {out} --key KEYFILE, twice; then breakseal submit {out}")
