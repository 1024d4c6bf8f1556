"""The page about clients' interfaces names every code, scope word and address that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from breakseal.programmes.location import fields
from breakseal.web.location import description, memory, paths, replies

ROOT = Path(__file__).parents[2]
SPEC = (ROOT / "docs/spec/location-api.md").read_text("utf-8")
GUIDE = (ROOT / "docs/use/client.md").read_text("utf-8")


def test_the_table_of_codes_is_the_described_one() -> None:
    table = SPEC.partition("<!-- codes -->")[2].partition("<!-- end -->")[0]
    named = set(re.findall(r"^\| (\d+) \| `([A-Z_.]+)`", table, re.MULTILINE))
    described = {
        (status, code)
        for known in description.document("https://web.example")["paths"].values()
        for method, operation in known.items()
        if method != "parameters"
        for status, response in operation["responses"].items()
        if not status.startswith("2")
        for code in response["content"]["application/json"]["schema"]["allOf"][1]["properties"]["code"][
            "enum"
        ]
    }
    assert named == described


def test_every_error_of_the_authorization_server_is_named() -> None:
    for code, _, _ in replies._OAUTH.values():
        assert f"`{code}`" in SPEC, code


def test_every_address_and_word_of_a_scope_is_named() -> None:
    addresses = [value for name, value in vars(paths).items() if name.isupper() and isinstance(value, str)]
    for address in addresses:
        assert address.rstrip("/") in SPEC, address
    for precision in fields.BY_MESSAGE:
        assert f"`precision:{precision}`" in SPEC
    assert f"`rate:{fields.MOST_LOOKS_AN_HOUR}`" in SPEC
    assert f"| {fields.LOOKS_AN_HOUR} |" in SPEC
    for scope in fields.SCOPES:
        assert f"`{scope}`" in SPEC
    assert f"`interval` ({memory.INTERVAL} seconds)" in SPEC


def test_the_guide_uses_a_purpose_that_is_offered() -> None:
    assert set(re.findall(r"dpv:(\w+)", GUIDE)) <= set(fields.PURPOSES)
