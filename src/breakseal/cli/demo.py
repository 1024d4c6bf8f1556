"""`breakseal demo`: stories that play a whole job without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click

from breakseal.bootstrap import ambient
from breakseal.cli.output import json_option, say, show
from breakseal.config import Config, load
from breakseal.demo import instance
from breakseal.demo.story import NOT_SHOWN, CallStory
from breakseal.demo.story_location import NOT_SHOWN as NOT_SHOWN_OF_LOCATION
from breakseal.demo.story_location import LocationStory
from breakseal.demo.telling import Step
from breakseal.kernel.errors import ConfigError, UnavailableError


@click.group()
def demo() -> None:
    """Play with invented people. No real data belongs here."""


@demo.group()
def story() -> None:
    """Play a whole job as a program, and check every proof."""


config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The settings of a running demo. Without it one is started for the story and thrown away.",
)


@story.command()
@config_option
@json_option
def call(config_path: Path | None, *, as_json: bool) -> None:
    """A resident signs up, calls 911, is seen, checks who looked, and erases everything."""
    _play(CallStory, NOT_SHOWN, config_path, as_json=as_json)


@story.command()
@config_option
@json_option
def location(config_path: Path | None, *, as_json: bool) -> None:
    """A company asks where a phone is; its owner answers by text, checks each look, and says STOP."""
    _play(LocationStory, NOT_SHOWN_OF_LOCATION, config_path, as_json=as_json)


def _play(
    kind: type[CallStory | LocationStory], not_shown: tuple[str, ...], path: Path | None, *, as_json: bool
) -> None:
    with _demo(path, as_json=as_json) as config:
        steps = kind(config, ambient.clock(), ambient.entropy(), _silent if as_json else _tell).play()
    if as_json:
        show({"ok": True, "steps": [asdict(step) for step in steps], "not_shown": not_shown})
        return
    say("\nEvery step held. Not shown here:")
    for one in not_shown:
        say(f"  - {one}")


@contextmanager
def _demo(config_path: Path | None, *, as_json: bool) -> Iterator[Config]:
    if config_path is None:
        if not as_json:
            say("Starting a demo of its own ...")
        with instance.running() as own:
            yield own.config
        return
    config = load(config_path)
    if not config.settings.demo:
        raise ConfigError("stories are played in a demo only")
    if not instance.answers(config):
        raise UnavailableError("the demo does not run: start it with `breakseal serve --demo`")
    yield config


def _tell(step: Step) -> None:
    say(f"  {step.name:<24} {step.happened}")
    say(f"  {'':<24} checked: {step.checked}")


def _silent(_: Step) -> None:
    """Say nothing before the end."""
