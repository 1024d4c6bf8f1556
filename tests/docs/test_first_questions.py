"""What the pages promise before anybody has a record: no trace, a card without an account, you can just tell."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.spectables import ROOT
from tests.support.webapp import WEB, WebWorld, in_web

SERVED = "53202"  # Milwaukee County, 55079: the county of the town's call centre
UNSERVED = "99723"  # North Slope Borough
CARD = ROOT / "src/breakseal/web"


def _web_stores(folder: Path) -> list[str]:
    """Return all rows of the web tier's stores."""
    rows = []
    for path in (folder / "records.db", folder / "calls.db"):
        db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        rows += list(db.iterdump())
        db.close()
    return rows


def test_where_no_centre_takes_part_the_page_says_so_and_nothing_is_kept(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        before = _web_stores(tmp_path)
        answer = await web.http.post("/start", data={"zip": UNSERVED}, headers={"origin": WEB})
        assert answer.status_code == 200
        assert "So we keep nothing" in answer.text
        assert "set-cookie" not in answer.headers
        assert _web_stores(tmp_path) == before
        assert web.world.engine.core.store.one("SELECT count(*) FROM subjects") == (0,)
        served = await web.http.post("/start", data={"zip": SERVED}, headers={"origin": WEB})
        assert "So we keep nothing" not in served.text

    in_web(tmp_path, work)


def test_the_first_page_says_that_you_can_always_just_tell_the_operator(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        for language, words in (("en", "You can always just tell the operator"), ("es", "operador")):
            assert words in (await web.http.get(f"/?lang={language}")).text

    in_web(tmp_path, work)


def test_the_card_needs_no_account_and_sends_nothing(tmp_path: Path) -> None:
    async def work(web: WebWorld) -> None:
        answer = await web.http.get("/card")
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert not re.search(r"<form[^>]*\b(action|method)=", answer.text)
        scripts = re.findall(r'<script[^>]*src="([^"]+)"', answer.text)
        assert "/static/js/card.js" in scripts

    in_web(tmp_path, work)
    code = (CARD / "static/js/card.js").read_text("utf-8")
    assert not re.search(
        r"fetch|XMLHttpRequest|sendBeacon|WebSocket|localStorage|sessionStorage|indexedDB|/api/", code
    )


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("security@county.example", "mailto:security@county.example"),
        ("https://county.example/security", "https://county.example/security"),
    ],
)
def test_security_txt_names_the_contact_as_a_uri_and_when_it_expires(
    tmp_path: Path, named: str, shown: str
) -> None:
    async def work(web: WebWorld) -> None:
        parts = web.app.state.parts
        web.app.state.parts = replace(parts, settings=replace(parts.settings, security_contact=named))
        answer = await web.http.get("/.well-known/security.txt")
        assert answer.status_code == 200
        assert f"Contact: {shown}\n" in answer.text
        assert re.search(r"^Expires: \d{4}-\d\d-\d\dT", answer.text, re.MULTILINE)

    in_web(tmp_path, work)


def test_without_a_contact_there_is_no_security_txt(tmp_path: Path) -> None:
    """A file without a contact is none (RFC 9116, section 2.5.3); `doctor` names what is missing."""

    async def work(web: WebWorld) -> None:
        answer = await web.http.get("/.well-known/security.txt")
        assert answer.status_code == 404

    in_web(tmp_path, work)
