"""The try-out's own rules: how often a visitor asks, what counts as one, and with which settings it does not start."""

from __future__ import annotations

from pathlib import Path

import pytest

from breakseal.ambient import SystemEntropy
from breakseal.kernel.errors import ConfigError
from breakseal.tryout.config import load_config
from breakseal.tryout.limits import HOUR, MOST_AN_HOUR, Visitors, network_of
from tests.support.world import TestClock

SETTINGS = """
web = "https://web.example"
origin = "https://try.example"
key = "tryout.pem"
name = "Cedar County try-out"
recipient = "whoever typed your number on that page"
"""


def test_a_visitor_asks_a_few_times_an_hour() -> None:
    clock = TestClock()
    visitors = Visitors(3, clock, SystemEntropy())
    assert [visitors.may_ask("192.0.2.7") for _ in range(5)] == [True] * 3 + [False] * 2
    assert visitors.may_ask("192.0.2.8")
    clock.time += HOUR + 1
    assert visitors.may_ask("192.0.2.7")


def test_all_visitors_together_have_a_limit() -> None:
    visitors = Visitors(3, TestClock(), SystemEntropy())
    asked = [visitors.may_ask(f"192.0.{at // 250}.{at % 250}") for at in range(MOST_AN_HOUR + 50)]
    assert sum(asked) == MOST_AN_HOUR


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.7", " 192.0.2.7", True), ("192.0.2.7", "192.0.2.8", False), ("192.0.2.7", "::ffff:192.0.2.7", True),
        ("2001:db8::1", "2001:db8::ffff:2", True), ("2001:db8::1", "2001:db8:0:1::1", False), ("", "unknown", False),
    ],
)  # fmt: skip
def test_what_counts_as_one_visitor(first: str, second: str, same: bool) -> None:
    assert (network_of(first) == network_of(second)) is same


def test_settings_are_read_and_their_key_lies_beside_them(tmp_path: Path) -> None:
    file = tmp_path / "tryout.toml"
    file.write_text(SETTINGS)
    config = load_config(file)
    assert (config.key, config.host, config.per_visitor) == (tmp_path / "tryout.pem", "127.0.0.1", 5)


@pytest.mark.parametrize(
    "line", ['host = "0.0.0.0"', "port = 70000", "per_visitor = 0", 'region = "us"', "consent = true"]
)
def test_settings_that_stop_the_start(tmp_path: Path, line: str) -> None:
    file = tmp_path / "tryout.toml"
    file.write_text(SETTINGS + line)
    with pytest.raises(ConfigError):
        load_config(file)
    with pytest.raises(ConfigError):
        load_config(tmp_path / "absent.toml")
