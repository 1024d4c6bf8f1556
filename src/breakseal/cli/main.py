"""The entry point: finds the command, runs it, and turns every error into one line and exit code 2."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from breakseal.cli.output import INTERRUPTED, fail

COMMANDS = {
    "backup": "breakseal.cli.backup:backup",
    "callgate": "breakseal.cli.callgate:callgate",
    "canary": "breakseal.cli.canary:canary",
    "config": "breakseal.cli.config:config",
    "courier": "breakseal.cli.organisation:courier",
    "demo": "breakseal.cli.demo:demo",
    "doctor": "breakseal.cli.doctor:doctor",
    "exigent": "breakseal.cli.exigent:exigent",
    "init": "breakseal.cli.init:init",
    "key": "breakseal.cli.key:key",
    "log": "breakseal.cli.log:log",
    "order": "breakseal.cli.order:order",
    "org": "breakseal.cli.organisation:org",
    "part": "breakseal.cli.part:part",
    "policy": "breakseal.cli.policy:policy",
    "processor": "breakseal.cli.organisation:processor",
    "receipt": "breakseal.cli.receipt:receipt",
    "release-restore": "breakseal.cli.restore:release_restore",
    "restore": "breakseal.cli.restore:restore",
    "root": "breakseal.cli.root:root",
    "serve": "breakseal.cli.serve:serve",
    "simulate": "breakseal.cli.simulate:simulate",
    "submit": "breakseal.cli.submit:submit",
    "tryout": "breakseal.cli.tryout:tryout",
}
"""Where each command lives; a module is loaded when its command is asked for."""


class Commands(click.Group):
    """The commands above, each loaded on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the alphabet."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of that name, or none."""
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, _, name = where.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="breakseal", prog_name="breakseal")
def cli() -> None:
    """Sealed records that open only for a lawful reason, to a named person.

    Every opening leaves a mark that the person sees and can check.
    """


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return its exit code. No error of any kind escapes."""
    try:
        result = cli.main(args=list(arguments), prog_name="breakseal", standalone_mode=False)
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("breakseal: stopped", err=True)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 # the last line of defence: a sentence, never a stack trace
        return fail(error, as_json="--json" in arguments)
    return result if isinstance(result, int) else 0


def main() -> None:
    """Run the command line of this process."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
