"""How commands speak: plain lines for people, one JSON document for machines, one line for an error."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from breakseal.kernel.errors import BreaksealError, RequestError

F = TypeVar("F", bound=Callable[..., Any])
FAILED = 2
"""The exit code of every error."""
INTERRUPTED = 130
MAX_INPUT = 1024 * 1024


def json_option(command: F) -> F:
    """Give `command` the switch `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document, for machines.")(
        command
    )


def config_option(command: F) -> F:
    """Give `command` the option `--config`."""
    return click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("var/breakseal.toml"),
        show_default=True,
        help="The settings file of the installation.",
    )(command)


def say(text: str = "") -> None:
    """Print a line for people."""
    click.echo(text)


def show(document: object) -> None:
    """Print `document` as JSON."""
    click.echo(json.dumps(document, indent=2, ensure_ascii=False))


def fail(error: BaseException, *, as_json: bool) -> int:
    """Print `error` in one line, or as JSON on standard output; return the exit code."""
    reason, text = describe(error)
    if as_json:
        show({"ok": False, "reason": reason, "error": text})
    else:
        click.echo(f"breakseal: {text}", err=True)
    return FAILED


def describe(error: BaseException) -> tuple[str, str]:
    """Return the machine reason and the sentence of `error`, without line breaks."""
    if isinstance(error, BreaksealError):
        return error.reason, _one_line(str(error))
    if isinstance(error, click.ClickException):
        return "usage", _one_line(error.format_message())
    if isinstance(error, OSError):
        where = f" `{error.filename}`" if error.filename else ""
        return "system", _one_line(f"{error.strerror or error}{where}")
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown place"
    return "internal", f"a fault of breakseal itself ({type(error).__name__} at {at}): please report it"


def read_input(path: Path, limit: int = MAX_INPUT) -> bytes:
    """Return the bytes of the file at `path`; `-` is standard input.

    Raises:
        RequestError: it cannot be read, or is longer than `limit`.
    """
    try:
        if str(path) == "-":
            data = sys.stdin.buffer.read(limit + 1)
        else:
            with path.open("rb") as file:
                data = file.read(limit + 1)
    except OSError as error:
        raise RequestError(f"cannot read `{path}`: {error.strerror}") from error
    if len(data) > limit:
        raise RequestError(f"`{path}` is longer than {limit} bytes")
    return data


def write_output(path: Path, data: bytes) -> None:
    """Write `data` to the file at `path`; `-` is standard output.

    Raises:
        RequestError: the disk refuses.
    """
    if str(path) == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        path.write_bytes(data)
    except OSError as error:
        raise RequestError(f"cannot write `{path}`: {error.strerror}") from error


def _one_line(text: str) -> str:
    return " ".join(text.split())
