"""What was collected elsewhere and harmed people has no field here: in no format, no table, no question, no search."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from breakseal.callgate.report import Location
from breakseal.kernel.model import statements as s
from breakseal.kernel.model.words import CATEGORIES
from breakseal.keyholder import protocol
from breakseal.keyholder.location import messages
from breakseal.programmes.emergency.fields import SECTIONS
from breakseal.stores import schema
from tests.support import spectables

SOURCE = Path(spectables.ROOT / "src/breakseal")
REFUSED = {
    "F16": {"infection", "infected", "covid", "virus", "vaccine", "vaccinated", "quarantined", "temperature"},
    "F25": {"password", "passwd", "passphrase", "pin", "secret", "question"},
    "F33": {"heading", "speed", "altitude", "wifi", "ssid", "bssid", "ip", "imei", "imsi", "bluetooth", "cell"},
    "F34": {"polygon", "area", "bbox", "near", "within", "search", "query", "find"},
    "F45": {"race", "ethnicity", "religion", "pregnant", "pregnancy", "income", "ssn", "immigration", "citizenship",
            "plate", "vehicle", "weight", "orientation"},
    "F46": {"face", "fingerprint", "voice", "voiceprint", "iris", "biometric", "template", "embedding", "dna"},
}  # fmt: skip


ASKED = {"F34": {"area"}}
"""Words that stand for one thing that is no search: see the test of the area."""


def _structs() -> Iterator[type[Any]]:
    for module in (*spectables.FORMATS, protocol, messages):
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                yield one


def _columns(tmp_path: Path) -> Iterator[str]:
    schema.upgrade(f"sqlite:///{tmp_path / 'web.db'}")
    scripts = sorted(SOURCE.glob("**/schema/*.sql"))
    assert scripts
    stores = [sqlite3.connect(tmp_path / "web.db")]
    made: dict[Path, sqlite3.Connection] = {}
    for script in scripts:  # each store by its scripts in order
        made.setdefault(script.parent, sqlite3.connect(":memory:")).executescript(script.read_text("utf-8"))
    stores += made.values()
    for store in stores:
        for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            yield from (str(row[1]) for row in store.execute(f"PRAGMA table_info({table})"))
        store.close()


def _names(tmp_path: Path) -> set[str]:
    """Return every name of a member, column, question or category, cut into words."""
    names = {field.encode_name for one in _structs() for field in msgspec.structs.fields(one)}
    names |= {field.key for section in SECTIONS for field in section.fields}
    names |= {field.encode_name for field in msgspec.structs.fields(Location)}
    names |= {*_columns(tmp_path), *CATEGORIES}
    return {word for name in names for word in re.split(r"[^a-z0-9]+", name.lower())}


@pytest.mark.parametrize("failure", sorted(REFUSED))
def test_no_member_column_or_question_collects_it(failure: str, tmp_path: Path) -> None:
    assert _names(tmp_path) & REFUSED[failure] - ASKED.get(failure, set()) == set()


def test_an_area_is_asked_about_for_one_phone_by_its_token_and_never_to_find_one() -> None:
    """The questions with an area are a look and a watch under one person's consent: inside, outside or partly."""
    holders = {
        one.__name__ for one in _structs() if "area" in {field.name for field in msgspec.structs.fields(one)}
    }
    assert holders == {"Permit", "Locate", "Watched"}
    assert {name for name, _ in spectables.members(messages.Watch)} == {
        "token", "proof", "path", "watch", "until",
    }  # fmt: skip
    named = {name for name, _ in spectables.members(messages.Locate)}
    assert {"area", "token", "proof", "recipient"} <= named
    for question in get_args(messages.LocationQuestion):
        if question is not messages.Locate:
            assert "area" not in {name for name, _ in spectables.members(question)}


def test_a_location_is_a_point_its_radius_and_its_time() -> None:
    assert {one.encode_name for one in msgspec.structs.fields(Location)} == {"lat", "lon", "radius", "at"}
    assert {one.encode_name for one in msgspec.structs.fields(s.Caller)} == {
        "number",
        "lat",
        "lon",
        "radius",
        "at",
    }


def test_the_keyholder_has_no_question_that_searches_or_lists_people() -> None:
    ways = {*get_args(protocol.Question)} - {*get_args(messages.LocationQuestion)}
    questions = {one.__struct_config__.tag: one for one in ways}
    assert set(questions) == {
        "submit", "disclose", "read", "identify", "prove", "ask-facts", "take-permits", "permit-done", "administer",
        "locate-under",
    }  # fmt: skip
    members = {name for one in questions.values() for name, _ in spectables.members(one)}
    assert members == {
        "statements", "request", "basis", "statement", "leaf", "limit", "permit", "outcome", "task", "path",
        "first",
    }  # fmt: skip


def test_a_question_about_location_names_nobody_but_by_a_token_an_ask_or_a_sealed_number() -> None:
    questions = {one.__struct_config__.tag: one for one in get_args(messages.LocationQuestion)}
    assert set(questions) == {
        "ask-consent", "take-token", "ask-token", "ask-status", "drop-token", "locate", "open-fix", "watch",
        "ask-watches", "ask-stands", "attest",
    }  # fmt: skip
    members = {name for one in questions.values() for name, _ in spectables.members(one)}
    assert members == {
        "assertion", "number", "purpose", "precision", "lasting", "rate", "ask", "token", "proof", "path", "recipient",
        "max_age", "area", "statement", "permit", "device", "fix", "verifier", "watch", "until", "method",
    }  # fmt: skip


def test_a_request_names_no_subject() -> None:
    assert {name for name, _ in spectables.members(s.Request, without=spectables.STAMP)} == {
        "purpose", "basis", "categories", "recipient", "reason",
    }  # fmt: skip
