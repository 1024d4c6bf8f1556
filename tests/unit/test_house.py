"""The house's rules hold for the repository, and each rule finds what breaks it."""

from __future__ import annotations

import pytest

from tools.check import addresses, imports, limits


@pytest.mark.parametrize("check", [imports.check, limits.check, addresses.check], ids=lambda f: f.__module__)
def test_the_repository_keeps_the_rules(check: object) -> None:
    assert callable(check)
    assert check() == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("breakseal.kernel.model.a", "import breakseal.keyholder.register"),
        ("breakseal.kernel.tlog", "from breakseal import log"),
        ("breakseal.kernel.seal", "import sqlalchemy"),
        ("breakseal.kernel.seal", "import cedarpy"),
        ("breakseal.kernel.seal", "def f():\n    import litestar"),
        ("breakseal.kernel.seal", "m = __import__(name)"),
        ("breakseal.keyholder.server", "from breakseal.log.sequencer import Sequencer"),
        ("breakseal.keyholder.server", "from breakseal.ambient import SystemClock"),
        ("breakseal.keyholder.client", "from breakseal.keyholder.register import Register"),
        ("breakseal.keyholder.door.app", "import uvicorn"),
        ("breakseal.log.store", "from breakseal.keyholder import trail"),
        ("breakseal.courier.sms", "from breakseal.web import pages"),
        ("breakseal.rights.access", "from breakseal.oversight import figures"),
        ("breakseal.programmes.emergency.views", "from breakseal.programmes.missing import cases"),
        ("breakseal.programmes.emergency.views", "from breakseal.web import pages"),
        ("breakseal.programmes.emergency.views", "from breakseal.keyholder.disclosure import open_seal"),
        ("breakseal.web.pages", "from breakseal.bootstrap import build"),
        ("breakseal.web.pages", "from breakseal.cli import main"),
        ("breakseal.web.pages", "from breakseal.stores.sqlite import records"),
        ("breakseal.web.pages", "from breakseal.keyholder.ports import Store"),
        ("breakseal.callgate.feed", "from breakseal.web import pages"),
        ("breakseal.bootstrap", "from breakseal.cli import main"),
        ("breakseal.unheard.of", "import os"),
    ],
)
def test_an_import_against_the_order_is_found(
    module: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "programmes", lambda: frozenset({"emergency", "missing"}))
    assert len(imports.check_text(module, line)) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("breakseal", "import json"),
        ("breakseal.kernel.policy.differential", "import cedarpy"),
        ("breakseal.kernel.tlog.note", "from cryptography.hazmat.primitives import hashes"),
        ("breakseal.keyholder.server", "from breakseal.log.client import Log"),
        ("breakseal.keyholder.server", "from breakseal.kernel.errors import RefusedError"),
        ("breakseal.stores.sqlite.keys", "from breakseal.keyholder.ports import Store"),
        ("breakseal.programmes.emergency.views", "from breakseal.programmes.emergency import models"),
        ("breakseal.programmes.emergency.views", "from breakseal.programmes.manifest import Manifest"),
        ("breakseal.programmes.emergency.views", "from breakseal.keyholder import client"),
        ("breakseal.web.pages", "from breakseal.programmes.emergency import views"),
        ("breakseal.bootstrap", "from breakseal.keyholder.server import Server"),
        ("breakseal.cli.serve", "from breakseal.bootstrap import serve"),
    ],
)
def test_an_import_with_the_order_passes(module: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "programmes", lambda: frozenset({"emergency", "missing"}))
    assert imports.check_text(module, line) == []


def nested(depth: int) -> str:
    rows = ["    " * (level + 1) + "if x:" for level in range(depth)]
    return "\n".join(["def f(x):", *rows, "    " * (depth + 1) + "pass", ""])


def indented(function: str) -> str:
    """The body of `function`, one level deeper."""
    return "".join(f"    {row}\n" for row in function.splitlines()[1:])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.py", "x = 1\n" * 401),
        ("page.html", "<p>\n" * 401),
        ("utils.py", ""),
        ("web/helpers.js", ""),
        ("a.py", "def f():\n" + "    x = 1\n" * 40),
        ("a.py", "class C:\n    async def f(self):\n" + "        x = 1\n" * 40),
        ("a.py", nested(4)),
        ("a.py", "def f(x):\n    if x:\n        pass\n    else:\n" + indented(nested(3))),
    ],
)
def test_what_is_too_big_is_found(name: str, text: str) -> None:
    assert len(limits.check_text(name, text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n" * 400,
        "def f():\n" + '    """One.\n\n    Two.\n    """\n' + "    x = 1\n" * 39,
        nested(3),
        "def f(x):\n    if x:\n        pass\n" + "    elif x:\n        pass\n" * 9,
        nested(3).replace(
            "pass", "def g():\n                    for y in x:\n                        return y"
        ),
    ],
)
def test_what_fits_passes(text: str) -> None:
    assert limits.check_text("a.py", text) == []


def test_a_download_host_is_found_as_a_whole_name_only() -> None:
    for host in addresses.HOSTS:
        assert len(addresses.hosts_in("a", f"one\nhttps://{host}/simple\n")) == 1
        assert addresses.hosts_in("a", f"my-{host}") == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a==1 \\\n    --hash=sha256:00\nb[c]==2 \\\n    --hash=sha256:00\n", 0),
        ("# a comment\na==1 --hash=sha256:00\n", 0),
        ("a==1\nb==1 --hash=sha256:00\n", 1),
        ("a>=1 --hash=sha256:00\n", 1),
        ("a==1 --hash=sha256:00\n--index-url x\n", 2),
        ("a @ https://example.org/a.whl --hash=sha256:00\n", 2),
    ],
)
def test_a_lock_file_has_hashes_and_no_address(text: str, count: int) -> None:
    assert len(addresses.requirements("r.txt", text)) == count


def test_an_npm_lock_has_hashes_and_no_address() -> None:
    text = (
        '{"packages": {"": {}, "a": {"integrity": "i"}, "b": {}, "c": {"integrity": "i", "resolved": "r"}}}'
    )
    assert addresses.npm_lock("l", text) == ["l: `c` has an address", "l: `b` has no hash"]
