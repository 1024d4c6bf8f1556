"""The manual page of all commands, made from their own help: `python -m breakseal.cli.manual > docs/operate/cli.md`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from breakseal.cli.main import cli

WIDTH = 96
HEAD = """# The command line

Made from the commands' own `--help` by `python -m breakseal.cli.manual`; a test compares it. Every error is
one line and exit code 2 (with `--json`, a document with `ok`, `reason` and `error`); Ctrl-C gives 130.
"""


def render() -> str:
    """Return the page."""
    parts = [HEAD]
    for path, command in _walk(cli, ("breakseal",)):
        names = cli.context_settings["help_option_names"]
        with click.Context(
            command,
            info_name=" ".join(path),
            max_content_width=WIDTH,
            terminal_width=WIDTH,
            help_option_names=names,
        ) as context:
            parts.append(f"## {' '.join(path)}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def _walk(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _walk(inner, (*path, name))


if __name__ == "__main__":
    click.echo(render(), nl=False)
