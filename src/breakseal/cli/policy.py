"""`breakseal policy`: what the policy says, in words."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from breakseal.bootstrap import ambient
from breakseal.cli.output import json_option, say, show
from breakseal.kernel.errors import RequestError
from breakseal.kernel.policy import Policy, Request, load
from breakseal.kernel.policy.request import NUMBER_FACTS, TRUTH_FACTS, WORD_FACTS
from breakseal.policydesk import explain as explaining
from breakseal.policydesk import notice as noticing
from breakseal.policydesk import shipped
from breakseal.policydesk.phrases import Language

_LANGUAGE = click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "es"]),
    default="en",
    show_default=True,
    help="The language.",
)


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TEXT = click.option("--text", type=_FILE, help="Another policy text (Cedar) than the one shipped.")
_SCHEMA = click.option("--schema", type=_FILE, help="Another schema than the one shipped.")


@click.group()
def policy() -> None:
    """Read the policy that the keyholder enforces."""


@policy.command()
@_TEXT
@_SCHEMA
@_LANGUAGE
@json_option
def notice(*, text: Path | None, schema: Path | None, language: Language, as_json: bool) -> None:
    """Print the public privacy notice, made from the enforced rules."""
    made = noticing.notice(_policy(text, schema), language)
    if as_json:
        show(asdict(made))
    else:
        say(noticing.markdown(made))


@policy.command()
@click.argument("facts", nargs=-1, metavar="[NAME=VALUE]...")
@_TEXT
@_SCHEMA
@_LANGUAGE
@json_option
def explain(
    facts: tuple[str, ...], *, text: Path | None, schema: Path | None, language: Language, as_json: bool
) -> None:
    """Say why a request would be allowed or refused, and the nearest rule that would allow it.

    Without NAME=VALUE it is a call-taker who answered a live call of somebody who consented. Change
    facts to see what follows, such as `purpose=immigration` or `minutes_since_end=46`.
    """
    explained = explaining.explain(_policy(text, schema), _request(facts), language)
    if as_json:
        show(
            {
                "allowed": explained.decision.refusal is None,
                "headline": explained.headline,
                "reasons": [asdict(one) for one in explained.reasons],
                "nearest": asdict(explained.nearest) if explained.nearest else None,
                "duties": explained.duties,
            }
        )
    else:
        say(explained.text().rstrip())


def _policy(text: Path | None, schema: Path | None) -> Policy:
    return load(
        text.read_bytes() if text else shipped.text(),
        schema.read_bytes() if schema else shipped.schema(),
        entropy=ambient.entropy(),
    )


_USUAL: dict[str, str] = {
    "purpose": "emergency-response",
    "basis": "emergency-call",
    "role": "call-taker",
    "organisation": "call-centre",
    "category": "emergency.medical",
    "session_kind": "session",
    "basis_live": "true",
    "requester_active": "true",
    "roster_fresh": "true",
    "in_coverage": "true",
    "answered_by_requester": "true",
    "granted": "true",
}


def _request(facts: tuple[str, ...]) -> Request:
    """Return the usual request with `facts` changed.

    Raises:
        RequestError: an unknown name, or a value that it cannot have.
    """
    values = dict(_USUAL)
    for fact in facts:
        name, sign, value = fact.partition("=")
        if not sign or name not in (*WORD_FACTS, *TRUTH_FACTS, *NUMBER_FACTS):
            known = ", ".join((*WORD_FACTS, *TRUTH_FACTS, *NUMBER_FACTS))
            raise RequestError(f"`{fact}` is not NAME=VALUE with one of these names: {known}")
        values[name] = value
    words = {name: _word(name, values[name]) for name in WORD_FACTS}
    truths = {name: _truth(name, values.get(name, "false")) for name in TRUTH_FACTS}
    numbers = {name: _number(name, values.get(name, "0")) for name in NUMBER_FACTS}
    return Request(**words, **truths, **numbers)  # type: ignore[arg-type] # the names above are the request's own


def _word(name: str, text: str) -> object:
    kind = WORD_FACTS[name]
    if text not in set(kind):
        raise RequestError(f"{name} is one of {', '.join(kind)}")
    return kind(text)


def _truth(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise RequestError(f"{name} is true or false")
    return text == "true"


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise RequestError(f"{name} is a whole number of minutes or days")
    return int(text)
