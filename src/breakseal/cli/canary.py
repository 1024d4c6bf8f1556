"""`breakseal canary`: the attacks on location, against a running instance."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
import httpx

from breakseal.bootstrap import ambient
from breakseal.canary import run as canary_run
from breakseal.canary.scene import Phone, Scene, invented_key
from breakseal.canary.wire import TIMEOUT, Wire
from breakseal.cli.output import json_option, say, show
from breakseal.client.client import Client
from breakseal.kernel.errors import ConfigError
from breakseal.oversight import keyfile

FOUND = 1
"""The exit code of a finding; every error has another."""
NOBODY = ("+12025550111", "+12025550122")
"""Numbers of the range 555-0100 to 555-0199, which is nobody's."""


@click.command()
@click.option("--url", required=True, help="The origin of the web tier, such as https://web.example.")
@click.option("--door-url", default="", help="The origin of the door: that it locates nobody is tried too.")
@click.option("--try-url", default="", help="The origin of the try-out page, if there is one.")
@click.option(
    "--key", type=click.Path(path_type=Path, dir_okay=False), help="The canary's own client key (PEM, P-256)."
)
@click.option("--number", default="", help="The canary's own number (E.164). Never somebody else's.")
@click.option(
    "--phone-url", default="", help="The program that shows the texts to that number, and answers them."
)
@click.option(
    "--nobody", multiple=True, default=NOBODY, show_default=True, help="Two numbers that are nobody's."
)
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Certificates to trust (PEM).",
)
@json_option
def canary(
    url: str,
    door_url: str,
    try_url: str,
    key: Path | None,
    number: str,
    phone_url: str,
    nobody: tuple[str, ...],
    ca_file: Path | None,
    *,
    as_json: bool,
) -> int:
    """Attack location as strangers and clients would, and touch nobody: exit 1 on a finding.

    Without --key what anybody can try; with it what an enrolled client can; with --number and --phone-url also what one
    can whom a phone agreed to. Client and phone are the canary's own; no other number is sent but those of --nobody.
    """
    _check_numbers(number, nobody, phone_url=phone_url, key=key)
    trust = ssl.create_default_context(cafile=ca_file) if ca_file else None
    web, door, page = (Wire(one, trust) if one else None for one in (url, door_url, try_url))
    assert web is not None  # noqa: S101 # --url is required
    with _connected(url, trust) as http:
        scene = Scene(
            web=web,
            door=door,
            try_page=page,
            client=Client(keyfile.read_p256(key), http, ambient.clock(), ambient.entropy()) if key else None,
            stranger=Client(invented_key(), http, ambient.clock(), ambient.entropy()),
            number=number,
            nobody=nobody,
            phone=Phone(Wire(phone_url, trust), number) if phone_url else None,
        )
        return _report(list(_told(scene, as_json=as_json)), as_json=as_json)


def _check_numbers(number: str, nobody: tuple[str, ...], *, phone_url: str, key: Path | None) -> None:
    if len(nobody) < 2:
        raise ConfigError("give --nobody twice: two numbers that are nobody's")
    if not all(one.startswith("+") and one[1:].isdigit() for one in (*nobody, number or "+1")):
        raise ConfigError("numbers are written in international form, such as +12025550111")
    if number and number in nobody:
        raise ConfigError("the canary's own number cannot be nobody's")
    if phone_url and not (number and key):
        raise ConfigError("--phone-url needs --number and --key")


@contextmanager
def _connected(url: str, trust: ssl.SSLContext | None) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=TIMEOUT, verify=trust or True) as http:
        yield http


def _told(scene: Scene, *, as_json: bool) -> Iterator[canary_run.Outcome]:
    for outcome in canary_run.run(scene):
        if not as_json:
            word = "held   " if outcome.held else "FINDING"
            say(f"{word if outcome.ran else 'not run'}  {outcome.name:<28} {outcome.requests:>4} requests")
            for line in outcome.found:
                say(f"         {line}")
        yield outcome


def _report(outcomes: list[canary_run.Outcome], *, as_json: bool) -> int:
    holds = all(one.held for one in outcomes)
    if as_json:
        show({"ok": holds, "attacks": [asdict(one) for one in outcomes]})
    else:
        tried = sum(one.ran for one in outcomes)
        say(
            f"{tried} of {len(outcomes)} attacks tried: "
            + ("every one was refused" if holds else "there are FINDINGS")
        )
    return 0 if holds else FOUND
